import assert from "node:assert/strict";
import fc from "fast-check";
import { classificationScores, type MetricName, regressionScores } from "../../src/stats/metrics.ts";
import { measure, metricOf } from "../../src/performance/measure.ts";
import { clusteredError, tInterval } from "../../src/stats/clustered.ts";
import { meanOf } from "../../src/stats/statistic.ts";
import { pairedInterval } from "../../src/stats/paired.ts";
import golden from "../golden/performance.json" with { type: "json" };
import { unpacked } from "./golden.ts";

const near = (have: number, want: number, within: number, what = "") =>
  assert.ok(Math.abs(have - want) <= within, `${what} want ${want}, have ${have}`);

for (const { kind, cap, rows: packed, want } of golden.intervals) {
  const rows = unpacked(packed);
  for (const [metric, { value, error }] of Object.entries(want)) {
    Deno.test(`metricOf() agrees with ${golden.madeBy}: ${kind}, ${metric}`, () => {
      const found = metricOf(metric as MetricName, rows, cap ?? Infinity)!;
      near(found.value, value, 1e-9 * Math.max(1, Math.abs(value)));
      const have = clusteredError({ influence: found.influence, shopper: rows.shopper }).error;
      near(have / error, 1, 0.1, "standard error against a bootstrap over shoppers:");
    });
  }
}

const outcomes = fc.array(
  fc.record({
    p: fc.integer({ min: 0, max: 20 }),
    y: fc.constantFrom(0, 1),
    s: fc.integer({ min: 0, max: 9 }),
  }),
  { minLength: 2, maxLength: 60 },
);
const rowsFrom = (found: { p: number; y: number; s: number }[]) => ({
  prediction: found.map(({ p }) => p / 20),
  outcome: found.map(({ y }) => y),
  shopper: found.map(({ s }) => s),
});

Deno.test("metricOf() gives the scores of src/stats/metrics.ts, and influences that sum to nothing", () => {
  fc.assert(
    fc.property(outcomes, (found) => {
      const rows = rowsFrom(found);
      const { prediction: p, outcome: y } = rows;
      for (const scores of [classificationScores(y, p), regressionScores(y, p, { cap: 0.8 })]) {
        for (const [name, want] of Object.entries(scores)) {
          const have = name === "n" ? null : metricOf(name as MetricName, rows, 0.8);
          if (!have) continue; // one class, or a constant outcome: the scores say 0.5 or 0, this says nothing
          near(have.value, want, 1e-12, name);
          near(have.influence.reduce((a, b) => a + b, 0), 0, 1e-12, name);
        }
      }
    }),
    { seed: 4, numRuns: 200 },
  );
});

Deno.test("metricOf() knows no AUC where one class is missing, and no R2 of a constant outcome", () => {
  const rows = { prediction: [0.2, 0.7], outcome: [1, 1], shopper: [1, 2] };
  assert.equal(metricOf("auc", rows), null);
  assert.equal(metricOf("r2", rows), null);
});

Deno.test("clusteredError() gives the interval of pairedInterval() for a mean", () => {
  fc.assert(
    fc.property(outcomes, fc.double({ min: 0.5, max: 0.99, noNaN: true }), (found, confidence) => {
      const x = found.map(({ p, y }) => p - 3 * y);
      const shopper = found.map(({ s }) => s);
      const want = pairedInterval(x, shopper, { confidence });
      const { value, influence } = meanOf(x);
      const { low, high } = tInterval(value, clusteredError({ influence, shopper }), confidence);
      if (want.clusters < 2) return assert.deepEqual([low, high], [null, null]);
      near(low!, want.low, 1e-9);
      near(high!, want.high, 1e-9);
    }),
    { seed: 5, numRuns: 200 },
  );
});

Deno.test("measure() widens the interval when rows of one shopper are repeated, and keeps it within what can be", () => {
  const once = { prediction: [0.9, 0.8, 0.3, 0.2], outcome: [1, 1, 0, 1], shopper: [1, 2, 3, 4] };
  const twice = {
    prediction: [...once.prediction, ...once.prediction],
    outcome: [...once.outcome, ...once.outcome],
    shopper: [...once.shopper, ...once.shopper],
  };
  const options = { confidence: 0.9, atDeployment: { accuracy: 0.7 } };
  const [a] = measure(["accuracy"], once, options);
  const [b] = measure(["accuracy"], twice, options);
  assert.deepEqual({ ...a, rows: 8 }, b); // the same shoppers told twice say nothing new
  assert.deepEqual([a.value, a.high, a.shoppers, a.atDeployment], [0.75, 1, 4, 0.7]);
});
