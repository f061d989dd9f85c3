import { configOf } from "../../config/retraining.ts";
import type { Clock } from "../../core/clock.ts";
import { DAY_MS } from "../../core/time.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Database } from "../../db/connect.ts";
import { fillNewestEvents } from "../../db/events/newest_events.ts";
import type { ModelDefinition } from "../../models/model.ts";
import { currentAsOf } from "../as_of.ts";

/**
 * Gives the days of whom models with session features are asked about their newest events, where they came in before these
 * were kept. @returns how many days of shoppers got theirs
 */
export async function fillRecentDays(
  { sql, clock, models }: { sql: Database; clock: Clock; models: readonly Pick<ModelDefinition, "name">[] },
  signal: AbortSignal,
): Promise<number> {
  const [{ config }, asOfMs] = await Promise.all([currentConfig(sql), currentAsOf(sql, clock)]);
  const days = Math.max(...models.map(({ name }) => configOf(config, name).active_days));
  return await fillNewestEvents(sql, { fromMs: asOfMs - (days + 1) * DAY_MS, toMs: asOfMs, signal });
}
