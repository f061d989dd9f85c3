import type { Sql } from "../connect.ts";

/** The first and the last event's time, ms since the epoch; null where there is none. */
export async function eventSpan(sql: Sql): Promise<{ firstMs: number; lastMs: number } | null> {
  const [row] = await sql<{ first: string | null; last: string | null }[]>`
    select min(first_at) as first, max(last_at) as last from day_counts`;
  return row.first && row.last ? { firstMs: Date.parse(row.first), lastMs: Date.parse(row.last) } : null;
}
