import assert from "node:assert/strict";
import fc from "fast-check";
import { classificationScores, regressionScores, rowLosses } from "../../src/stats/metrics.ts";
import { auc } from "../../src/stats/roc.ts";
import { scores } from "../../src/validation/compare.ts";
import { quantile } from "../../src/stats/quantile.ts";
import golden from "../golden/metrics.json" with { type: "json" };

const near = (have: number | null, want: number, within = 1e-12) =>
  assert.ok(have !== null && Math.abs(have - want) <= within, `want ${want}, have ${have}`);

for (const [i, { y, p, want }] of golden.classification.entries()) {
  Deno.test(`classificationScores() agrees with ${golden.madeBy}, case ${i}`, () => {
    const scores = classificationScores(y, p);
    for (const [name, value] of Object.entries(want)) near(scores[name as keyof typeof scores], value);
  });
}
for (const [i, { y, p, cap, want }] of golden.regression.entries()) {
  Deno.test(`regressionScores() agrees with ${golden.madeBy}, case ${i}`, () => {
    const scores = regressionScores(y, p, { cap });
    for (const [name, value] of Object.entries(want)) {
      near(scores[name as keyof typeof scores] ?? null, value, 1e-9);
    }
  });
}

Deno.test("auc() and R2 are not defined when only one outcome is present", () => {
  assert.equal(auc([1, 1], [0.2, 0.9]), null);
  assert.equal(classificationScores([0, 0], [0.2, 0.9]).auc, null);
  assert.equal(regressionScores([5, 5, 5], [5, 5, 4]).r2, null);
  assert.deepEqual(scores({ kind: "regression", loss: "mse" }, [5, 5], [5, 5], Infinity).r2, null);
  assert.deepEqual(scores({ kind: "classification", loss: "logLoss" }, [], [], Infinity), { n: 0 });
});

Deno.test("auc() counts ties half", () => {
  assert.equal(auc([0, 1, 1], [0.5, 0.5, 0.5]), 0.5);
});

Deno.test("auc() turns round, when the order of the predictions does", () => {
  const rows = fc.array(fc.tuple(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 20 })), { minLength: 2 });
  fc.assert(
    fc.property(rows, (pairs) => {
      const y = pairs.map(([a]) => a);
      const p = pairs.map(([, b]) => b);
      const area = auc(y, p);
      if (area !== null) near(area + auc(y, p.map((v) => -v))!, 1);
      else assert.equal(new Set(y).size, 1);
    }),
    { seed: 7, numRuns: 200 },
  );
});

Deno.test("rowLosses() average to the scores, and keep the log loss finite at 0 and 1", () => {
  const y = [0, 1, 1, 0];
  const p = [0, 0, 1, 1];
  const losses = rowLosses("logLoss", y, p);
  assert.ok(losses.every(Number.isFinite));
  near(losses.reduce((a, b) => a + b) / 4, classificationScores(y, p).logLoss);
  near(losses[1], -Math.log(1e-4));
});

Deno.test("rowLosses() refuses unequal lengths", () => {
  assert.throws(() => rowLosses("mse", [1, 2], [1]), {
    name: "RangeError",
    message: /2 outcomes, 1 predictions/,
  });
});

Deno.test("quantile() interpolates between neighbours", () => near(quantile([4, 1, 3, 2], 0.5), 2.5));
