import assert from "node:assert/strict";
import fc from "fast-check";
import { verdictOf } from "../../src/validation/gate.ts";
import { Evidence, type Verdict } from "../../src/validation/verdict.ts";

/** Evidence in which nothing speaks for either side. */
function evidence(
  over: Partial<Omit<Evidence, "difference">> & { low?: number; high?: number; n?: number } = {},
): Evidence {
  const { low = -1, high = 1, n = 200, ...rest } = over;
  return {
    gate: "evidence",
    loss: "logLoss",
    against: "champion",
    championLoss: 0.5,
    challengerLoss: 0.49,
    difference: {
      mean: Number.isFinite(low + high) ? (low + high) / 2 : 0,
      low,
      high,
      n,
      clusters: n,
      confidence: 0.9,
    },
    margin: 0.01,
    threshold: 0.05,
    expected: null,
    stale: false,
    staleBecause: null,
    failing: false,
    segments: [],
    segmentMargin: 0.1,
    cutoffs: ["2011-06-07T00:00:00.000Z"],
    championMetrics: { logLoss: 0.5 },
    challengerMetrics: { logLoss: 0.49 },
    ...rest,
  };
}

/** A segment of 200 shoppers with that interval of its loss difference. */
const segment = (low: number, high: number, over: { championLoss?: number; clusters?: number } = {}) => {
  const { championLoss = 0.5, clusters = 200 } = over;
  const difference = { mean: (low + high) / 2, low, high, n: clusters, clusters, confidence: 0.9 };
  return { segment: "new shoppers", difference, championLoss };
};
const better = { low: -0.2, high: -0.01 };
const noWorse = { low: -0.02, high: 0.005 };
const unclear = { low: -0.02, high: 0.03 };

