import { readReplay } from "../../app/reports/replay.ts";
import { currentAsOf } from "../../app/as_of.ts";
import { type ReplayScore, replayScores } from "../../backtest/replay.ts";
import { DAY_MS } from "../../core/time.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import { listChecks } from "../../db/cycles/checks.ts";
import { eventSpan } from "../../db/events/day_counts.ts";
import { countEvents } from "../../db/events/events.ts";
import type { DashboardDeps } from "../deps.ts";

/** How far an installation is on its way to the first model. */
export interface FirstSteps {
  /** the moment that checks hold for */
  nowMs: number;
  events: number;
  /** days from the first event to the last */
  haveDays: number;
  /** days of history that a first training takes, by the settings */
  needDays: number;
  /** when there will be so many, if events go on coming in; null: there are no events */
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

async function readFirstSteps({ sql, clock }: DashboardDeps): Promise<FirstSteps> {
  const nowMs = await currentAsOf(sql, clock);
  const [events, span, { config }, [check]] = await Promise.all([
    countEvents(sql, { beforeMs: nowMs }),
    eventSpan(sql),
    currentConfig(sql),
    listChecks(sql, { limit: 1 }),
  ]);
  const { active_days: active, horizon_days: horizon, step_days: step, min_train_cutoffs: cutoffs } = config;
  const needDays = active + horizon + cutoffs * step;
  const against = check?.reasons.findLast(({ speaks }) => speaks === "against") ?? check?.reasons.at(-1);
  return {
    nowMs,
    events,
    haveDays: span ? Math.max(0, Math.floor((Math.min(span.lastMs, nowMs) - span.firstMs) / DAY_MS)) : 0,
    needDays,
    possibleFrom: span ? new Date(span.firstMs + needDays * DAY_MS).toISOString() : null,
    sentDaysAgo: span ? (nowMs - span.lastMs) / DAY_MS : null,
    obstacle: against?.text ?? null,
  };
}
