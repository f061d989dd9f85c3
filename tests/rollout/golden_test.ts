import assert from "node:assert/strict";
import { seededRandom } from "../../src/core/random.ts";
import { bestChances } from "../../src/rollout/best_chances.ts";
import { mixtureReach } from "../../src/rollout/mean_bounds.ts";
import { samplePerArm } from "../../src/rollout/sample_size.ts";
import { shareBounds } from "../../src/rollout/share_bounds.ts";
import { welchBounds } from "../../src/stats/welch.ts";
import golden from "../golden/rollout.json" with { type: "json" };

const near = (actual: number, want: number, tolerance: number) =>
  assert.ok(Math.abs(actual - want) <= tolerance, `${actual} is not ${want}`);

for (const { count, n, alpha, low, high } of golden.shareBounds) {
  Deno.test(`shareBounds() of ${count} of ${n} agrees with scipy at ${alpha}`, () => {
    const found = shareBounds(count, n, { alpha });
    near(found.low, low, 1e-10);
    near(found.high, high, 1e-10);
  });
}

for (const { n, alpha, tunedFor, exact } of golden.mixtureReach) {
  Deno.test(`mixtureReach() of ${n}, tuned for ${tunedFor}, is just wider than the mixture itself at ${alpha}`, () => {
    const found = mixtureReach(n, { alpha, tunedFor });
    assert.ok(found >= exact && found < 1.03 * exact, `${found} against ${exact}`);
  });
}

for (const { perArm, ...plan } of golden.samplePerArm) {
  Deno.test(`samplePerArm() agrees with statsmodels: ${JSON.stringify(plan)}`, () =>
    assert.equal(samplePerArm(plan), Math.ceil(perArm)));
}

for (const { a, b, alphaLow, alphaHigh, low, high } of golden.welch) {
  Deno.test(`welchBounds() of ${a.n} and ${b.n} agree with scipy`, () => {
    const found = welchBounds(a, b, { low: alphaLow, high: alphaHigh });
    near(found.low, low, 1e-9);
    near(found.high, high, 1e-9);
  });
}

for (const { means, sds, chances } of golden.bestChances) {
  Deno.test(`bestChances() of ${means.length} arms agree with quadrature to the error of 4,000 draws`, () => {
    const found = bestChances(means.map((mean, i) => ({ mean, sd: sds[i] })), seededRandom(14));
    found.forEach((chance, i) => near(chance, chances[i], 0.025));
    near(found.reduce((sum, chance) => sum + chance, 0), 1, 1e-12);
  });
}
