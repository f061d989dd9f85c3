import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { classificationScores, type MetricName, regressionScores } from "../../src/stats/metrics.ts";
import { fitCalibrator } from "../../src/performance/calibration.ts";
import { estimate } from "../../src/performance/estimate.ts";
import type { OutcomeRows } from "../../src/performance/rows.ts";
import golden from "../golden/performance.json" with { type: "json" };
import { unpacked } from "./golden.ts";

const near = (have: number, want: number, within: number, what = "") =>
  assert.ok(Math.abs(have - want) <= within, `${what} want ${want}, have ${have}`);

const CHURN: MetricName[] = ["accuracy", "auc", "logLoss", "brier"];
const SPEND: MetricName[] = ["mse", "cappedMse", "mae", "r2", "bias"];
const options = { confidence: 0.9, atDeployment: {} };

Deno.test(`fitCalibrator() agrees with ${golden.madeBy}`, () => {
  const { a, b } = fitCalibrator(unpacked(golden.cbpe.known));
  near(a, golden.cbpe.calibrator[0], 1e-5);
  near(b, golden.cbpe.calibrator[1], 1e-5);
});

Deno.test("fitCalibrator() leaves probabilities nearly as they are, when few rows or one class are known", () => {
  const { a, b } = fitCalibrator({ prediction: [0.7, 0.8], outcome: [1, 1], shopper: [1, 2] });
  assert.ok(Math.abs(a) < 0.4 && Math.abs(b - 1) < 0.4, `${a} ${b}`);
  const sure = fitCalibrator({ prediction: [0, 1, 0, 1], outcome: [1, 0, 1, 0], shopper: [1, 2, 3, 4] });
  assert.ok(Number.isFinite(sure.a) && sure.b < 1);
});

for (const [metric, want] of Object.entries(golden.cbpe.want)) {
  Deno.test(`estimate() of a classification agrees with ${golden.madeBy}: ${metric}`, () => {
    const known = unpacked(golden.cbpe.known);
    const { prediction } = unpacked(golden.cbpe.waiting);
    const shopper = Array.from(prediction, (_, i) => i); // the golden draws are independent
    const found = estimate("classification", CHURN, { known, waiting: { prediction, shopper }, ...options })!;
    const { value, low, high } = found.metrics.find((m) => m.metric === metric)!;
    near(value, want, 1e-6);
    const error = (high! - low!) / 2 / 1.6448536269514722;
    near(error / golden.cbpe.errors[metric as "auc"], 1, 0.1, "standard error against simulation:");
  });
}

/** Rows of shoppers who appear twice; their outcomes follow the same taste. */
function shop(kind: "classification" | "regression", n: number, seed: number): OutcomeRows {
  const random = seededRandom(seed);
  const normal = gaussian(random);
  const prediction: number[] = [];
  const outcome: number[] = [];
  const shopper: number[] = [];
  for (let i = 0; i < n; i++) {
    const x = normal();
    const luck = random();
    const noise = Math.exp(0.5 * normal());
    for (let copy = 0; copy < 2; copy++) {
      const p = kind === "classification" ? 1 / (1 + Math.exp(-x)) : Math.exp(2 + 0.6 * x);
      prediction.push(p);
      outcome.push(kind === "classification" ? (luck < p ? 1 : 0) : luck < 0.6 ? p * noise : 0);
      shopper.push(seed * 100_000 + i);
    }
  }
  return { prediction, outcome, shopper };
}

for (const [kind, metrics] of [["classification", CHURN], ["regression", SPEND]] as const) {
  Deno.test(`estimate() of a ${kind} holds the truth as often as it says, without drift`, () => {
    const runs = 120;
    const within: Record<string, number> = {};
    for (let run = 0; run < runs; run++) {
      const known = shop(kind, 250, 2 * run + 1);
      const waiting = shop(kind, 150, 2 * run + 2);
      const truth: Record<string, number | null> = kind === "classification"
        ? { ...classificationScores(waiting.outcome, waiting.prediction) }
        : { ...regressionScores(waiting.outcome, waiting.prediction, { cap: 30 }) };
      for (
        const { metric, low, high } of estimate(kind, metrics, { known, waiting, cap: 30, ...options })!
          .metrics
      ) {
        within[metric] = (within[metric] ?? 0) +
          (truth[metric]! >= low! && truth[metric]! <= high! ? 1 / runs : 0);
      }
    }
    const told = metrics.filter((metric) => metric !== "r2"); // R2 is no mean of rows: not estimated
    assert.deepEqual(Object.keys(within).sort(), [...told].sort());
    for (const [metric, share] of Object.entries(within)) {
      const least = metric === "mse" ? 0.75 : 0.82; // squares of skewed money: the normal interval is too short
      assert.ok(share >= least, `${metric}: ${share} of 90 % intervals held the truth`);
    }
  });
}

Deno.test("estimate() says nothing, when too few outcomes are known or too few predictions wait", () => {
  const known = shop("classification", 20, 1);
  const waiting = shop("classification", 100, 2);
  assert.equal(estimate("classification", CHURN, { known, waiting, ...options }), null);
  const few = { prediction: [0.5], shopper: [1] };
  assert.equal(estimate("classification", CHURN, { known: waiting, waiting: few, ...options }), null);
});

Deno.test("estimate() misses a change of what shoppers do, and says that it assumes none", () => {
  const known = shop("classification", 400, 1);
  const waiting = shop("classification", 400, 2);
  const changed = { ...waiting, outcome: Array.from(waiting.outcome, (y) => 1 - y) };
  const found = estimate("classification", CHURN, { known, waiting: changed, ...options })!;
  const { value } = found.metrics.find(({ metric }) => metric === "accuracy")!;
  assert.ok(value > 0.6 && classificationScores(changed.outcome, changed.prediction).accuracy < 0.4);
  assert.match(found.assumptions[0], /No concept drift/);
});

Deno.test("estimate() gives no shorter interval than earlier estimates were wrong by", () => {
  const known = shop("classification", 250, 1);
  const waiting = shop("classification", 150, 2);
  const widths = (misses: readonly number[]) => {
    const scored = misses.map((miss) => ({
      asOf: "2024-05-01T00:00:00.000Z",
      metric: "logLoss",
      estimated: 0.5,
      low: 0.4,
      high: 0.6,
      actual: 0.5 + miss,
      rows: 300,
      within: Math.abs(miss) <= 0.1,
    }));
    const { metrics } = estimate("classification", CHURN, { known, waiting, scored, ...options })!;
    return Object.fromEntries(metrics.map(({ metric, low, high }) => [metric, high! - low!]));
  };
  const before = widths([]);
  const exact = widths([0.001, -0.001]);
  const wrong = widths([0.15, -0.2]);
  assert.deepEqual(exact, before);
  near(wrong.logLoss, 2 * 1.6448536269514722 * Math.sqrt((0.15 ** 2 + 0.2 ** 2) / 2), 1e-9);
  assert.equal(wrong.brier, before.brier);
});
