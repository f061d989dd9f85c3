import type { Backtest } from "../../src/backtest/backtest.ts";
import type { SavedStep } from "../../src/db/backtests/backtests.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { quantile } from "../../src/stats/quantile.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import { sealValue } from "../../src/registry/sealed.ts";
import { configOf, type ModelConfig } from "../../src/config/retraining.ts";
import { loadRows } from "../../src/training/dataset.ts";
import { labelledBlocks } from "../../src/app/features/labelled_rows.ts";
import { scores } from "../../src/validation/compare.ts";
import type { ActivityDeps } from "../deps.ts";
import { predictOffline, testRows } from "../replay.ts";

/** Scores what a policy serves at a moment, on the population of that moment and the outcomes after it. */
export async function scoreServed(
  live: ActivityDeps,
  within: ActivityDeps,
  { backtest, model: name, asOfMs }: { backtest: Backtest; model: string; asOfMs: number },
): Promise<Pick<SavedStep, "version" | "rows" | "metrics" | "predictionsSha256">> {
  const model = live.models.get(name)!;
  const config = configOf(backtest.config, name);
  const [rows, known, version] = await Promise.all([
    testRows(live, model, config, asOfMs),
    knownBy(live, model, config, asOfMs),
    servingVersion(within.sql, name),
  ]);
  const predictions = await predictOffline(within, name, version, rows, known.naive);
  const sealed = {
    shopper: [...rows.user],
    outcome: [...rows.target],
    prediction: Array.from(predictions),
  };
  const { n: _n, ...metrics } = scores(model.kind, rows.target, predictions, known.cap) as Record<
    string,
    number
  >;
  return {
    version,
    rows: rows.target.length,
    metrics,
    predictionsSha256: await sealValue(live.store, sealed),
  };
}

/** The naive guess and the cap of capped errors: from all outcomes known at a moment, the same for every policy. */
async function knownBy(
  live: ActivityDeps,
  model: ModelDefinition,
  config: ModelConfig,
  asOfMs: number,
): Promise<{ naive: number; cap: number }> {
  const { target } = await loadRows(live.store, await labelledBlocks(live, model, { config, asOfMs }));
  const naive = target.reduce((a, b) => a + b, 0) / target.length;
  return { naive, cap: model.kind === "regression" ? quantile(target, 0.99) : Infinity };
}
