import postgres from "postgres";
import { messageOf } from "../core/errors.ts";
import { arrayTypes } from "./array_types.ts";
import { readDatabaseTls } from "./tls.ts";
import { tellOfStatements } from "./statements.ts";

/** A pool of connections, or one transaction of it: what every query function takes first. */
export type Sql = postgres.Sql | postgres.TransactionSql;
/** A pool of connections. */
export type Database = postgres.Sql;

/** Times leave the database as ISO 8601 in UTC, and enter as such, as a Date, or as ms since the epoch. */
const time = {
  to: 1184,
  from: [1082, 1114, 1184],
  serialize: (value: Date | string | number) =>
    typeof value === "string" ? value : new Date(value).toISOString(),
  parse: (text: string) => new Date(text).toISOString(),
};

/** Counts stay below 2^53, so a bigint is a number here. */
const bigint = { to: 20, from: [20], serialize: String, parse: Number };

const types = { date: time, bigint, ...arrayTypes(time) };

/** After Postgres is back, nobody waits longer than this for the next try, s. */
const RECONNECT_MAX_S = 1;

/**
 * Opens a pool; connections are made on first use. `max` bounds how many. `schema`: looked into before the public one;
 * `readOnly`: the server refuses any change. `statementMs`: it ends a statement that takes longer. `plansOnce`: it plans a
 * statement once for all values; for statements that have one good plan, and take less time than planning them.
 */
export function connect(
  url: string,
  { max = 10, schema, readOnly = false, statementMs, plansOnce = false }: {
    max?: number;
    schema?: string;
    readOnly?: boolean;
    statementMs?: number;
    plansOnce?: boolean;
  } = {},
): Database {
  const { url: plainUrl, tls } = readDatabaseTls(url);
  const pool = postgres(plainUrl, {
    max,
    ...tls && { ssl: tls },
    types,
    fetch_types: false,
    transform: { column: { from: postgres.toCamel } }, // user_key arrives as userKey
    onnotice: () => undefined,
    connect_timeout: 10,
    idle_timeout: 60,
    backoff: (tries: number) => Math.min(RECONNECT_MAX_S, 0.05 * 2 ** tries),
    connection: {
      ...schema === undefined ? {} : { search_path: `"${schema}", public` },
      ...readOnly ? { default_transaction_read_only: true } : {},
      ...statementMs === undefined ? {} : { statement_timeout: statementMs },
      ...plansOnce ? { plan_cache_mode: "force_generic_plan" } : {},
    },
  }) as Database;
  tellOfStatements(pool);
  return pool;
}

/** The database does not let us in, or is not there. */
class DatabaseUnreachableError extends Error {
  override name = "DatabaseUnreachableError";
  constructor(url: string, override readonly cause: unknown) {
    const { host, pathname, username } = new URL(url);
    const who = `database "${pathname.slice(1)}" at ${host} as "${username}"`;
    super(`Cannot open ${who}: ${messageOf(cause)}; check DATABASE_URL and that the server runs`);
  }
}

/** Proves that the database answers. @throws {DatabaseUnreachableError} saying where and why not, without the password */
export async function checkDatabase(sql: Database, url: string): Promise<void> {
  try {
    await sql`select 1`;
  } catch (error) {
    throw new DatabaseUnreachableError(url, error);
  }
}

/** Runs `work` in one transaction of `sql`, or within the one it already is. */
export function inTransaction<T>(sql: Sql, work: (tx: Sql) => Promise<T>): Promise<T> {
  return ("begin" in sql ? sql.begin((tx) => work(tx)) : sql.savepoint((tx) => work(tx))) as Promise<T>;
}

/** Runs `work` on one moment of the database: what is written meanwhile is not seen. */
export const atOneMoment = <T>(sql: Database, work: (tx: Sql) => Promise<T>): Promise<T> =>
  sql.begin("isolation level repeatable read read only", (tx) => work(tx)) as Promise<T>;