for (
  const [name, over, verdict, why] of [
    ["no row is new to both", { n: 0 }, "inconclusive", /no labelled rows/],
    [
      "the interval says better",
      { low: -0.2, high: -0.01 },
      "promote",
      /better than the champion on 200 rows/,
    ],
    [
      "it is better than the baseline",
      { low: -0.2, high: -0.01, against: "baseline" },
      "promote",
      /better than the baseline/,
    ],
    ["the interval says worse", { low: 0.001, high: 0.2 }, "reject", /worse than the champion/],
    [
      "the gate asks for no harm, and nothing is shown",
      { ...unclear, gate: "no-harm" },
      "promote",
      /not speak/,
    ],
    [
      "the gate asks for no harm, and it is no worse",
      { ...noWorse, gate: "no-harm" },
      "promote",
      /not speak/,
    ],
    [
      "the gate asks for no harm, and it is worse by more than the margin on average",
      { low: -0.01, high: 0.05, gate: "no-harm" },
      "inconclusive",
      /more than the margin/,
    ],
    [
      "the gate asks for no harm, and harm is shown",
      { low: 0.001, high: 0.005, gate: "no-harm" },
      "reject",
      /worse than the champion/,
    ],
    [
      "the gate asks for no harm, and it is worse than the baseline",
      { low: -0.01, high: 0.05, against: "baseline", gate: "no-harm" },
      "inconclusive",
      /cannot tell/,
    ],
    [
      "the gate asks for no harm, and no row is new",
      { n: 0, gate: "no-harm" },
      "inconclusive",
      /no labelled/,
    ],
    ["it is worse than a stale one", { low: 0.001, high: 0.005, stale: true }, "reject", /worse/],
    ["it is worse than a failing one", { low: 0.001, high: 0.005, failing: true }, "reject", /worse/],
    ["it is no worse and the champion is stale", { ...noWorse, stale: true }, "promote", /no worse .* stale/],
    [
      "it is no worse and the champion fails",
      { ...noWorse, failing: true },
      "promote",
      /no worse .* is failing/,
    ],
    [
      "it is better than the baseline on average",
      { low: -0.3, high: 0.2, against: "baseline" },
      "promote",
      /better on average/,
    ],
    [
      "it is worse than the baseline on average",
      { low: -0.001, high: 0.005, against: "baseline" },
      "inconclusive",
      /no worse than the baseline/,
    ],
    [
      "it is no worse than a guess in place of a damaged champion",
      { low: -0.001, high: 0.005, against: "baseline", failing: true },
      "promote",
      /that is failing/,
    ],
    ["it is no worse but the champion does well", noWorse, "inconclusive", /neither stale nor failing/],
    ["rows cannot tell", unclear, "inconclusive", /200 rows cannot tell it from the champion/],
    ["rows cannot tell it from a stale one", { ...unclear, stale: true }, "inconclusive", /cannot tell/],
    [
      "rows cannot tell it from the baseline",
      { low: -0.1, high: 0.2, against: "baseline" },
      "inconclusive",
      /cannot tell it from the baseline/,
    ],
    [
      "zero is the end of the interval",
      { low: -0.2, high: 0, failing: false },
      "inconclusive",
      /neither stale/,
    ],
    [
      "the interval ends at the margin",
      { low: -0.2, high: 0.01, stale: true },
      "inconclusive",
      /cannot tell/,
    ],
    [
      "one shopper cannot tell",
      { low: -Infinity, high: Infinity, n: 3, stale: true },
      "inconclusive",
      /cannot tell/,
    ],
    ["the loss fell enough", { gate: "threshold", challengerLoss: 0.475 }, "promote", /fell by 5.0 %/],
    [
      "the loss fell too little",
      { gate: "threshold", challengerLoss: 0.48 },
      "reject",
      /fell by 4.0 %, the threshold is 5.0 %/,
    ],
    ["the loss rose", { gate: "threshold", challengerLoss: 0.6 }, "reject", /fell by −20.0 %/],
    [
      "the champion makes no loss",
      { gate: "threshold", championLoss: 0, challengerLoss: 0 },
      "reject",
      /0.0 %/,
    ],
    [
      "the threshold gate has no rows",
      { gate: "threshold", n: 0, threshold: 0 },
      "inconclusive",
      /no labelled rows/,
    ],
    [
      "the threshold gate does not ask for evidence",
      { gate: "threshold", challengerLoss: 0.4, ...unclear },
      "promote",
      /20.0 %/,
    ],
    [
      "a segment is harmed beyond its margin",
      { ...better, segments: [segment(-0.2, -0.1), segment(0.06, 0.16)] },
      "reject",
      /better .* but worse for shoppers of "new shoppers"/,
    ],
    [
      "a segment is harmed under the threshold gate",
      { gate: "threshold", challengerLoss: 0.4, segments: [segment(0.06, 0.16)] },
      "reject",
      /but worse for/,
    ],
    [
      "a segment is worse within its margin",
      { ...better, segments: [segment(0.01, 0.09)] },
      "promote",
      /better/,
    ],
    [
      "a few shoppers of a segment are worse off",
      { ...better, segments: [segment(0.06, 0.16, { clusters: 12 })] },
      "promote",
      /better/,
    ],
    [
      "many segments are looked at, and one is worse by chance",
      { ...better, segments: [...Array(9).fill(segment(-0.1, 0.1)), segment(0.051, 0.16)] },
      "promote",
      /better/,
    ],
    [
      "a segment is worse off than with the guess",
      { ...better, against: "baseline", segments: [segment(0.06, 0.16)] },
      "promote",
      /better than the baseline/,
    ],
  ] satisfies [string, Parameters<typeof evidence>[0], Verdict, RegExp][]
) {
  Deno.test(`verdictOf() says ${verdict}, when ${name}`, () => {
    const found = verdictOf(evidence(over));
    assert.equal(found.verdict, verdict);
    assert.match(found.why, why);
  });
}

const anyEvidence = fc.record({
  gate: fc.constantFrom("evidence" as const, "no-harm" as const, "threshold" as const),
  against: fc.constantFrom("champion" as const, "baseline" as const),
  low: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.constant(-Infinity)),
  width: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(Infinity)),
  n: fc.integer({ min: 0, max: 500 }),
  championLoss: fc.double({ min: 0, max: 2, noNaN: true }),
  challengerLoss: fc.double({ min: 0, max: 2, noNaN: true }),
  margin: fc.double({ min: 0, max: 0.2, noNaN: true }),
  stale: fc.boolean(),
  failing: fc.boolean(),
  segments: fc.array(
    fc.tuple(fc.double({ min: -0.2, max: 0.2, noNaN: true }), fc.double({ min: 0, max: 0.3, noNaN: true }))
      .map((
        [low, width],
      ) => segment(low, low + width)),
    { maxLength: 4 },
  ),
}).map(({ low, width, ...rest }) =>
  evidence({ ...rest, low, high: low === -Infinity ? Infinity : low + width })
);

