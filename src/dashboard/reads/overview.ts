import { readReplay } from "../../app/reports/replay.ts";
import { currentAsOf } from "../../app/as_of.ts";
import { type ReplayScore, replayScores } from "../../backtest/replay.ts";
import { DAY_MS } from "../../core/time.ts";
import { configOf } from "../../config/retraining.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import { listChecks } from "../../db/cycles/checks.ts";
import { eventSpan } from "../../db/events/day_counts.ts";
import { countEvents } from "../../db/events/events.ts";
import { firstTrainingMs } from "../../training/cutoffs.ts";
import type { DashboardDeps } from "../deps.ts";

/** How far an installation is on its way to the first model. */
export interface FirstSteps {
  /** the moment that checks hold for */
  nowMs: number;
  events: number;
  /** days from the first event to the last */
  haveDays: number;
  /** days from the first event to the first training that is possible; without any, were the first one sent now */
  needDays: number;
  /** the first moment at which any model can be trained, if events go on coming in; null: there are no events */
  possibleFrom: string | null;
  /** days since the newest event; null: there are none */
  sentDaysAgo: number | null;
  /** why the last check did not train, in a sentence without a period; null: nothing was checked */
  obstacle: string | null;
}

/** Reads for the overview alone. */
export interface OverviewReads {
  /** of the newest replay, oldest cut-off first; empty where none was run */
  replayScores(): Promise<ReplayScore[]>;
  firstSteps(): Promise<FirstSteps>;
}

/** Answers them from Postgres. */
export const overviewReads = (deps: DashboardDeps): OverviewReads => ({
  replayScores: async () => replayScores((await readReplay(deps.sql))?.steps ?? []),
  firstSteps: () => readFirstSteps(deps),
});

/** Reads how far an installation is. */
export async function readFirstSteps(
  { sql, clock, models }: Pick<DashboardDeps, "sql" | "clock" | "models">,
): Promise<FirstSteps> {
  const nowMs = await currentAsOf(sql, clock);
  const [events, span, { config }, [check]] = await Promise.all([
    countEvents(sql, { beforeMs: nowMs }),
    eventSpan(sql),
    currentConfig(sql),
    listChecks(sql, { limit: 1 }),
  ]);
  const firstMs = span?.firstMs ?? nowMs;
  const possibleMs = Math.min(
    ...[...models.keys()].map((model) => firstTrainingMs(configOf(config, model), firstMs)),
  );
  const against = check?.reasons.findLast(({ speaks }) => speaks === "against") ?? check?.reasons.at(-1);
  return {
    nowMs,
    events,
    haveDays: span ? Math.max(0, Math.floor((Math.min(span.lastMs, nowMs) - span.firstMs) / DAY_MS)) : 0,
    needDays: Math.max(0, Math.ceil((possibleMs - firstMs) / DAY_MS)),
    possibleFrom: span ? new Date(possibleMs).toISOString() : null,
    sentDaysAgo: span ? (nowMs - span.lastMs) / DAY_MS : null,
    obstacle: against?.text ?? null,
  };
}
