import { readdir, readFile } from "node:fs/promises";
import type { Database } from "./connect.ts";

const FOLDER = new URL("./migrations/", import.meta.url);
const LOCK = 7_310_001; // any number, but the same for everyone who migrates

/** Brings the schema up to date: applies each file of `migrations/` once, in order of its name. Safe to run at once from several processes. */
export async function migrate(sql: Database): Promise<void> {
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith(".sql")).sort();
  await sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCK})`;
    await tx`create table if not exists migrations (name text primary key, applied_at timestamptz not null default now())`;
    const applied = new Set((await tx`select name from migrations`).map((row) => row.name));
    for (const name of files.filter((file) => !applied.has(file))) {
      await tx.unsafe(await readFile(new URL(name, FOLDER), "utf8"));
      await tx`insert into migrations (name) values (${name})`;
    }
  });
}
