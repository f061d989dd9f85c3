import { z } from "zod";
import { canonicalJson, sha256 } from "../../core/hash.ts";
import { type Database, inTransaction, type Sql } from "../connect.ts";

/** A sealed file of which something was taken out. */
export const Redaction = z.object({
  number: z.int(),
  request: z.uuid(),
  fromSha256: z.string(),
  toSha256: z.string(),
  what: z.string(),
  at: z.iso.datetime(),
  previousHash: z.string(),
  hash: z.string(),
});
export type Redaction = z.infer<typeof Redaction>;

/** The head of an empty chain. */
const BEGINNING = "0".repeat(64);

const hashOf = ({ hash: _, ...content }: Redaction): string => sha256(canonicalJson(content));

/** Adds an entry to the chain, once per file. */
export async function addRedaction(
  sql: Database,
  added: Pick<Redaction, "request" | "fromSha256" | "toSha256" | "what"> & { atMs: number },
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await tx`select pg_advisory_xact_lock(hashtext('perennial redactions'))`;
    const known = await tx`select 1 from redactions where from_sha256 = ${added.fromSha256}`;
    if (known.count > 0) return;
    const head = await redactionHead(tx);
    const { atMs, ...content } = added;
    const at = new Date(atMs).toISOString();
    const entry = { number: head.number + 1, ...content, at, previousHash: head.hash, hash: "" };
    await tx`insert into redactions (number, request, from_sha256, to_sha256, what, at, previous_hash, hash)
      values (${entry.number}, ${entry.request}, ${entry.fromSha256}, ${entry.toSha256}, ${entry.what}, ${at},
              ${head.hash}, ${hashOf(entry)})`;
  });
}

/** Returns the newest entry's number and hash. */
export async function redactionHead(sql: Sql): Promise<{ number: number; hash: string }> {
  const [row] = await sql<
    { number: number; hash: string }[]
  >`select number::float8 as number, hash from redactions order by redactions.number desc limit 1`;
  return row ?? { number: 0, hash: BEGINNING };
}

/** Lists the redactions of a request in their order. */
export async function redactionsOf(sql: Sql, request: string): Promise<Redaction[]> {
  return redactionRows(await sql`select * from redactions where request = ${request} order by number`);
}

/** Lists the redactions that any of these files went through, also later ones of what was redacted before. */
export async function redactionsBehind(sql: Sql, hashes: readonly string[]): Promise<Redaction[]> {
  return redactionRows(
    await sql`with recursive behind as (
      select * from redactions where from_sha256 = any(${[...hashes]}::text[])
      union select r.* from redactions r join behind b on r.from_sha256 = b.to_sha256
    ) select * from behind order by number`,
  );
}

/** Returns these files' names, and the names that they had before they were redacted. */
export async function namesBefore(sql: Sql, hashes: readonly string[]): Promise<string[]> {
  const rows = await sql`with recursive before as (
      select unnest(${[...hashes]}::text[]) as name
      union select r.from_sha256 from redactions r join before b on r.to_sha256 = b.name
    ) select name from before`;
  return rows.map(({ name }) => name);
}

/** Computes the chain again. @returns the number of the first entry that is not what was written; null: all are */
export async function verifyRedactions(sql: Sql): Promise<{ entries: number; firstBroken: number | null }> {
  const entries = redactionRows(await sql`select * from redactions order by number`);
  let previous = BEGINNING;
  for (const [i, entry] of entries.entries()) {
    const isWhole = entry.number === i + 1 && entry.previousHash === previous && hashOf(entry) === entry.hash;
    if (!isWhole) return { entries: entries.length, firstBroken: entry.number };
    previous = entry.hash;
  }
  return { entries: entries.length, firstBroken: null };
}

const redactionRows = (rows: Iterable<unknown>): Redaction[] => z.array(Redaction).parse([...rows]);
