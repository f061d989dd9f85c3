import assert from "node:assert/strict";
import fc from "fast-check";
import { pairedInterval } from "../../src/stats/paired.ts";
import { combine, passChance, worthGate } from "../../src/validation/worth_gate.ts";

/** A test on 400 shoppers. */
const test = (mean: number, reach: number, confidence = 0.9) => ({
  mean,
  low: mean - reach,
  high: mean + reach,
  n: 400,
  clusters: 400,
  confidence,
});
const margin = 0.01;

Deno.test("worthGate() promotes what test and forecast favour, and refuses what either makes harmful", () => {
  const expected = { mean: -0.01, sd: 0.01 };
  assert.equal(worthGate(test(-0.005, 0.02), { expected, margin }).verdict, "promote");
  assert.equal(
    worthGate(test(-0.005, 0.02), { expected: { mean: 0.03, sd: 0.005 }, margin }).verdict,
    "reject",
  );
  assert.equal(worthGate(test(0.08, 0.01), { expected, margin }).verdict, "reject");
  assert.equal(worthGate(test(0.004, 0.03), { expected: null, margin }).verdict, "inconclusive");
});

Deno.test("a window that both answer alike is no evidence, however sure the forecast", () => {
  const alike = pairedInterval(new Float64Array(50), Array.from({ length: 50 }, (_, i) => i), {
    confidence: 0.9,
  });
  for (const mean of [-1, 0, 1]) {
    const { verdict, why } = worthGate(alike, { expected: { mean, sd: 0.01 }, margin });
    assert.equal(verdict, "inconclusive");
    assert.match(why, /no evidence/);
  }
  const none = { mean: 0, low: -Infinity, high: Infinity, n: 0, clusters: 0, confidence: 0.9 };
  assert.equal(worthGate(none, { expected: { mean: -1, sd: 0.1 }, margin }).verdict, "inconclusive");
});

Deno.test("combine() weighs each by its precision, and is surer than either", () => {
  const value = fc.double({ min: -1, max: 1, noNaN: true });
  const spread = fc.double({ min: 0.001, max: 1, noNaN: true });
  fc.assert(fc.property(value, spread, value, spread, (mean, sd, tested, reach) => {
    const found = combine(test(tested, reach), { expected: { mean, sd }, margin })!;
    assert.ok(found.mean >= Math.min(mean, tested) - 1e-9 && found.mean <= Math.max(mean, tested) + 1e-9);
    assert.ok(found.sd <= sd && found.sd <= reach);
    assert.ok(found.harm >= 0 && found.harm <= 1);
  }));
});

Deno.test("a better test never lowers the verdict", () => {
  const order = ["reject", "inconclusive", "promote"];
  fc.assert(fc.property(
    fc.double({ min: -0.1, max: 0.1, noNaN: true }),
    fc.double({ min: 0, max: 0.1, noNaN: true }),
    (mean, better) => {
      const expected = { mean: -0.005, sd: 0.02 };
      const verdictAt = (at: number) =>
        order.indexOf(worthGate(test(at, 0.03), { expected, margin }).verdict);
      assert.ok(verdictAt(mean - better) >= verdictAt(mean));
    },
  ));
});

Deno.test("passChance() is how often the gate passes such challengers", () => {
  const expected = { mean: -0.01, sd: 0.02 };
  const error = 0.015;
  const confidence = 0.9;
  const predicted = passChance(expected, { error, margin, confidence });
  // over a grid of the difference that the test will show, which is normal around the forecast
  const spread = Math.hypot(expected.sd, error);
  let passed = 0;
  let all = 0;
  for (let z = -5; z <= 5; z += 0.001) {
    const weight = Math.exp(-0.5 * z * z);
    const mean = expected.mean + z * spread;
    const reach = 1.648672 * error; // t quantile of 0.95 with 399 degrees of freedom
    if (worthGate(test(mean, reach), { expected, margin }).verdict === "promote") passed += weight;
    all += weight;
  }
  assert.ok(Math.abs(predicted - passed / all) < 0.002, `${predicted} is not ${passed / all}`);
});
