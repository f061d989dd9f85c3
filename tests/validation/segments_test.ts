import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { pairedInterval } from "../../src/stats/paired.ts";
import { type SegmentRow, segmentVerdicts } from "../../src/validation/segments.ts";
import golden from "../golden/rollout.json" with { type: "json" };

for (const { margin, rows, p } of golden.segments) {
  Deno.test(`segmentVerdicts() agree with scipy's t tests and statsmodels' Holm at margin ${margin}`, () =>
    segmentVerdicts(rows, { margin }).forEach((found, i) =>
      assert.ok(Math.abs(found.p - p[i]) < 1e-9, `${found.p} is not ${p[i]}`)
    ));
}

const row = (segment: string, mean: number, { reach = 0.02, clusters = 200 } = {}): SegmentRow => ({
  segment,
  championLoss: 0.5,
  difference: { mean, low: mean - reach, high: mean + reach, n: clusters, clusters, confidence: 0.9 },
});

for (
  const [name, rows, harmed] of [
    ["there are none", [], []],
    ["one is far above its margin", [row("new", 0.1), row("loyal", 0)], ["new"]],
    ["a rise is within the margin", [row("new", 0.04)], []],
    ["one is worse on average, but may be chance", [row("new", 0.06, { reach: 0.1 })], []],
    ["it has too few shoppers to tell", [row("new", 0.5, { clusters: 29 })], []],
    ["its interval has no ends", [row("new", 0.5, { reach: Infinity })], []],
    ["all its differences are the same", [row("new", 0.1, { reach: 0 }), row("old", 0.05, { reach: 0 })], [
      "new",
    ]],
  ] as const
) {
  Deno.test(`segmentVerdicts() when ${name}`, () => {
    const found = segmentVerdicts(rows, { margin: 0.1 });
    assert.deepEqual(found.filter((one) => one.harmed).map(({ segment }) => segment), harmed);
  });
}

Deno.test("segmentVerdicts() name a segment wrongly in at most 5 % of validations, all at their margin", () => {
  const random = seededRandom(3);
  const normal = gaussian(random);
  let wrong = 0;
  for (let run = 0; run < 600; run++) {
    const rows = ["a", "b", "c", "d", "e"].map((segment) => {
      const differences = Array.from({ length: 120 }, () => 0.01 + 0.3 * normal());
      return {
        segment,
        championLoss: 0.5,
        difference: pairedInterval(differences, differences.map((_, i) => i)),
      };
    });
    wrong += Number(segmentVerdicts(rows, { margin: 0.02 }).some(({ harmed }) => harmed));
  }
  assert.ok(wrong <= 45, `${wrong} of 600`); // 30 expected; 45 is 2.8 standard errors above
});
