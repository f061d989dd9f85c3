import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { arrayLiteral } from "../../src/db/array_literal.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import type { SentEvent } from "./rows.ts";

/** What the database alone could take: the same rows into a table with a key and nothing else, unjudged. */
export const PLAIN_TABLE = emptyTable("bench_plain");

/** The statements that make such a table anew. */
export function emptyTable(name: string): string {
  return `drop table if exists ${name};
create table ${name} (event_id text primary key, user_id text, session_id text, type text not null, product text,
  category text, price float8, quantity float8, amount float8, at timestamptz not null)`;
}

const COLUMNS = [
  "id",
  "user",
  "session",
  "type",
  "product",
  "category",
  "price",
  "quantity",
  "amount",
  "time",
] as const;

/** Inserts each batch as one committed statement, some at once. @returns ms */
export async function insertPlain(
  databaseUrl: string,
  batches: readonly SentEvent[][],
  writers: number,
): Promise<number> {
  return await onPlainTable(databaseUrl, writers, async (sql) => {
    let next = 0;
    const writer = async () => {
      while (next < batches.length) {
        const batch = batches[next++];
        const columns = COLUMNS.map((name) => arrayLiteral(batch.map((event) => event[name] ?? null)));
        await sql`insert into bench_plain select * from unnest(
          ${columns[0]}::text::text[], ${columns[1]}::text::text[],
          ${columns[2]}::text::text[], ${columns[3]}::text::text[],
          ${columns[4]}::text::text[], ${columns[5]}::text::text[], ${columns[6]}::text::float8[],
          ${columns[7]}::text::float8[], ${columns[8]}::text::float8[], ${columns[9]}::text::timestamptz[])
          on conflict do nothing`;
      }
    };
    await Promise.all(Array.from({ length: writers }, writer));
  });
}

/** All rows by one `COPY`, committed once. @returns ms */
export async function copyPlain(databaseUrl: string, events: readonly SentEvent[]): Promise<number> {
  return await onPlainTable(databaseUrl, 1, async (sql) => {
    const lines = function* () {
      for (let i = 0; i < events.length; i += 1000) yield events.slice(i, i + 1000).map(copyLine).join("");
    };
    await pipeline(Readable.from(lines()), await sql`copy bench_plain from stdin`.writable());
  });
}

const copyLine = (event: SentEvent) =>
  COLUMNS.map((name) => event[name] === undefined ? "\\N" : String(event[name]).replace(/[\\\t\n\r]/g, " "))
    .join("\t") + "\n";

async function onPlainTable(
  databaseUrl: string,
  max: number,
  work: (sql: Database) => Promise<void>,
): Promise<number> {
  const sql = connect(databaseUrl, { max });
  try {
    await sql.unsafe(PLAIN_TABLE);
    await Promise.all(Array.from({ length: max }, () => sql`select 1`)); // connected before the watch runs
    const started = performance.now();
    await work(sql);
    return performance.now() - started;
  } finally {
    await sql.end({ timeout: 5 });
  }
}
