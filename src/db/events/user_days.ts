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

/** Shoppers whose keys lie in `[from, to)`; an end that is left out is open. */
export interface KeyRange {
  readonly from?: string;
  readonly to?: string;
}

interface UserDaysQuery {
  /** events at or after this moment are not seen */
  readonly asOfMs: number;
  /** first day read, days since 1970-01-01 UTC; default: all */
  readonly fromDay?: number;
  /** pseudonyms; default: everyone */
  readonly users?: readonly string[];
  /** default: everyone */
  readonly range?: KeyRange;
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
  const { asOfMs, fromDay = 0, ...whom } = query;
  return readRange(sql, { fromMs: fromDay * DAY_MS, toMs: asOfMs, ...whom });
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
  readonly range?: KeyRange;
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
  for await (const rows of areFew ? [await found] : readAhead(found.cursor(PAGE))) {
    for (const { line, own, newest } of rows) {
      const key = line.slice(0, KEY_LENGTH);
      if (key !== userKey && days.length > 0) {
        yield { userKey, days };
        days = [];
      }
      userKey = key;
      const day = dayOf(line);
      if (own !== undefined) day.own = own;
      if (newest) day.newest = newest.map(dayEvent);
      days.push(day);
    }
  }
  if (days.length > 0) yield { userKey, days };
}

/** Asks for the next page before it gives out one, so that Postgres works while the page is read. */
async function* readAhead<T>(pages: AsyncIterable<T>): AsyncGenerator<T> {
  const iterator = pages[Symbol.asyncIterator]();
  let next = iterator.next();
  try {
    for (let page = await next; !page.done; page = await next) {
      next = iterator.next();
      next.catch(() => undefined); // thrown where it is awaited
      yield page.value;
    }
  } finally {
    await next.catch(() => undefined); // a page that is under way has to come in before the cursor can be closed
    await iterator.return?.();
  }
}

/** A shopper's day as one text, the events of a shop's own types, and the newest events as numbers. */
interface Row {
  readonly line: string;
  readonly own?: UserDay["own"];
  readonly newest?: readonly (readonly number[])[] | null;
}

const KEY_LENGTH = 36;

