/** Whether the newest events of each day are kept, and how days get them that came in before. */
import { DAY_MS } from "../../core/time.ts";
import type { Database, Sql } from "../connect.ts";
import { withRetry } from "../retry.ts";
import { getSetting, putSetting } from "../settings.ts";
import { IS_COMPLETE, KEPT_SETTING, newestOf } from "./newest_sql.ts";

/** Has every process that stores events keep the newest of each day from now on, or no longer. */
export async function keepNewestEvents(sql: Database, areKept: boolean): Promise<void> {
  const before = await getSetting(sql, KEPT_SETTING) === true;
  if (before !== areKept) await putSetting(sql, KEPT_SETTING, areKept);
}

/** Days that begin in `[fromMs, toMs)`. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Gives days that have no newest events, or not all, those that are stored: a day each time, the newest first. One that
 * gets further events meanwhile, or whose events were let go, is left as it is, and read from its events.
 * @returns how many days of shoppers got theirs
 */
export async function fillNewestEvents(sql: Sql, { fromMs, toMs, signal }: Span): Promise<number> {
  const isComplete = sql.unsafe(IS_COMPLETE);
  const days = await sql<{ day: number }[]>`select distinct day from user_days
    where day >= ${Math.ceil(fromMs / DAY_MS)}::int and day < ${toMs / DAY_MS}::float8 and not (${isComplete})
    order by day desc`;
  let filled = 0;
  for (const { day } of days) {
    if (signal?.aborted) break;
    filled += await withRetry(sql, (sql) => fillDay(sql, day));
  }
  return filled;
}

async function fillDay(sql: Sql, day: number): Promise<number> {
  const { count } = await sql`with lacking as materialized (
      select user_key, views + carts + purchases + returns + others as events from user_days
      where day = ${day}::int and not (${sql.unsafe(IS_COMPLETE)}) order by user_key for update
    ), stored as materialized (
      select user_key, count(*) as events, ${sql.unsafe(newestOf("true"))} as newest from events
      where at >= to_timestamp(${day}::float8 * 86400) and at < to_timestamp((${day}::float8 + 1) * 86400)
        and user_key in (select user_key from lacking)
      group by user_key
    )
    update user_days d set newest = stored.newest from lacking join stored using (user_key)
    where d.user_key = lacking.user_key and d.day = ${day}::int and stored.events = lacking.events`;
  return count;
}
