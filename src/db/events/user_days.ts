import { DAY_MS } from "../../core/time.ts";
import type { Activity } from "../../features/population.ts";
import { type DayEvent, NEWEST_MAX, OWN_EVENTS_MAX, type UserDay } from "../../features/user_day.ts";
import type { Sql } from "../connect.ts";
import { countsMoney } from "./money.ts";
import { IS_COMPLETE } from "./newest_sql.ts";
import {
  DAY_OF_AT,
  STORED_DAY_COLUMNS,
  USER_DAY_COLUMNS,
  USER_DAY_SELECT,
  WHOLE_DAY_SELECT,
} from "./user_day_sql.ts";

/** One shopper with the days on which something happened, ascending; at least one. */
export interface UserDays {
  readonly userKey: string;
  readonly days: UserDay[];
}

/**
 * The population to read: shoppers with a purchase (or any event) in `[asOfMs - activeDays, asOfMs)`, exact to the ms.
 */
interface PopulationQuery {
  /** whole days, >= 1 */
  readonly activeDays: number;
  readonly activity: Activity;
}

interface UserDaysQuery {
  /** events at or after this moment are not seen */
  readonly asOfMs: number;
  /** first day read, days since 1970-01-01 UTC; default: all */
  readonly fromDay?: number;
  /** pseudonyms; default: everyone */
  readonly users?: readonly string[];
  readonly population?: PopulationQuery;
  /** types of the shop's own events to read with their days; default: none */
  readonly events?: readonly string[];
  /**
   * the newest events of the last two days, for session features: `kept`: from the day itself, of a day that lacks some from
   * its events; `events`: always from these. Default: none
   */
  readonly newest?: NewestFrom;
}

type NewestFrom = "kept" | "events";

/**
 * Reads what shoppers did strictly before a moment, sorted by shopper. Streams: memory holds one page, however many
 * shoppers there are. A shopper without events in the range is left out, and one who objects to being profiled, unless
 * asked for by key. Each call sees one state of the database.
 */
export function readUserDays(sql: Sql, query: UserDaysQuery): AsyncGenerator<UserDays> {
  const { asOfMs, fromDay = 0, ...which } = query;
  return readRange(sql, { fromMs: fromDay * DAY_MS, toMs: asOfMs, ...which });
}

/** The same with only the events in `[fromMs, toMs)`, for outcomes; shoppers without any are left out. */
export function readLabelDays(
  sql: Sql,
  query: { fromMs: number; toMs: number; users?: readonly string[]; events?: readonly string[] },
): AsyncGenerator<UserDays> {
  return readRange(sql, query);
}

interface RangeQuery {
  readonly fromMs: number;
  readonly toMs: number;
  readonly users?: readonly string[];
  readonly population?: PopulationQuery;
  readonly events?: readonly string[];
  readonly newest?: NewestFrom;
}

const PAGE = 2000; // rows of user_days
/** The days of so few are read in one piece: a page costs a round trip more, which a prediction waits for. */
const SHOPPERS_AT_ONCE = 100;

async function* readRange(sql: Sql, query: RangeQuery): AsyncGenerator<UserDays> {
  let userKey = "";
  let days: UserDay[] = [];
  const found = rangeRows(sql, query);
  const areFew = query.users !== undefined && query.users.length <= SHOPPERS_AT_ONCE;
  for await (const rows of areFew ? [await found] : found.cursor(PAGE)) {
    for (const { userKey: key, newest, ...day } of rows) {
      if (key !== userKey && days.length > 0) {
        yield { userKey, days };
        days = [];
      }
      userKey = key;
      days.push(newest ? { ...day, newest: newest.map(dayEvent) } : day);
    }
  }
  if (days.length > 0) yield { userKey, days };
}

type Row = Omit<UserDay, "newest"> & {
  readonly userKey: string;
  readonly newest?: readonly (readonly number[])[] | null;
};

const dayEvent = ([atMs, kind, session, category, price]: readonly number[]): DayEvent => ({
  atMs,
  kind,
  session,
  category,
  price,
});

/**
 * Days wholly inside the range come from `user_days`. A day that an end of the range cuts is rolled up again from its
 * events inside, by index `events_at` and for those shoppers alone whose day has events on both sides of the cut:
 * asking as of now, that is nobody.
 */