/** Reads the values of `LINE`: as one text they take a third of the time that a column each takes. */
function dayOf(line: string): Writable<UserDay> {
  const values = line.split(" ");
  return {
    day: Number(values[1]),
    firstMs: Number(values[2]) / 1000,
    lastMs: Number(values[3]) / 1000,
    lastPurchaseMs: Number(values[4]) / 1000,
    sessions: Number(values[5]),
    orders: Number(values[6]),
    views: Number(values[7]),
    carts: Number(values[8]),
    purchases: Number(values[9]),
    returns: Number(values[10]),
    others: Number(values[11]),
    units: Number(values[12]),
    spend: Number(values[13]),
    returned: Number(values[14]),
    products: codesOf(values[15]),
    categories: codesOf(values[16]),
    viewed: codesOf(values[17]),
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads an array of whole numbers as Postgres writes it: `{1,-2}`. */
function codesOf(text: string): number[] {
  const codes: number[] = [];
  let [value, sign] = [0, 1];
  for (let i = 1; i < text.length && text.length > 2; i++) {
    const letter = text.charCodeAt(i);
    if (letter === MINUS) sign = -1;
    else if (letter >= ZERO && letter <= NINE) value = value * 10 + letter - ZERO;
    else {
      codes.push(sign * value);
      [value, sign] = [0, 1];
    }
  }
  return codes;
}

const [MINUS, ZERO, NINE] = [45, 48, 57];

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
function rangeRows(
  sql: Sql,
  { fromMs, toMs, users, range = {}, population, events = [], newest }: RangeQuery,
) {
  const from = at(sql, fromMs);
  const to = at(sql, toMs);
  const fromDay = Math.floor(fromMs / DAY_MS);
  const toDay = Math.floor(toMs / DAY_MS);
  const whom = users
    ? sql`user_key = any(${users as string[]}::uuid[])`
    : sql`${notObjecting(sql)} ${within(sql, range)}`;
  // of some shoppers, no plan has a reason to walk over a day of all, however few it takes today's to be
  const days = users ? sql`true` : sql`day between ${fromDay}::int and ${toDay}::int`;
  const ends = users ? sql`true` : sql`day = any(${[fromDay, toDay]}::int[])`;
  const [stored, rolledUp] = newest
    ? [STORED_DAY_COLUMNS, WHOLE_DAY_SELECT]
    : [USER_DAY_COLUMNS, USER_DAY_SELECT];
  const wanted = sql`
    and ${whom}
    ${population ? sql`and user_key in (${activeUsers(sql, toMs, population, range)})` : sql``}`;
  const [firstUs, lastUs, lastPurchaseUs] = ["first_at", "last_at", "last_purchase_at"].map((column) =>
    us(sql, column)
  );
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
    select concat_ws(' ', user_key, day, ${firstUs}, ${lastUs},
        coalesce(${lastPurchaseUs}, 0), cardinality(sessions), cardinality(order_sessions), views, carts,
        purchases, returns, others, units, case when money then spend else purchases end,
        case when money then returned else returns end, products, categories, viewed) as line
      ${events.length > 0 ? ownEvents(sql, events, { from, to }) : sql``}
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
function activeUsers(
  sql: Sql,
  asOfMs: number,
  { activeDays, activity }: PopulationQuery,
  range: KeyRange = {},
) {
  const startMs = asOfMs - activeDays * DAY_MS;
  const start = at(sql, startMs);
  const asOf = at(sql, asOfMs);
  const asOfDay = Math.floor(asOfMs / DAY_MS);
  const days = sql`select user_key from user_days
    where day between ${Math.floor(startMs / DAY_MS)}::int and ${asOfDay}::int ${within(sql, range)}`;
  if (activity === "any") return sql`${days} and last_at >= ${start} and first_at < ${asOf}`;
  const dayStart = at(sql, asOfDay * DAY_MS);
  return sql`${days} and last_purchase_at >= ${start} and (last_purchase_at < ${asOf} or user_key in (
    select user_key from events
    where at >= ${dayStart} and at < ${asOf} and type = 'purchase' and user_key is not null))`;
}

const notObjecting = (sql: Sql) =>
  sql`user_key not in (select key from people where objected_at is not null)`;

const within = (sql: Sql, { from, to }: KeyRange) =>
  sql`${from === undefined ? sql`` : sql`and user_key >= ${from}::uuid`}
    ${to === undefined ? sql`` : sql`and user_key < ${to}::uuid`}`;

/**
 * Divides a population by its shoppers' keys into ranges of so many shoppers each; the last one may hold fewer. One range
 * without ends where there are not more.
 */
export async function populationRanges(
  sql: Sql,
  { asOfMs, population, shoppers }: { asOfMs: number; population: PopulationQuery; shoppers: number },
): Promise<KeyRange[]> {
  const rows = await sql<{ userKey: string }[]>`
    select user_key from (
      select user_key, row_number() over (order by user_key) as number
      from (select distinct user_key from (${activeUsers(sql, asOfMs, population)}) active
        where ${notObjecting(sql)}) everyone
    ) numbered where number > ${shoppers}::int and number % ${shoppers}::int = ${1 % shoppers}::int
    order by user_key`;
  const starts = rows.map(({ userKey }) => userKey);
  return [undefined, ...starts].map((from, i) => ({
    ...from === undefined ? {} : { from },
    ...starts[i] === undefined ? {} : { to: starts[i] },
  }));
}

const at = (sql: Sql, ms: number) => sql`to_timestamp(${ms}::float8 / 1000)`;
/** Whole microseconds since the epoch, which cost Postgres a third of what exact milliseconds do. */
const us = (sql: Sql, column: string) => sql`(date_part('epoch', ${sql(column)}) * 1000000)::bigint`;
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
