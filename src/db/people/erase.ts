import { messageOf } from "../../core/errors.ts";
import type { Database, Sql } from "../connect.ts";
import { DAY_OF_AT } from "../events/user_day_sql.ts";
import type { PersonFound } from "./privacy_requests.ts";

/** Takes a shopper off the map: nothing leads from an id to the key any more. @returns whether they stood there */
export async function forgetPerson(sql: Sql, key: string): Promise<boolean> {
  return (await sql`delete from people where key = ${key}`).count > 0;
}

/**
 * Deletes what is kept of a shopper: events, days, predictions, quarantine; and counts the days of their events anew. Belongs
 * into a serializable transaction. Repeated, it finds what came in since. Goes by `user_days` and index `events_at`.
 */
export async function eraseRows(tx: Sql, key: string): Promise<Partial<PersonFound>> {
  const touched = (await tx`select day from user_days where user_key = ${key} order by day`).map(({ day }) =>
    day as number
  );
  const spans = spansOf(tx, touched);
  const events = await tx`delete from events e using ${spans}
    where e.user_key = ${key} and e.at >= d.from_at and e.at < d.to_at`;
  await countDays(tx, touched);
  const days = await tx`delete from user_days where user_key = ${key}`;
  const quarantined = await tx`delete from quarantine where body ->> 'user' = ${key}`;
  let predictions = 0;
  for (const place of await tablesNamed(tx, "predictions")) {
    predictions += (await tx`delete from ${tx.unsafe(place)} where user_key = ${key}`).count;
  }
  return { events: events.count, days: days.count, quarantined: quarantined.count, predictions };
}

/** Days as ranges of time, named `d`. */
const spansOf = (sql: Sql, days: readonly number[]) =>
  sql`(select to_timestamp(day::float8 * 86400) as from_at, to_timestamp((day + 1)::float8 * 86400) as to_at
    from unnest(${[...days]}::int[]) as day) d`;

async function countDays(tx: Sql, days: readonly number[]): Promise<void> {
  await tx`delete from day_counts where day = any(${[...days]}::int[])`;
  const spans = spansOf(tx, days);
  await tx`insert into day_counts as stored (day, type, slot, events, anonymous, priced, first_at, last_at)
    select ${tx.unsafe(DAY_OF_AT)} as day, type, 0, count(*), count(*) filter (where user_key is null),
      count(*) filter (where amount > 0), min(at), max(at)
    from events e join ${spans} on e.at >= d.from_at and e.at < d.to_at group by 1, 2 order by 1, 2
    on conflict (day, type, slot) do update set
      events = stored.events + excluded.events, anonymous = stored.anonymous + excluded.anonymous,
      priced = stored.priced + excluded.priced,
      first_at = least(stored.first_at, excluded.first_at), last_at = greatest(stored.last_at, excluded.last_at)`;
}

/** Tables that are emptied of a shopper by their rows, or may not be changed. */
const HANDLED = [
  "events",
  "user_days",
  "quarantine",
  "predictions",
  "people",
  "privacy_requests",
  "redactions",
  "migrations",
];

/** Types of columns that a key can stand in: as itself, as where a range of shoppers begins, or in what was told of it. */
const HOLDING = ["uuid", "text", "jsonb", "json", "ARRAY"];

/**
 * Replaces a shopper's key wherever else it stands, and finds where it could not.
 * @param fresh stands for nobody
 * @returns how many rows were changed, of which tables, and how many hold it further: those of tables that are only added
 *   to, as the audit, where it leads to nobody any more
 */
export async function replaceKey(
  sql: Database,
  { key, fresh }: { key: string; fresh: string },
): Promise<{ replaced: number; tables: string[]; kept: number }> {
  const columns = await sql<{ place: string; name: string; type: string }[]>`
    select format('%I.%I', c.table_schema, c.table_name) as place, format('%I', c.column_name) as name,
      format_type(a.atttypid, a.atttypmod) as type
    from information_schema.columns c
      join information_schema.tables t using (table_schema, table_name)
      join pg_attribute a on a.attrelid = format('%I.%I', c.table_schema, c.table_name)::regclass
        and a.attname = c.column_name
    where t.table_type = 'BASE TABLE' and (c.table_schema = 'public' or c.table_schema like 'backtest%')
      and c.table_name <> all(${HANDLED}::text[]) and c.is_generated = 'NEVER'
      and c.data_type = any(${HOLDING}::text[])`;
  let replaced = 0;
  const tables = new Set<string>();
  let kept = 0;
  for (const { place, name, type } of columns) {
    const holds = `${name}::text like $1`;
    const [{ rows }] = await sql.unsafe(`select count(*)::int as rows from ${place} where ${holds}`, [
      `%${key}%`,
    ]);
    if (rows === 0) continue;
    try {
      await sql.unsafe(
        `update ${place} set ${name} = replace(${name}::text, $2, $3)::${type} where ${holds}`,
        [`%${key}%`, key, fresh],
      );
      replaced += rows;
      tables.add(place);
    } catch (error) {
      if (!isAppendOnly(error)) throw error;
      kept += rows;
    }
  }
  return { replaced, tables: [...tables], kept };
}

/** Whether Postgres refused a change of rows that are only added: the role may not, or a trigger forbids it. */
const isAppendOnly = (error: unknown): boolean =>
  (error as { code?: string }).code === "42501" || /append-only/.test(messageOf(error));

/** Tables whose rows about the shopper are deleted. */
const PURGED = [
  "events",
  "user_days",
  "predictions",
  "quarantine",
  "day_counts",
  "people",
  "privacy_requests",
  "feature_shards",
];
/** A table up to this size is written anew: larger ones would be locked for too long. */
const REWRITTEN_BYTES_MAX = 512 * 1024 * 1024;

/** Has Postgres give up the space of rows that were deleted of a shopper, in the scopes of backtests as well. */
export async function purgeErased(sql: Database): Promise<Purged> {
  const scoped = (await tablesNamed(sql, "predictions")).filter((place) => !place.startsWith("public."));
  const purged = await purgeTables(sql, [...PURGED, ...scoped]);
  await sql`vacuum (full) pg_statistic`; // samples of the columns; Postgres passes it over where the role may not
  return purged;
}

/** What was done to tables. */
interface Purged {
  rewritten: string[];
  vacuumed: string[];
}

/**
 * Has Postgres give up the space of deleted and changed rows. Tables of moderate size are written anew, so that no page of
 * them keeps the bytes; in larger ones they are overwritten as the space is used again.
 * @returns the tables that were written anew, and those that were not
 */
export async function purgeTables(sql: Database, tables: readonly string[]): Promise<Purged> {
  const rewritten: string[] = [];
  const vacuumed: string[] = [];
  for (const table of tables) {
    const [{ bytes }] = await sql`select pg_total_relation_size(${table}::regclass)::float8 as bytes`;
    const isSmall = bytes <= REWRITTEN_BYTES_MAX;
    await sql.unsafe(`vacuum (${isSmall ? "full, analyze" : "analyze"}) ${table}`);
    (isSmall ? rewritten : vacuumed).push(table);
  }
  return { rewritten, vacuumed };
}

const tablesNamed = async (sql: Sql, name: string): Promise<string[]> => {
  const rows =
    await sql`select format('%I.%I', table_schema, table_name) as place from information_schema.tables
    where table_type = 'BASE TABLE' and table_name = ${name}
      and (table_schema = 'public' or table_schema like 'backtest%')`;
  return rows.map(({ place }) => place);
};
