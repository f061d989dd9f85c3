import type { Sql } from "../connect.ts";

/** The newest event of each of some shoppers, ms since the epoch; those without events are missing. */
export async function lastEventsMs(sql: Sql, users: readonly string[]): Promise<Map<string, number>> {
  const rows = await sql<{ userKey: string; last: string }[]>`
    select user_key, max(last_at) as last from user_days where user_key = any(${users as string[]}::uuid[])
    group by user_key`;
  return new Map(rows.map(({ userKey, last }) => [userKey, Date.parse(last)]));
}
