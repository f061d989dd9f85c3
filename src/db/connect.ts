import postgres from "postgres";

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

/** Opens a pool; connections are made on first use. `max` bounds how many. */
export function connect(url: string, { max = 10 } = {}): Database {
  return postgres(url, {
    max,
    types: { date: time, bigint },
    transform: { column: { from: postgres.toCamel } }, // user_key arrives as userKey
    onnotice: () => undefined,
    connect_timeout: 10,
    idle_timeout: 60,
  }) as Database;
}

/** Runs `work` in one transaction of `sql`, or within the one it already is. */
export function inTransaction<T>(sql: Sql, work: (tx: Sql) => Promise<T>): Promise<T> {
  return ("begin" in sql ? sql.begin((tx) => work(tx)) : sql.savepoint((tx) => work(tx))) as Promise<T>;
}
