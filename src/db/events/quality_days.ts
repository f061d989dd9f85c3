import { DAY_MS } from "../../core/time.ts";
import { type DayProfile, PRICE_BIN } from "../../quality/profile.ts";
import type { Sql } from "../connect.ts";
import { DAY_OF_AT } from "./user_day_sql.ts";

/** Prices and products are compared with so many days before the week they are sold in. */
const PRICES_DAYS = 56;
/** A product is young for so long; what was sold in the time before that is known. */
const YOUNG_DAYS = 60;
const KNOWN_DAYS = 120;
/** So many days of history say which products are known. */
const KNOWN_DAYS_MIN = 28;
/** A visit counts as affected by repetition when so large a part of its events repeats others. */
const REPEATED_PART = 1 / 3;

/** The purchases of a visit share one factor when so many of them are within a bin of their middle. */
const SHARED_PART = 0.8;
/** No person shops in so many different hours of a day. */
const RESTLESS_HOURS = 8;

/** Events of a visit: one session, else one shopper, else ten minutes. */
const VISIT =
  `coalesce(session_code, ('x' || left(user_key::text, 8))::bit(32)::int, (extract(epoch from at) / 600)::int)`;
const HOUR = `extract(hour from at at time zone 'utc')::int`;

interface Range {
  fromMs: number;
  toMs: number;
}

const between = (sql: Sql, { fromMs, toMs }: Range) =>
  sql`at >= to_timestamp(${fromMs}::float8 / 1000) and at < to_timestamp(${toMs}::float8 / 1000)`;

/** Weeks begin on Monday, which was day 4 of the epoch. */
export const mondayOf = (ms: number): number => (Math.floor((ms / DAY_MS - 4) / 7) * 7 + 4) * DAY_MS;

/**
 * Profiles of the UTC days that a range within one week touches, from its events alone; days without events are left out.
 * Reads `events` by index `events_at`, and what was sold before that week.
 */
export async function profileDays(sql: Sql, range: Range): Promise<DayProfile[]> {
  const [days, types, prices, young, shoppers, largest] = await Promise.all([
    readDays(sql, range),
    readTypes(sql, range),
    readPrices(sql, range),
    readYoung(sql, range),
    readShoppers(sql, range),
    readLargest(sql, range),
  ]);
  const rowsOfDay = <T extends { day: number }>(rows: readonly T[], day: number) =>
    rows.find((row) => row.day === day);
  return days.map(({ day, ...rest }) => ({
    day,
    ...rest,
    ...typesOf(types.filter((row) => row.day === day)),
    ...pricesOf(prices.filter((row) => row.day === day)),
    young: without(rowsOfDay(young, day)),
    shoppers: without(rowsOfDay(shoppers, day))!,
    largest: without(rowsOfDay(largest, day)) ?? { price: null, quantity: null, amount: null },
  }));
}

function without<T extends { day: number }>(row: T | undefined): Omit<T, "day"> | null {
  if (!row) return null;
  const { day: _, ...rest } = row;
  return rest;
}

type DayRow = Pick<
  DayProfile,
  "day" | "events" | "visits" | "hours" | "eventHours" | "duplicates" | "late" | "outOfOrder" | "free"
>;

/** Counts that hold for every event, whatever its type. */
async function readDays(sql: Sql, range: Range): Promise<DayRow[]> {
  const rows = await sql`
    with lines as materialized (
      select ${sql.unsafe(DAY_OF_AT)} as day, ${sql.unsafe(VISIT)} as visit, ${sql.unsafe(HOUR)} as hour,
        at, received_at,
        type = 'purchase' and (price <= 0 or amount <= 0) as free,
        row_number() over (partition by session_code, user_key, type, product_code, price, quantity, amount,
                           date_trunc('second', at) order by event_id) > 1 as repeats
      from events where ${between(sql, range)}
    ), ordered as (
      select *, at < max(at) over (partition by day, visit order by received_at
        range between unbounded preceding and interval '1 microsecond' preceding) as overtaken
      from lines
    ), visits as (
      select day, visit, min(hour) as hour, count(*)::int as events,
        (count(*) filter (where repeats))::int as repeats,
        (count(*) filter (where received_at > at + interval '1 hour'))::int as late,
        (count(*) filter (where overtaken))::int as overtaken, (count(*) filter (where free))::int as free
      from ordered group by day, visit
    ), hours as (
      select day, array_agg(coalesce(visits, 0) order by hour) as hours, array_agg(coalesce(events, 0) order by hour) as event_hours
      from (select distinct day from lines) d cross join generate_series(0, 23) hour
        left join (select day, hour, count(*)::int as visits from visits group by 1, 2) v using (day, hour)
        left join (select day, hour, count(*)::int as events from lines group by 1, 2) e using (day, hour)
      group by day
    )
    select day, sum(events)::int as events, count(*)::int as visits, hours, event_hours,
      array[count(*) filter (where repeats >= events * ${REPEATED_PART}::float8), sum(repeats)]::int[] as duplicates,
      array[count(*) filter (where late > 0), sum(late)]::int[] as late,
      array[count(*) filter (where overtaken > 0), sum(overtaken)]::int[] as out_of_order,
      array[count(*) filter (where free > 0), sum(free)]::int[] as free
    from visits join hours using (day) group by day, hours, event_hours order by day`;
  return [...rows] as unknown as DayRow[];
}

