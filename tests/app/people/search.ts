/** Searches everything that an installation keeps for what should be gone. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Database } from "../../../src/db/connect.ts";

/** A text, and a uuid also as the 16 bytes that Postgres keeps. */
function needlesOf(words: readonly string[]): { word: string; bytes: Buffer }[] {
  return words.flatMap((word) => {
    const text = { word, bytes: Buffer.from(word) };
    if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(word)) return [text];
    return [text, { word: `${word} as bytes`, bytes: Buffer.from(word.replaceAll("-", ""), "hex") }];
  });
}

/** Every row of every table as text, as a dump has it. */
export async function foundInDump(sql: Database, words: readonly string[]): Promise<string[]> {
  const tables = await sql`select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname = 'public' or schemaname like 'backtest%'`;
  const found: string[] = [];
  for (const { name } of tables) {
    const rows = await sql.unsafe(`select t::text as row from ${name} t`);
    for (const word of words) {
      if (rows.some(({ row }) => row.includes(word))) found.push(`${word} in ${name}`);
    }
  }
  return found;
}

/** All files below a folder, packed ones also unpacked. */
export async function foundInFiles(
  folder: string,
  words: readonly string[],
  { only = () => true }: { only?: (path: string) => boolean } = {},
): Promise<string[]> {
  const needles = needlesOf(words);
  const found: string[] = [];
  assert.ok((await Deno.stat(folder)).isDirectory);
  for await (const path of filesBelow(folder)) {
    if (!only(path)) continue;
    const raw = await Deno.readFile(path).catch(() => null); // gone meanwhile
    if (raw === null) continue;
    const contents = [Buffer.from(raw), ...unpacked(raw)];
    for (const { word, bytes } of needles) {
      if (contents.some((content) => content.includes(bytes))) found.push(`${word} in ${path}`);
    }
  }
  return found;
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  const entries = await Array.fromAsync(Deno.readDir(folder)).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return []; // another test's database, dropped meanwhile
    throw error;
  });
  for (const { name, isDirectory, isFile } of entries) {
    const path = join(folder, name);
    if (isDirectory) yield* filesBelow(path);
    else if (isFile) yield path;
  }
}

function unpacked(bytes: Uint8Array): Buffer[] {
  try {
    return bytes[0] === 0x1f && bytes[1] === 0x8b ? [gunzipSync(bytes)] : [];
  } catch {
    return [];
  }
}
