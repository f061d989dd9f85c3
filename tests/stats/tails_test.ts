import assert from "node:assert/strict";
import { median } from "../../src/stats/quantile.ts";
import { tailBeside } from "../../src/stats/prediction.ts";
import { betaBinomialTail, paretoRate } from "../../src/stats/tails.ts";
import golden from "../golden/quality.json" with { type: "json" };

const close = (have: number, want: number, relative: number, about: string) =>
  assert.ok(Math.abs(have - want) <= relative * Math.abs(want), `${about}: ${have} is not ${want}`);

Deno.test("betaBinomialTail() agrees with exact rational numbers", () => {
  for (const { k, n, p, rho, want } of golden.tails) {
    close(betaBinomialTail(k, n, { p, rho }), want, 1e-9, `${k} of ${n} at ${p}, rho ${rho}`);
  }
});

Deno.test("betaBinomialTail() scales many trials down without losing what the correlation leaves", () => {
  const exact = betaBinomialTail(300, 5000, { p: 0.05, rho: 0.002 });
  close(betaBinomialTail(3000, 50_000, { p: 0.05, rho: 0.002 }), exact, 0.05, "ten times as many");
});

for (
  const [name, x, past, of, want] of [
    ["is the share of the largest at the least of them", 10, [40, 30, 20, 20, 10, 5], 100, 5.5 / 100],
    [
      "falls with the slope that the largest have",
      80,
      [40, 40, 40, 10, 10],
      100,
      0.055 * 0.125 ** (5 / Math.log(64)),
    ],
    [
      "falls no faster than with the fifth power where they are all alike",
      20,
      [10, 10, 10, 10, 10],
      100,
      0.055 / 32,
    ],
    ["takes a slope for granted where few are known", 32, [8, 2], 50, 2.5 / 50 / 1024],
    ["has half a value where none is known", 1, [], 50, 0.5 / 50],
  ] as const
) Deno.test(`paretoRate() ${name}`, () => close(paretoRate(x, past, { of }), want, 1e-12, "rate"));

Deno.test("tailBeside() agrees with Student's prediction test by SciPy", () => {
  for (const { past, now, noisier, above, below } of golden.predictions) {
    close(tailBeside(now, past, { side: "above", noisier }), above, 1e-9, `above, n ${past.length}`);
    close(tailBeside(now, past, { side: "below", noisier }), below, 1e-9, `below, n ${past.length}`);
  }
});

Deno.test("tailBeside() knows a past that never varied", () => {
  assert.equal(tailBeside(2, [1, 1, 1], { side: "above" }), 0);
  assert.equal(tailBeside(1, [1, 1, 1], { side: "above" }), 1);
});

Deno.test("median() is the middle, or the mean of the two middle ones", () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1, 2, 3])], [2, 2.5]);
});
