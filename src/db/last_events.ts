import type { Sql } from "./connect.ts";

/** The newest event of some shoppers, ms since the epoch; 0 where none is known. */
export async function lastEventMs(sql: Sql, users: readonly string[]): Promise<number> {
  const [row] = await sql<{ last: string | null }[]>`
    select max(last_at) as last from user_days where user_key = any(${users as string[]}::uuid[])`;
  return row.last ? Date.parse(row.last) : 0;
}
