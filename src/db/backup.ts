/** Tables as text, out of one moment of a database and into an empty one. Works for any schema that migrations made. */
import type { Writable } from "node:stream";
import { OWN_TABLES } from "./backtests/scopes.ts";
import type { Database, Sql } from "./connect.ts";

/** A table of a backup. */
export interface BackupTable {
  schema: string;
  name: string;
  /** those that hold values of their own: generated ones are computed again */
  columns: string[];
}

/** A sequence, and the last number that it gave; null: none yet. */
export interface BackupSequence {
  table: string;
  column: string;
  schema: string;
  last: number | null;
}

/** Lists the tables, ours and those of backtests, each after those that it refers to. Which migrations made them is no row of theirs. */
export async function tablesOf(sql: Sql): Promise<BackupTable[]> {
  const rows = await sql<BackupTable[]>`select n.nspname as schema, c.relname as name,
      array(select a.attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum > 0
        and not a.attisdropped and a.attgenerated = '' order by a.attnum) as columns
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind = 'r' and c.relname <> 'migrations' and (n.nspname = 'public' or n.nspname like 'backtest\\_%')
    order by n.nspname <> 'public', n.nspname, c.relname`;
  const references = await sql<{ table: string; target: string }[]>`select
      conrelid::regclass::text as table, confrelid::regclass::text as target
    from pg_constraint where contype = 'f' and connamespace = 'public'::regnamespace`;
  return inOrder([...rows], references);
}

function inOrder(
  tables: readonly BackupTable[],
  references: readonly { table: string; target: string }[],
): BackupTable[] {
  const placed = new Set<string>();
  const ordered: BackupTable[] = [];
  const place = (table: BackupTable) => {
    const key = `${table.schema}.${table.name}`;
    if (placed.has(key)) return;
    placed.add(key);
    const targets = references.filter((one) => table.schema === "public" && one.table === table.name);
    for (const { target } of targets) {
      const before = tables.find((one) => one.schema === "public" && one.name === target);
      if (before) place(before);
    }
    ordered.push(table);
  };
  tables.forEach(place);
  return ordered;
}

/** Lists the sequences of identity columns with the last number that each gave. */
export async function sequencesOf(sql: Sql): Promise<BackupSequence[]> {
  const rows = await sql<
    BackupSequence[]
  >`select n.nspname as schema, c.relname as table, a.attname as column,
      pg_sequence_last_value(pg_get_serial_sequence(format('%I.%I', n.nspname, c.relname), a.attname)::regclass)::float8 as last
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where a.attidentity <> '' and c.relkind = 'r' and (n.nspname = 'public' or n.nspname like 'backtest\\_%')
    order by 1, 2, 3`;
  return [...rows];
}

/** The migrations that a database has. */
export async function migrationsOf(sql: Sql): Promise<string[]> {
  return (await sql`select name from migrations order by name`).map((row) => row.name);
}

const ROWS_AT_ONCE = 2_000;

/**
 * Yields the rows of a table as the text that `copy` takes in, read through a cursor. Not by `copy ... to stdout`: the
 * driver pauses its socket where a reader is slow, and does not always go on (seen with postgres 3.4.9 under Deno).
 */
export async function* copyOut(tx: Sql, { schema, name, columns }: BackupTable): AsyncGenerator<Uint8Array> {
  const line = columns.map((column) => copyText(`t.${quoted(column)}`)).join(` || E'\\t' || `);
  const rows = tx.unsafe<{ line: string }[]>(
    `select ${line} as line from ${quoted(schema)}.${quoted(name)} t`,
  );
  const encoder = new TextEncoder();
  for await (const part of rows.cursor(ROWS_AT_ONCE)) {
    yield encoder.encode(part.map((row) => `${row.line}\n`).join(""));
  }
}

