import { listChecks } from "../../db/cycles/checks.ts";
import { lastReplay } from "../../db/cycles/last_replay.ts";
import { listReplayScores } from "../../db/cycles/replays.ts";
import type { Check } from "../../retraining/check.ts";
import type { DashboardDeps } from "../deps.ts";

/** The score of one policy at one cut-off of a replay of history. */
export interface ReplayScore {
  model: string;
  policy: string;
  cutoff: string;
  version: number | null;
  rows: number;
  metrics: Record<string, number>;
}

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
  async replayScores() {
    const replay = await lastReplay(sql);
    return replay === null ? [] : await listReplayScores(sql, replay);
  },
});
