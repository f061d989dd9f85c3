import { atOneMoment, type Sql } from "../../src/db/connect.ts";
import { newestShoppers, readUserDays } from "../../src/db/events/user_days.ts";
import { SESSION_FEATURES, sessionRow } from "../../src/features/session.ts";
import { namesSession } from "../../src/features/set.ts";
import type { SessionSample } from "../../src/quality/quality_evidence.ts";
import type { ActivityDeps } from "../deps.ts";

/** Shoppers whose session is computed a second time. */
const COMPARED = 50;

/**
 * The session features of those who were here last, as they are served, beside the same read off their events. Null: no
 * model has any.
 */
export async function sampleSessions(
  { sql, models }: Pick<ActivityDeps, "sql" | "models">,
  asOfMs: number,
): Promise<SessionSample | null> {
  if (![...models.values()].some(namesSession)) return null;
  return await atOneMoment(sql, async (tx) => {
    const users = await newestShoppers(tx, { asOfMs, days: 2, limit: COMPARED });
    const kept = await sessionsOf(tx, { asOfMs, users, newest: "kept" });
    const read = await sessionsOf(tx, { asOfMs, users, newest: "events" });
    const skewed = SESSION_FEATURES.map((feature, j) => {
      const off = users.flatMap((user) => difference(kept.get(user)![j], read.get(user)![j]));
      return { feature, shoppers: off.length, largest: Math.max(0, ...off) };
    });
    return {
      asOf: new Date(asOfMs).toISOString(),
      compared: users.length,
      skewed: skewed.filter(({ shoppers }) => shoppers > 0),
    };
  });
}

async function sessionsOf(
  sql: Sql,
  query: { asOfMs: number; users: readonly string[]; newest: "kept" | "events" },
): Promise<Map<string, number[]>> {
  const rows = new Map<string, number[]>();
  for await (const { userKey, days } of readUserDays(sql, query)) {
    rows.set(userKey, sessionRow(days, query.asOfMs));
  }
  return rows;
}

/** The difference relative to the larger value; none: they are the same. */
function difference(a: number, b: number): number[] {
  if (Object.is(a, b)) return [];
  const off = Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b));
  return [Number.isNaN(off) ? 1 : off];
}
