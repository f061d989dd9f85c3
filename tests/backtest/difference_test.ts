import assert from "node:assert/strict";
import { differenceOf } from "../../src/backtest/difference.ts";
import { seededRandom } from "../../src/core/random.ts";

const near = (found: number | null, want: number) =>
  assert.ok(found !== null && Math.abs(found - want) < 1e-6, `${found}, not ${want}`);

Deno.test("differenceOf() is the paired t interval where outcomes do not overlap", () => {
  // scipy.stats.t.interval(0.95, 4, 0.03, scipy.stats.sem([.01, .05, .02, .04, .03]))
  const found = differenceOf([0.01, 0.05, 0.02, 0.04, 0.03], { lag: 0, higherIsBetter: true });
  near(found.mean, 0.03);
  near(found.low, 0.03 - 2.7764451052 * 0.0070710678);
  near(found.high, 0.03 + 2.7764451052 * 0.0070710678);
  assert.deepEqual([found.n, found.betterAt, found.verdict], [5, 5, "better"]);
});

Deno.test("differenceOf() is wider where neighbours go together, and never narrower", () => {
  const alike = [0.1, 0.1, 0.1, -0.05, -0.05, -0.05];
  const turns = [0.1, -0.05, 0.1, -0.05, 0.1, -0.05];
  const width = (values: number[], lag: number) => {
    const { low, high } = differenceOf(values, { lag, higherIsBetter: true });
    return high! - low!;
  };
  // scipy.stats.t.ppf(0.975, [2, 5]): with a lag of 1 only every second of the six moments counts by itself
  const freedom = 4.3026527297 / 2.5705818356;
  // residuals of +-0.075: of five pairs of neighbours four are alike and one is not, so 1 + 2 * 3/6
  near(width(alike, 1) / width(alike, 0), Math.sqrt(2) * freedom);
  near(width(turns, 1) / width(turns, 0), freedom);
  assert.equal(
    differenceOf(alike.slice(1), { lag: 2, higherIsBetter: true }).low,
    null,
    "one and two thirds count",
  );
});

Deno.test("differenceOf() says better or worse only where the interval leaves zero out", () => {
  const verdict = (values: number[], higherIsBetter: boolean) =>
    differenceOf(values, { lag: 1, higherIsBetter }).verdict;
  assert.equal(verdict([2, 3, 2, 3, 2, 3], true), "better");
  assert.equal(verdict([2, 3, 2, 3, 2, 3], false), "worse", "of a loss lower is better");
  assert.equal(verdict([2, -3, 2, -3, 2, -3], true), "cannot tell yet");
  assert.equal(verdict([2, 2], true), "cannot tell yet", "two moments have no interval worth the name");
  assert.equal(verdict([0, 0, 0], true), "the same");
});

Deno.test("differenceOf() over overlapping windows without any difference seldom claims one", () => {
  const random = seededRandom(5);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  let claims = 0;
  let naive = 0;
  const runs = 2000;
  for (let run = 0; run < runs; run++) {
    const noise = Array.from({ length: 18 }, normal);
    const overlapping = noise.slice(1).map((x, i) => x + noise[i]); // each shares half of its outcomes with the next
    const told = (lag: number) =>
      differenceOf(overlapping, { lag, higherIsBetter: true }).verdict !== "cannot tell yet";
    if (told(1)) claims++;
    if (told(0)) naive++;
  }
  assert.ok(claims / runs < 0.085, `${claims} of ${runs}`);
  assert.ok(naive / runs > 0.14, `the plain interval is too narrow here: ${naive} of ${runs}`);
});
