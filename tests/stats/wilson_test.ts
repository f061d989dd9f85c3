import assert from "node:assert/strict";
import { wilson } from "../../src/stats/wilson.ts";
import golden from "../golden/performance.json" with { type: "json" };

const near = (actual: number, want: number, tolerance: number) =>
  assert.ok(Math.abs(actual - want) <= tolerance, `${actual} is not ${want}`);

for (const { hits, n, confidence, want } of golden.wilson) {
  Deno.test(`wilson() agrees with ${golden.madeBy}: ${hits} of ${n}`, () => {
    const { low, high } = wilson(hits / n, n, confidence);
    near(low, want[0], 1e-9);
    near(high, want[1], 1e-9);
  });
}

Deno.test("wilson() agrees with R's prop.test(70, 100, correct = FALSE)", () => {
  const { low, high } = wilson(0.7, 100, 0.95);
  near(low, 0.6041515, 1e-6);
  near(high, 0.7810511, 1e-6);
});

Deno.test("wilson() says nothing of a share that nobody drew", () =>
  assert.deepEqual(wilson(NaN, 0, 0.95), { low: 0, high: 1 }));
