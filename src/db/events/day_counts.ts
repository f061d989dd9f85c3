import { z } from "zod";
import type { Sql } from "../connect.ts";

/** The first and the last event's time, ms since the epoch; null where there is none. */
export async function eventSpan(sql: Sql): Promise<{ firstMs: number; lastMs: number } | null> {
  const [row] = await sql<{ first: string | null; last: string | null }[]>`
    select min(first_at) as first, max(last_at) as last from day_counts`;
  return row.first && row.last ? { firstMs: Date.parse(row.first), lastMs: Date.parse(row.last) } : null;
}

/** Purchases of whole days before a moment, and of its own day. Uses the primary key of `day_counts`. */
export async function countPurchases(sql: Sql, { beforeMs }: { beforeMs: number }): Promise<number> {
  const [row] = await sql`select coalesce(sum(events), 0)::float8 as purchases from day_counts
    where type = 'purchase' and day <= floor(${beforeMs}::float8 / 86400000)`;
  return row.purchases;
}

/** Events of one UTC day (days since 1970) and type. */
export const DayCount = z.object({ day: z.int(), type: z.string(), events: z.number() });
export type DayCount = z.infer<typeof DayCount>;

/** Uses the primary key of `day_counts`. @param range both days included */
export async function dayCounts(sql: Sql, { from, to }: { from: number; to: number }): Promise<DayCount[]> {
  const rows = await sql`select day, type, sum(events)::float8 as events from day_counts
    where day between ${from}::int and ${to}::int group by day, type order by day, type`;
  return z.array(DayCount).parse([...rows]);
}
