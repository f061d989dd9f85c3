import type { Sql } from "../connect.ts";

/** The name of the replay that has come furthest in its data, or null where none was run. */
export async function lastReplay(sql: Sql): Promise<string | null> {
  const [row] = await sql`select replay from replay_scores group by replay
    order by max(cutoff) desc, count(*) desc, replay limit 1`;
  return row?.replay ?? null;
}
