import type { Backtest } from "../../backtest/backtest.ts";
import { getBacktest, listSteps, newestReplay, type SavedStep } from "../../db/backtests/backtests.ts";
import type { Sql } from "../../db/connect.ts";

/** The newest replay of history, as far as it is; null where none was run. */
export async function readReplay(sql: Sql): Promise<{ backtest: Backtest; steps: SavedStep[] } | null> {
  const id = await newestReplay(sql);
  if (id === null) return null;
  const [backtest, steps] = await Promise.all([getBacktest(sql, id), listSteps(sql, { backtest: id })]);
  return { backtest, steps };
}