/** A value in the text format of `copy`: what would end a field or a line is escaped, null is \N. */
const copyText = (value: string): string =>
  [[`\\`, `\\\\`], [`\t`, `\\t`], [`\n`, `\\n`], [`\r`, `\\r`]].reduce(
    (sql, [from, to]) => `replace(${sql}, ${literal(from)}, ${literal(to)})`,
    `(${value})::text`,
  ).replace(/^/, "coalesce(") + `, ${literal(`\\N`)})`;

const literal = (text: string): string => `E'${text.replaceAll(`\\`, `\\\\`)}'`;
const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;

/** Takes in rows that `copyOut` wrote. */
export async function copyIn(tx: Sql, { schema, name, columns }: BackupTable): Promise<Writable> {
  return await tx`copy ${tx(schema)}.${tx(name)} (${tx(columns)}) from stdin`.writable();
}

/** Makes the tables of a backtest's scope, which no migration makes. */
export async function makeScope(tx: Sql, schema: string): Promise<void> {
  await tx`create schema ${tx(schema)}`;
  for (const table of OWN_TABLES) {
    await tx`create table ${tx(schema)}.${tx(table)} (like public.${tx(table)} including all)`;
  }
}

/** Empties a table that a migration put rows into, and keeps its triggers away: rows come in as they were. */
export async function beginFilling(tx: Sql, { schema, name }: BackupTable): Promise<void> {
  await tx`alter table ${tx(schema)}.${tx(name)} disable trigger user`;
  await tx`delete from ${tx(schema)}.${tx(name)}`;
}

/** Lets the triggers of a filled table work again. */
export async function endFilling(tx: Sql, { schema, name }: BackupTable): Promise<void> {
  await tx`alter table ${tx(schema)}.${tx(name)} enable trigger user`;
}

/** Sets a sequence behind the last number that was given. */
export async function setSequence(tx: Sql, { schema, table, column, last }: BackupSequence): Promise<void> {
  if (last === null) return;
  const place = `"${schema}"."${table}"`;
  await tx`select setval(pg_get_serial_sequence(${place}, ${column})::regclass, ${last}::bigint)`;
}

/** Names the files that versions and brought models should have. */
export async function keptArtefacts(sql: Sql): Promise<string[]> {
  const rows = await sql`select artefact_sha256 from model_versions where artefact_removed_at is null
      union select file_sha256 from brought_candidates where file_sha256 is not null`;
  return rows.map(({ artefactSha256 }) => artefactSha256);
}

/** The archive has to take the last segment of a copy within this time. */
const ARCHIVED_WITHIN_MS = 120_000;

/**
 * Runs `copy`, which copies the server's files, while the server keeps in its log what a copy needs to become whole.
 * @returns the label that belongs into the copy, and when it was whole
 * @throws {Error} the archive did not take the log within two minutes
 */
export async function whileCopied(
  sql: Database,
  { label, copy }: { label: string; copy: () => Promise<void> },
): Promise<{ label: string; finishedAt: string }> {
  const connection = await sql.reserve();
  try {
    await connection`select pg_backup_start(${label}, true)`;
    await copy();
    await connection.unsafe(`set statement_timeout = ${ARCHIVED_WITHIN_MS}`);
    const [done] = await connection<{ labelfile: string; finishedAt: string }[]>`
      select labelfile, clock_timestamp() as finished_at from pg_backup_stop(true)`;
    await connection`reset statement_timeout`;
    return { label: done.labelfile, finishedAt: done.finishedAt };
  } finally {
    connection.release();
  }
}

/** How the server's archiving does; null: it is off. */
export async function archiverState(sql: Sql): Promise<{ failing: boolean; last: string | null } | null> {
  const [state] = await sql<{ on: boolean; failing: boolean; last: string | null }[]>`
    select current_setting('archive_mode') <> 'off' as on, last_archived_time as last,
      coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) as failing
    from pg_stat_archiver`;
  return state.on ? { failing: state.failing, last: state.last } : null;
}