interface TypeRow {
  day: number;
  type: string;
  visits: number;
  events: number;
  bought: number;
  missing: Record<string, [number, number]>;
}

/** Visits and events of each type, and what their fields lack. A visit lacks a field when half of its events do. */
async function readTypes(sql: Sql, range: Range): Promise<TypeRow[]> {
  const lacks = (column: string) =>
    sql.unsafe(`array[count(*) filter (where 2 * ${column} <= events), sum(events - ${column})]::int[]`);
  const rows = await sql`
    with parts as (
      select ${sql.unsafe(DAY_OF_AT)} as day, ${sql.unsafe(VISIT)} as visit, type, count(*)::int as events,
        count(user_key)::int as users, count(session_code)::int as sessions, count(product_code)::int as products,
        count(category_code)::int as categories, count(price)::int as prices
      from events where ${between(sql, range)} group by 1, 2, 3
    ), marked as (
      select *, bool_or(type = 'purchase') over (partition by day, visit) as bought from parts
    )
    select day, type, count(*)::int as visits, sum(events)::int as events, (count(*) filter (where bought))::int as bought,
      jsonb_build_object('user', ${lacks("users")}, 'session', ${lacks("sessions")},
        'product', ${lacks("products")}, 'category', ${lacks("categories")},
        'price', ${lacks("prices")}) as missing
    from marked group by day, type order by day, type`;
  return [...rows] as unknown as TypeRow[];
}

/** So many types of a day are kept, those of most visits; the rest is noise. */
const TYPES_MAX = 24;

function typesOf(rows: readonly TypeRow[]): Pick<DayProfile, "types" | "bought" | "missing"> {
  const mostFrequent = [...rows].sort((a, b) => b.visits - a.visits || (a.type < b.type ? -1 : 1)).slice(
    0,
    TYPES_MAX,
  );
  const missing = mostFrequent.flatMap(({ type, missing }) =>
    Object.entries(missing).filter(([, [, events]]) => events > 0).map((
      [field, n],
    ) => [`${type}/${field}`, n])
  );
  return {
    types: Object.fromEntries(mostFrequent.map(({ type, visits, events }) => [type, [visits, events]])),
    bought: Object.fromEntries(mostFrequent.map(({ type, bought }) => [type, bought])),
    missing: Object.fromEntries(missing),
  };
}

const pricesOf = (rows: readonly { bin: number | null; visits: number }[]) => ({
  prices: rows.flatMap(({ bin, visits }): [number, number][] => bin === null ? [] : [[bin, visits]]),
  mixedPrices: rows.find(({ bin }) => bin === null)?.visits ?? 0,
});

/**
 * Visits by ln(price / usual price) of their purchases, in bins; usual is the product's median before the week. Null:
 * the purchases of the visit do not share one.
 */
