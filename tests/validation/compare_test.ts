import assert from "node:assert/strict";
import { compare, scores } from "../../src/validation/compare.ts";

const shopper = Int32Array.of(1, 2, 3, 4);

Deno.test("compare() says by how much the challenger's loss differs, row by row on the same rows", () => {
  const target = Float64Array.of(10, 0, 4, 100);
  const found = compare({ kind: "regression", loss: "mse" }, { target, shopper }, {
    champion: [0, 0, 0, 0],
    challenger: [10, 1, 4, 90],
  }, { confidence: 0.9 });
  assert.equal(found.championLoss, (100 + 16 + 10_000) / 4);
  assert.equal(found.challengerLoss, (1 + 100) / 4);
  assert.equal(found.difference.mean, found.challengerLoss - found.championLoss);
  assert.deepEqual([found.difference.n, found.difference.clusters, found.difference.confidence], [4, 4, 0.9]);
  assert.deepEqual([found.championMetrics.mse, found.challengerMetrics.mse], [
    found.championLoss,
    found.challengerLoss,
  ]);
});

Deno.test("compare() caps outcome and prediction where the loss asks for it", () => {
  const unseen = { target: Float64Array.of(1000), shopper: Int32Array.of(1) };
  const both = { champion: [900], challenger: [5] };
  const found = compare({ kind: "regression", loss: "cappedMse" }, unseen, both, {
    cap: 10,
    confidence: 0.9,
  });
  assert.deepEqual([found.championLoss, found.challengerLoss], [0, 25]);
});

Deno.test("compare() finds no difference between a model and itself", () => {
  const target = Float64Array.of(1, 0, 1, 1);
  const same = [0.9, 0.2, 0.4, 0.6];
  const { difference } = compare({ kind: "classification", loss: "logLoss" }, { target, shopper }, {
    champion: same,
    challenger: same,
  }, { confidence: 0.9 });
  assert.deepEqual([difference.mean, difference.low, difference.high], [0, 0, 0]);
});

for (const kind of ["classification", "regression"] as const) {
  Deno.test(`scores() of a ${kind} leaves out what no row tells, so that evidence can be stored`, () => {
    for (const value of Object.values(scores({ kind, loss: "mse" }, [], [], Infinity))) {
      assert.ok(Number.isFinite(value));
    }
  });
}
