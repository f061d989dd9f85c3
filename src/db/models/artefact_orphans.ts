import type { Sql } from "../connect.ts";

/** Tables that name no artefact and may be large. */
const WITHOUT_NAMES = [
  "arrivals",
  "artefact_orphans",
  "day_counts",
  "events",
  "migrations",
  "predictions",
  "quarantine",
  "repeats",
  "serving_minutes",
  "sessions",
  "user_days",
];

/**
 * Returns every sha256 that stands anywhere in a row, of what serves and of backtests: in columns of their own and within
 * JSON. A word too many keeps a file, a word too few would lose one.
 */
export async function namedArtefacts(sql: Sql): Promise<Set<string>> {
  const columns = await sql<{ place: string; name: string }[]>`
    select format('%I.%I', c.table_schema, c.table_name) as place, format('%I', c.column_name) as name
    from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
    where t.table_type = 'BASE TABLE' and (c.table_schema = 'public' or c.table_schema like 'backtest%')
      and c.table_name <> all(${WITHOUT_NAMES}::text[]) and c.data_type in ('text', 'jsonb', 'json', 'ARRAY')`;
  const names = new Set<string>();
  for (const { place, name } of columns) {
    const rows = await sql.unsafe(
      `select distinct m[1] as hash from ${place}, regexp_matches(${name}::text, '[0-9a-f]{64}', 'g') m`,
    );
    for (const { hash } of rows) names.add(hash);
  }
  return names;
}

/** A file that nothing names. */
export interface Orphan {
  name: string;
  bytes: number;
}

/** Keeps the list of orphans: new ones are added, those that are none any more are taken off. */
export async function saveOrphans(sql: Sql, orphans: readonly Orphan[], nowMs: number): Promise<void> {
  const names = orphans.map(({ name }) => name);
  const bytes = orphans.map(({ bytes }) => bytes);
  await sql`delete from artefact_orphans where name <> all(${names}::text[])`;
  await sql`insert into artefact_orphans (name, bytes, found_at)
    select name, bytes, ${new Date(nowMs).toISOString()}
    from unnest(${names}::text[], ${bytes}::bigint[]) as o(name, bytes) on conflict (name) do nothing`;
}

/** Returns the orphans that were found before a moment. */
export async function orphansSince(sql: Sql, beforeMs: number): Promise<Orphan[]> {
  const rows = await sql<Orphan[]>`select name, bytes from artefact_orphans
    where found_at < ${new Date(beforeMs).toISOString()} order by found_at`;
  return [...rows];
}

/** Takes a deleted file off the list. */
export async function forgetOrphan(sql: Sql, name: string): Promise<void> {
  await sql`delete from artefact_orphans where name = ${name}`;
}