function rangeRows(sql: Sql, { fromMs, toMs, users, population, events = [], newest }: RangeQuery) {
  const from = at(sql, fromMs);
  const to = at(sql, toMs);
  const fromDay = Math.floor(fromMs / DAY_MS);
  const toDay = Math.floor(toMs / DAY_MS);
  const whom = users
    ? sql`user_key = any(${users as string[]}::uuid[])`
    : sql`user_key not in (select key from people where objected_at is not null)`;
  // of some shoppers, no plan has a reason to walk over a day of all, however few it takes today's to be
  const days = users ? sql`true` : sql`day between ${fromDay}::int and ${toDay}::int`;
  const ends = users ? sql`true` : sql`day = any(${[fromDay, toDay]}::int[])`;
  const [stored, rolledUp] = newest
    ? [STORED_DAY_COLUMNS, WHOLE_DAY_SELECT]
    : [USER_DAY_COLUMNS, USER_DAY_SELECT];
  const wanted = sql`
    and ${whom}
    ${population ? sql`and user_key in (${activeUsers(sql, toMs, population)})` : sql``}`;
  return sql<Row[]>`
    with cut as materialized (
      select user_key, day from user_days
      where ${ends} and first_at < ${to} and last_at >= ${from}
        and (first_at < ${from} or last_at >= ${to}) ${wanted}
    ), shop as materialized (
      select (${countsMoney(sql, toMs)}) as money
    ), found as (
      select ${sql.unsafe(stored)} from user_days
      where ${days} and first_at >= ${from} and last_at < ${to} ${wanted}
      union all
      select ${sql.unsafe(rolledUp)} from events
      where at >= ${from} and at < ${to}
        and (at < ${at(sql, (fromDay + 1) * DAY_MS)} or at >= ${at(sql, toDay * DAY_MS)})
        and (user_key, ${sql.unsafe(DAY_OF_AT)}) in (select user_key, day from cut)
      group by user_key, day
    )
    select user_key as "userKey", day, ${ms(sql, "first_at")} as "firstMs", ${ms(sql, "last_at")} as "lastMs",
      coalesce(${ms(sql, "last_purchase_at")}, 0) as "lastPurchaseMs",
      cardinality(sessions) as sessions, cardinality(order_sessions) as orders, views, carts, purchases, returns,
      others, units, case when money then spend else purchases end as spend,
      case when money then returned else returns end as returned,
      products, categories, viewed ${events.length > 0 ? ownEvents(sql, events, { from, to }) : sql``}
      ${newest ? newestEvents(sql, newest, { from, to }) : sql``}
    from found, shop order by user_key, day`;
}

/** The newest events of a shopper's last day and the one before it; of a day that lacks some by index `events_at`. */
function newestEvents(
  sql: Sql,
  source: NewestFrom,
  { from, to }: { from: ReturnType<typeof at>; to: ReturnType<typeof at> },
) {
  const isKept = source === "kept" ? sql.unsafe(IS_COMPLETE) : sql`false`;
  return sql`, case when day < max(day) over (partition by user_key) - 1 then null when ${isKept} then newest
      else newest_of_day(user_key, day, ${from}, ${to}, ${NEWEST_MAX}::int) end as newest`;
}

/** The events of some types of the shop's own, by index `events_own`: of each day that has any of another type. */
function ownEvents(
  sql: Sql,
  types: readonly string[],
  { from, to }: { from: ReturnType<typeof at>; to: ReturnType<typeof at> },
) {
  return sql`, case when others = 0 then '[]'::json else (
      select coalesce(json_agg(json_build_object('type', type, 'atMs', ${ms(sql, "at")}, 'product', product,
        'quantity', quantity, 'amount', amount, 'fields', coalesce(fields, '{}')) order by at, event_id), '[]')
      from (
        select * from events e where e.user_key = found.user_key and e.type = any(${types as string[]}::text[])
          and e.type not in ('view', 'cart', 'purchase', 'return') and e.at >= ${from} and e.at < ${to}
          and e.at >= to_timestamp(found.day::float8 * 86400)
          and e.at < to_timestamp((found.day + 1)::float8 * 86400)
        order by e.at, e.event_id limit ${OWN_EVENTS_MAX}::int
      ) of_day
    ) end as own`;
}

/** Pseudonyms of the population as of `asOfMs`; a purchase day cut by it is looked up in `events`. */
function activeUsers(sql: Sql, asOfMs: number, { activeDays, activity }: PopulationQuery) {
  const startMs = asOfMs - activeDays * DAY_MS;
  const start = at(sql, startMs);
  const asOf = at(sql, asOfMs);
  const asOfDay = Math.floor(asOfMs / DAY_MS);
  const days = sql`select user_key from user_days
    where day between ${Math.floor(startMs / DAY_MS)}::int and ${asOfDay}::int`;
  if (activity === "any") return sql`${days} and last_at >= ${start} and first_at < ${asOf}`;
  const dayStart = at(sql, asOfDay * DAY_MS);
  return sql`${days} and last_purchase_at >= ${start} and (last_purchase_at < ${asOf} or user_key in (
    select user_key from events
    where at >= ${dayStart} and at < ${asOf} and type = 'purchase' and user_key is not null))`;
}

const at = (sql: Sql, ms: number) => sql`to_timestamp(${ms}::float8 / 1000)`;
const ms = (sql: Sql, column: string) => sql`(extract(epoch from ${sql(column)}) * 1000)::float8`;

/** Lists the pseudonyms of all shoppers. */
export async function knownUsers(sql: Sql): Promise<string[]> {
  const rows = await sql`select distinct user_key from user_days`;
  return rows.map(({ userKey }) => userKey);
}

/** Lists the pseudonyms of the shoppers who were here last before a moment, within some days. Uses index `user_days_day`. */
export async function newestShoppers(
  sql: Sql,
  { asOfMs, days, limit }: { asOfMs: number; days: number; limit: number },
): Promise<string[]> {
  const day = Math.floor(asOfMs / DAY_MS);
  const rows = await sql<{ userKey: string }[]>`select user_key, max(last_at) as last from user_days
    where day between ${day - days + 1}::int and ${day}::int and first_at < ${at(sql, asOfMs)}
      and user_key not in (select key from people where objected_at is not null)
    group by user_key order by last desc, user_key limit ${limit}::int`;
  return rows.map(({ userKey }) => userKey);
}