async function readPrices(
  sql: Sql,
  range: Range,
): Promise<{ day: number; bin: number | null; visits: number }[]> {
  const toMs = mondayOf(range.fromMs);
  const before = { fromMs: toMs - PRICES_DAYS * DAY_MS, toMs };
  return await sql`
    with usual as (
      select product_code, percentile_cont(0.5) within group (order by price) as price from events
      where ${between(sql, before)} and type = 'purchase' and price > 0 group by 1
    ), lines as (
      select ${sql.unsafe(DAY_OF_AT)} as day, ${sql.unsafe(VISIT)} as visit, ln(e.price / usual.price) as off
      from events e join usual using (product_code)
      where ${between(sql, range)} and type = 'purchase' and e.price > 0
    ), visits as (
      select day, visit, percentile_cont(0.5) within group (order by off) as middle, array_agg(off) as offs
      from lines group by 1, 2
    ), shared as (
      select day, middle, (select avg((abs(off - middle) <= ${PRICE_BIN}::float8)::int) from unnest(offs) off) as part from visits
    )
    select day, case when part >= ${SHARED_PART}::float8 then round(middle / ${PRICE_BIN}::float8)::int end as bin,
      count(*)::int as visits
    from shared group by 1, 2 order by 1, 2`;
}

/** Visits that buy products, most of which nobody is known to have bought until some time before. */
async function readYoung(
  sql: Sql,
  range: Range,
): Promise<{ day: number; visits: number; of: number; events: number; known: number }[]> {
  const lastDay = mondayOf(range.fromMs) / DAY_MS - YOUNG_DAYS;
  const knownFrom = lastDay - KNOWN_DAYS;
  const knownUntil = lastDay - KNOWN_DAYS_MIN;
  return await sql`
    with known as materialized (
      select distinct unnest(products) as product_code from user_days where day >= ${knownFrom}::int and day < ${lastDay}::int
    ), visits as (
      select ${sql.unsafe(DAY_OF_AT)} as day, ${sql.unsafe(VISIT)} as visit, count(*)::int as events,
        (count(*) filter (where k.product_code is null))::int as young
      from events e left join known k using (product_code)
      where ${between(sql, range)} and type = 'purchase' and product_code is not null group by 1, 2
    )
    select day, (count(*) filter (where 2 * young > events))::int as visits, count(*)::int as of, sum(young)::int as events,
      sum(events - young)::int as known
    from visits where exists (select 1 from day_counts where day <= ${knownUntil}::int) group by day order by day`;
}

/** Reads the activity of single shoppers. */
async function readShoppers(sql: Sql, range: Range): Promise<({ day: number } & DayProfile["shoppers"])[]> {
  return await sql`
    with shoppers as materialized (
      select ${sql.unsafe(DAY_OF_AT)} as day, user_key, count(*)::int as events,
        count(distinct ${sql.unsafe(HOUR)})::int as hours, min(product_code) as product_code
      from events where ${between(sql, range)} and user_key is not null group by 1, 2
    ), single as materialized (
      select day, product_code from shoppers s where events = 1
        and not exists (select 1 from user_days u where u.user_key = s.user_key and u.day < s.day)
    ), one_product as (
      select day, max(n)::int as n from (
        select day, count(*) as n from single where product_code is not null group by day, product_code) p group by day
    ), days as (
      select distinct ${sql.unsafe(DAY_OF_AT)} as day from events where ${between(sql, range)}
    )
    select d.day, count(s.user_key)::int as all, (select count(*) from single where day = d.day)::int as single,
      coalesce((select n from one_product where day = d.day), 0)::int as single_product,
      coalesce(max(events), 0)::int as most_events, (count(*) filter (where hours >= ${RESTLESS_HOURS}::int))::int as restless,
      coalesce(sum(events) filter (where hours >= ${RESTLESS_HOURS}::int), 0)::int as restless_events
    from days d left join shoppers s using (day) group by d.day order by d.day`;
}

/** The largest numbers of purchases, without those that a return of the same day undoes. */
async function readLargest(sql: Sql, range: Range): Promise<({ day: number } & DayProfile["largest"])[]> {
  const dayOfEvent = sql.unsafe(DAY_OF_AT);
  return await sql`
    with lines as (
      select ${dayOfEvent} as day, max(price) as price, max(abs(quantity)) as quantity, max(abs(amount)) as amount
      from events where ${between(sql, range)} and type in ('purchase', 'return')
      group by 1, user_key, product_code, abs(quantity), abs(amount)
      having count(*) filter (where type = 'purchase') > count(*) filter (where type = 'return')
    )
    select day, max(price)::float8 as price, max(quantity)::float8 as quantity, max(amount)::float8 as amount
    from lines group by day order by day`;
}
