/** Queries about arriving events: counts by day and hour, delays, duplicates. */
import { z } from "zod";
import type { Sql } from "../connect.ts";

/** The arrivals of a day that is over, from its profile. */
export const DayInBrief = z.object({
  day: z.int(),
  events: z.number(),
  hours: z.array(z.number()),
  /** arrived more than an hour after they happened */
  late: z.number(),
  /** say what another event of the day says */
  duplicates: z.number(),
});
export type DayInBrief = z.infer<typeof DayInBrief>;

/** Of days that a look at the events has profiled; an empty list where nobody looked. */
export async function daysInBrief(
  sql: Sql,
  { from, to }: { from: number; to: number },
): Promise<DayInBrief[]> {
  const rows = await sql`select day, events, profile -> 'eventHours' as hours,
      coalesce((profile -> 'late' ->> 1)::float8, 0) as late, coalesce((profile -> 'duplicates' ->> 1)::float8, 0) as duplicates
    from quality_days where day between ${from}::int and ${to}::int order by day`;
  return z.array(DayInBrief).parse([...rows]);
}

/** Events of a day hour by hour, shape `[24]`. Uses index `events_at`. */
export async function hoursOfToday(
  sql: Sql,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<number[]> {
  const rows = await sql<{ hour: number; events: number }[]>`
    select extract(hour from at at time zone 'utc')::int as hour, count(*)::float8 as events from events
    where at >= to_timestamp(${fromMs}::float8 / 1000) and at < to_timestamp(${toMs}::float8 / 1000) group by 1`;
  const hours = new Array<number>(24).fill(0);
  for (const { hour, events } of rows) hours[hour] = events;
  return hours;
}

/** The newest events by the time they happened, and how long they took to arrive. */
export const NewestArrivals = z.object({
  at: z.iso.datetime().nullable(),
  received: z.iso.datetime().nullable(),
  /** events looked at */
  events: z.int(),
  /** seconds; null: no events */
  lagMiddle: z.number().nullable(),
  lagMost: z.number().nullable(),
});
export type NewestArrivals = z.infer<typeof NewestArrivals>;

const NEWEST = 1000;

/** Uses index `events_at`. The most is that of 95 in 100. */
export async function newestArrivals(sql: Sql, { asOfMs }: { asOfMs: number }): Promise<NewestArrivals> {
  const [row] = await sql`
    select max(at) as at, max(received_at) as received, count(*)::int as events,
      percentile_cont(0.5) within group (order by extract(epoch from received_at - at)::float8) as lag_middle,
      percentile_cont(0.95) within group (order by extract(epoch from received_at - at)::float8) as lag_most
    from (select at, received_at from events where at <= to_timestamp(${asOfMs}::float8 / 1000) order by at desc limit ${NEWEST}) newest`;
  return NewestArrivals.parse(row);
}

/** Events sent again under an id that was stored already. */
export const RepeatCount = z.object({ source: z.string(), events: z.number(), lastDay: z.int() });
export type RepeatCount = z.infer<typeof RepeatCount>;

/** Of days of receipt from a day on, by source. */
export async function repeatsBySource(sql: Sql, { from }: { from: number }): Promise<RepeatCount[]> {
  const rows = await sql`select source, sum(events)::float8 as events, max(day) as last_day from repeats
    where day >= ${from}::int group by source order by events desc, source limit 50`;
  return z.array(RepeatCount).parse([...rows]);
}

/** A file that was imported, or is being imported. */
export const ImportInBrief = z.object({
  name: z.string(),
  linesDone: z.number(),
  accepted: z.number(),
  duplicates: z.number(),
  quarantined: z.number(),
  updatedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
});
export type ImportInBrief = z.infer<typeof ImportInBrief>;

/** The newest ones first. */
export async function listImports(sql: Sql, limit = 20): Promise<ImportInBrief[]> {
  const rows = await sql`select name, lines_done, accepted, duplicates, quarantined, updated_at, finished_at
    from imports where undone_at is null order by updated_at desc limit ${limit}`;
  return z.array(ImportInBrief).parse([...rows]);
}