Deno.test("verdictOf() reaches the same verdict again from what was stored of it", () => {
  fc.assert(
    fc.property(anyEvidence, (given) => {
      const stored = Evidence.parse(JSON.parse(JSON.stringify(given)));
      assert.deepEqual(verdictOf(stored), verdictOf(given));
    }),
    { seed: 11, numRuns: 300 },
  );
});

Deno.test("verdictOf() never replaces a champion by evidence with what may be worse by the margin, nor rejects what may be better", () => {
  fc.assert(
    fc.property(anyEvidence, (given) => {
      fc.pre(given.gate === "evidence" && given.against !== "baseline");
      const { verdict } = verdictOf(given);
      if (verdict === "promote") assert.ok(given.difference.high < Math.max(given.margin, Number.MIN_VALUE));
      const isHarmed = given.segments.some(({ difference, championLoss }) =>
        difference.low > given.segmentMargin * championLoss
      );
      if (verdict === "reject") assert.ok(given.difference.low > 0 || isHarmed);
    }),
    { seed: 12, numRuns: 300 },
  );
});

Deno.test("verdictOf() never promotes, by a gate that asks for no harm, what is shown worse or lies beyond the margin", () => {
  fc.assert(
    fc.property(anyEvidence, (given) => {
      fc.pre(given.gate === "no-harm" && given.against !== "baseline");
      const { low, mean } = given.difference;
      const { verdict } = verdictOf(given);
      if (verdict === "promote") assert.ok(low <= 0 && mean <= given.margin);
      if (verdict !== "promote" && given.segments.length === 0 && given.difference.n > 0) {
        assert.ok(low > 0 || mean > given.margin);
      }
    }),
    { seed: 13, numRuns: 300 },
  );
});

for (
  const [name, n, clusters] of [["rows are too few", 11, 11], [
    "they are of too few shoppers",
    300,
    1,
  ]] as const
) {
  for (const gate of ["evidence", "no-harm", "threshold", "worth"] as const) {
    Deno.test(`verdictOf() cannot tell by the gate "${gate}", when ${name}`, () => {
      const surely = evidence({
        gate,
        low: -0.3,
        high: -0.2,
        challengerLoss: 0.4,
        against: "baseline",
        rowsMin: 100,
      });
      const { verdict, why } = verdictOf({ ...surely, difference: { ...surely.difference, n, clusters } });
      assert.deepEqual([verdict, why.includes("min_validation_rows asks for 100 of each")], [
        "inconclusive",
        true,
      ]);
      assert.equal(verdictOf(surely).verdict, "promote", "with enough of both");
    });
  }
}

Deno.test("an interval without ends is the same when it is read from JSON, and when that is read again", () => {
  const stored = JSON.parse(JSON.stringify(evidence({ low: -Infinity, high: Infinity })));
  const once = Evidence.parse(stored);
  assert.deepEqual([once.difference.low, once.difference.high], [-Infinity, Infinity]);
  assert.deepEqual(Evidence.parse(once), once);
});

/** The quoted metric of the shop's own, with that interval of its difference. */
const own = (direction: "higher" | "lower", low: number, high: number) => ({
  metric: "own:voucher-cost",
  better: direction,
  difference: { mean: (low + high) / 2, low, high, n: 200, clusters: 200, confidence: 0.9 },
});

for (
  const [what, over, verdict] of [
    ["shown worse, lower is better", { own: own("lower", 0.1, 0.3) }, "reject"],
    ["shown better, lower is better", { own: own("lower", -0.3, -0.1) }, "promote"],
    ["shown worse, higher is better", { own: own("higher", -0.3, -0.1) }, "reject"],
    ["shown better, higher is better", { own: own("higher", 0.1, 0.3) }, "promote"],
    ["unclear", { own: own("lower", -0.1, 0.3) }, "promote"],
    ["shown worse than a guess", { own: own("lower", 0.1, 0.3), against: "baseline" }, "promote"],
  ] as const
) {
  Deno.test(`verdictOf() by a metric of the shop's own that is ${what}: ${verdict}`, () => {
    const found = verdictOf(Evidence.parse(evidence({ ...better, ...over })));
    assert.equal(found.verdict, verdict);
    if (verdict === "reject") assert.match(found.why, /, but worse by its voucher cost$/);
  });
}
