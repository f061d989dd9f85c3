import { readdir, readFile } from "node:fs/promises";
import { messageOf } from "../core/errors.ts";
import { VERSION } from "../core/version.ts";
import type { Database, Sql } from "./connect.ts";

const FOLDER = new URL("./migrations/", import.meta.url);
const LOCK = 7_310_001; // any number, but the same for everyone who migrates

/** The database is not one that this version can use; the message says what to do. */
export class UnusableDatabaseError extends Error {
  override name = "UnusableDatabaseError";
}

/** One migration that was applied, or tried. */
export interface MigrationStep {
  name: string;
  ms: number;
}

/**
 * Brings the schema up to date: applies each file of `migrations/` once, in order of its name. Safe to run at once from
 * several processes. Nothing is changed where it fails.
 * @returns what was missing, in the order in which it was applied
 * @throws {UnusableDatabaseError} a newer version's, another program's, or half a schema
 */
export async function migrate(sql: Database): Promise<MigrationStep[]> {
  return await sql.begin(applyMissing);
}

/**
 * Does what {@link migrate} would do, in a transaction that is taken back. Meanwhile it holds the tables that it changes.
 * @param options.lockMs how long it waits for a table that others use: who uses it next waits behind it for as long
 * @returns what is missing, and how long each took
 * @throws {UnusableDatabaseError} as `migrate()`, and where a table is in use for longer than some seconds
 */
export async function tryMigrations(
  sql: Database,
  { lockMs = 5_000 }: { lockMs?: number } = {},
): Promise<MigrationStep[]> {
  let steps: MigrationStep[] = [];
  const takenBack = new Error("taken back");
  try {
    await sql.begin(async (tx) => {
      await tx.unsafe(`set local lock_timeout = ${lockMs}`);
      steps = await applyMissing(tx);
      throw takenBack;
    });
  } catch (error) {
    if ((error as { code?: string }).code === "55P03") throw inUse(error);
    if (error !== takenBack) throw error;
  }
  return steps;
}

async function applyMissing(tx: Sql): Promise<MigrationStep[]> {
  const files = await migrationFiles();
  await tx`select pg_advisory_xact_lock(${LOCK})`;
  const applied = await appliedMigrations(tx);
  const unknown = [...applied].filter((name) => !files.includes(name)).sort();
  if (unknown.length > 0) throw newer(unknown);
  const steps: MigrationStep[] = [];
  for (const name of files.filter((file) => !applied.has(file))) {
    const begunMs = await serverMs(tx);
    await apply(tx, name);
    steps.push({ name, ms: await serverMs(tx) - begunMs });
  }
  return steps;
}

async function serverMs(tx: Sql): Promise<number> {
  const [{ ms }] = await tx`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`;
  return ms;
}

/**
 * Makes the schema that some migrations make, in an empty database: that of a backup, before its rows come in.
 * @throws {UnusableDatabaseError} the database is not empty, or a newer version made them
 */
export async function migrateTo(tx: Sql, wanted: readonly string[]): Promise<void> {
  const files = await migrationFiles();
  const unknown = wanted.filter((name) => !files.includes(name));
  if (unknown.length > 0) throw newer(unknown);
  await tx`select pg_advisory_xact_lock(${LOCK})`;
  if ((await appliedMigrations(tx)).size > 0) {
    throw new UnusableDatabaseError("Cannot restore into this database: it is not empty. Use one that is");
  }
  for (const name of [...wanted].sort()) await apply(tx, name);
}

/** The schema of a database beside the one that this version knows. */
export interface SchemaState {
  /** migrations of this version that the database does not have yet */
  missing: string[];
  /** migrations that it has and this version does not know: a newer one's */
  unknown: string[];
  /** tables of another program, where there are none of ours */
  foreign: string[];
}

/** Compares the schema of a database with this version's, and changes nothing. */
export async function schemaState(sql: Sql): Promise<SchemaState> {
  const files = await migrationFiles();
  if (!await hasMigrations(sql)) return { missing: files, unknown: [], foreign: await foreignTables(sql) };
  const applied = new Set((await sql`select name from migrations`).map((row) => String(row.name)));
  return {
    missing: files.filter((name) => !applied.has(name)),
    unknown: [...applied].filter((name) => !files.includes(name)).sort(),
    foreign: [],
  };
}

async function migrationFiles(): Promise<string[]> {
  return (await readdir(FOLDER)).filter((name) => name.endsWith(".sql")).sort();
}

async function hasMigrations(sql: Sql): Promise<boolean> {
  const [{ ours }] = await sql`select count(*)::int = 2 as ours from information_schema.columns
    where table_schema = 'public' and table_name = 'migrations' and column_name in ('name', 'applied_at')`;
  return ours;
}

/** Returns what was applied; of an empty database, nothing. @throws {UnusableDatabaseError} it is another program's */
async function appliedMigrations(tx: Sql): Promise<Set<string>> {
  if (!await hasMigrations(tx)) {
    const tables = await foreignTables(tx);
    if (tables.length > 0) throw foreign(tables);
    await tx`create table migrations (name text primary key, applied_at timestamptz not null default now())`;
  }
  return new Set((await tx`select name from migrations`).map((row) => row.name));
}

/** Names tables that are there without ours; those of extensions do not count. */
async function foreignTables(tx: Sql): Promise<string[]> {
  const rows = await tx<{ name: string }[]>`select c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    order by c.relname limit 5`;
  return rows.map(({ name }) => name);
}

async function apply(tx: Sql, name: string): Promise<void> {
  try {
    await tx.unsafe(await readFile(new URL(name, FOLDER), "utf8"));
    await tx`insert into migrations (name) values (${name})`;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === undefined || !/^(42|2B|0A|23)/.test(code)) throw error; // not the schema: the server or its disk
    throw new UnusableDatabaseError(
      `Cannot bring this database up to date: migration ${name} fails (${
        messageOf(error)
      }), so its schema is not what ` +
        "its table migrations says, as after a restore that ended half way. Nothing was changed. Restore the whole " +
        "backup into an empty database (createdb, then pg_restore --exit-on-error), or set DATABASE_URL to another one",
      { cause: error },
    );
  }
}

const newer = (names: readonly string[]) =>
  new UnusableDatabaseError(
    `Cannot use this database: a newer Perennial than ${VERSION} has changed its schema (${
      names.join(", ")
    }). Start ` +
      "that version again, or restore the backup that was made before it was first started",
  );

const inUse = (cause: unknown) =>
  new UnusableDatabaseError(
    `Cannot try the migrations: a table that they change is in use, and stays so for seconds. Nothing was ` +
      "changed. Try again at a quiet hour, or on a restored backup",
    { cause },
  );

const foreign = (tables: readonly string[]) =>
  new UnusableDatabaseError(
    `Cannot use this database: it has tables of another program (${
      tables.join(", ")
    }) and none of Perennial's. Set ` +
      "DATABASE_URL to an empty database, made for example by: createdb perennial",
  );
