import { readReplay } from "../../app/reports/replay.ts";
import { type ReplayScore, replayScores } from "../../backtest/replay.ts";
import { listChecks } from "../../db/cycles/checks.ts";
import type { Check } from "../../retraining/check.ts";
import type { DashboardDeps } from "../deps.ts";

/** Reads for the overview alone. */
export interface OverviewReads {
  /** newest first */
  checks(limit: number): Promise<Check[]>;
  /** of the newest replay, oldest cut-off first; empty where none was run */
  replayScores(): Promise<ReplayScore[]>;
}

/** Answers them from Postgres. */
export const overviewReads = ({ sql }: DashboardDeps): OverviewReads => ({
  checks: (limit) => listChecks(sql, { limit }),
  replayScores: async () => replayScores((await readReplay(sql))?.steps ?? []),
});
