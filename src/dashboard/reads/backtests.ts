import {
  type BacktestDetail,
  type BacktestSummary,
  readBacktest,
  summaryOf,
} from "../../app/reports/backtest.ts";
import { listBacktests } from "../../db/backtests/backtests.ts";
import type { DashboardDeps } from "../deps.ts";
import { nullIfNotFound } from "../null_if_not_found.ts";

/** Reads for the pages about backtests. */
export interface BacktestReads {
  /** newest first; `limit`: left out, all that are shown */
  backtests(limit?: number): Promise<BacktestSummary[]>;
  /** with what each policy did so far; null: there is none of this id */
  backtest(id: string): Promise<BacktestDetail | null>;
}

const BACKTESTS_SHOWN = 200;

/** Answers them from Postgres. */
export const backtestReads = ({ sql, models, explain }: DashboardDeps): BacktestReads => ({
  backtests: async (limit = BACKTESTS_SHOWN) => (await listBacktests(sql, { limit })).map(summaryOf),
  backtest: (id) => nullIfNotFound(readBacktest({ sql, models, open: explain.open }, id)),
});
