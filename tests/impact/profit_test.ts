import assert from "node:assert/strict";
import fc from "fast-check";
import { foldsOf } from "../../src/impact/folds.ts";
import { profitCurve } from "../../src/impact/curve.ts";
import { sumOf } from "../../src/impact/money.ts";
import { reportOf } from "../../src/impact/report.ts";
import { valueStage } from "../../src/impact/stage.ts";
import { compareProfit } from "../../src/impact/profit.ts";
import { economics, evidenceOf } from "./rows.ts";

const upliftOf = (evidence: ReturnType<typeof evidenceOf>, of = economics) => {
  const { before, after, shopper, population } = compareProfit(evidence, of);
  const differences = after.profit.map((value, i) => value - before.profit[i]);
  return sumOf([{ differences, shoppers: shopper, scale: population }], { confidence: 0.9 });
};

Deno.test("foldsOf() never judges a threshold on a row that it was chosen on", () =>
  fc.assert(
    fc.property(
      fc.record({
        n: fc.integer({ min: 1, max: 150 }),
        cutoffs: fc.integer({ min: 1, max: 4 }),
        days: fc.integer({ min: 1, max: 40 }),
      }),
      (given) => {
        const { folds } = foldsOf(evidenceOf(given));
        const judged = folds.flatMap(({ judge }) => judge);
        assert.equal(new Set(judged).size, judged.length, "each row is judged once at most");
        for (const { choose, judge } of folds) assert.ok(!judge.some((i) => choose.includes(i)));
      },
    ),
    { seed: 7, numRuns: 60 },
  ));

Deno.test("foldsOf() chooses on older cut-offs only where their outcomes were complete by then", () => {
  const evidence = evidenceOf({ n: 120, cutoffs: 3, days: 14 });
  const { by, folds } = foldsOf(evidence);
  assert.equal(by, "time");
  assert.equal(folds.length, 1, "28 days of outcomes lie between the first and the third alone");
  assert.deepEqual([...new Set(folds[0].choose.map((i) => evidence.rows.cutoff[i]))], [0]);
  assert.deepEqual([...new Set(folds[0].judge.map((i) => evidence.rows.cutoff[i]))], [2]);
});

Deno.test("foldsOf() divides the shoppers of a single cut-off, each wholly in one half", () => {
  const evidence = evidenceOf({ n: 300 });
  const { by, folds: [{ choose, judge }] } = foldsOf(evidence);
  assert.equal(by, "shoppers");
  assert.equal(choose.length + judge.length, 300);
  assert.ok(Math.abs(choose.length - 150) < 40);
  const { shopper } = evidence.rows;
  assert.ok(!choose.some((i) => judge.some((j) => shopper[i] === shopper[j])));
});

Deno.test("foldsOf() divides the same rows alike, whatever their shoppers are called", () => {
  const evidence = evidenceOf({ n: 300 });
  const shopper = evidence.rows.shopper.map((number) => number * 31 + 17);
  assert.deepEqual(foldsOf({ ...evidence, rows: { ...evidence.rows, shopper } }), foldsOf(evidence));
});

Deno.test("compareProfit() finds no difference between a model and itself", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 500 }), (seed, budget) => {
      const evidence = evidenceOf({ n: 60, seed });
      evidence.rows.after = evidence.rows.before;
      const { amount, low, high, verdict } = upliftOf(evidence, { ...economics, budget });
      assert.deepEqual([amount, low, high, verdict], [0, 0, 0, "no difference"]);
    }),
    { seed: 7, numRuns: 50 },
  ));

Deno.test("compareProfit() keeps to the budget, at every cut-off and with whatever it says", () =>
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 400 }), (seed, budget) => {
      const { before, after } = compareProfit(evidenceOf({ n: 200, cutoffs: 2, seed }), {
        ...economics,
        budget,
      });
      const most = Math.min(1, budget / 200) + 1e-9;
      assert.ok(before.contacted <= most && after.contacted <= most);
    }),
    { seed: 7, numRuns: 60 },
  ));

Deno.test("compareProfit() sees a model that knows who leaves, the more so when contacts are few", () => {
  const free = upliftOf(evidenceOf({ n: 2000, before: 0.2, after: 1 }));
  assert.equal(free.verdict, "gains");
  const few = upliftOf(evidenceOf({ n: 2000, before: 0.2, after: 1 }), { ...economics, budget: 400 });
  assert.equal(few.verdict, "gains");
  assert.ok(few.amount > free.amount, `${few.amount}, ${free.amount}`);
  assert.equal(upliftOf(evidenceOf({ n: 2000, before: 1, after: 0.2 })).verdict, "loses");
});

Deno.test("compareProfit() promises nothing, when neither model knows anything and contacts lose on average", () => {
  // chances up to 0.3, contacts pay from 0.25 on: with no knowledge the best is to contact nobody
  const chosen = { fair: 0, optimistic: 0 };
  for (let seed = 0; seed < 200; seed++) {
    const evidence = evidenceOf({ n: 100, before: 0, after: 0, base: 0.45, seed });
    const { after, population } = compareProfit(evidence, economics);
    chosen.fair += population * after.profit.reduce((a, b) => a + b, 0) / after.profit.length / 200;
    const points = profitCurve(evidence, economics, { steps: 20 }).map((point) => point.after);
    chosen.optimistic += Math.max(...points) / 200;
  }
  assert.ok(chosen.fair <= 0, `judged on other rows: ${chosen.fair}`);
  assert.ok(chosen.optimistic > 8, `the highest point of the curve: ${chosen.optimistic}`);
});

for (
  const [name, power, most] of [
    ["whose predictions mean what they say", 1, 0.075],
    ["that say too little, so that thresholds are learned", 3, 0.05],
    ["that say too much", 0.3, 0.05],
  ] as const
) {
  Deno.test(`valueStage() of two equally good models ${name} finds a gain no more often than it says`, () => {
    const verdicts = Array.from({ length: 300 }, (_, seed) => {
      const evidence = evidenceOf({ n: 300, before: 0.6, after: 0.6, seed });
      for (const side of ["before", "after"] as const) {
        evidence.rows[side] = evidence.rows[side].map((p) => p ** power);
      }
      const stored = { report: reportOf(evidence), unmeasured: null, evidence };
      return valueStage(stored, economics).impact.uplift!.verdict;
    });
    for (const verdict of ["gains", "loses"]) {
      const share = verdicts.filter((v) => v === verdict).length / verdicts.length;
      assert.ok(share <= most, `${verdict}: ${share}, where 5 % is stated`);
    }
  });
}

Deno.test("profitCurve() begins at nothing, ends with everyone, where models agree, and marks what a budget allows", () => {
  const evidence = evidenceOf({ n: 200 });
  const points = profitCurve(evidence, { ...economics, budget: 100 }, { steps: 4 });
  assert.deepEqual(points.map((p) => [p.share, p.contacts, p.affordable]), [
    [0, 0, true],
    [0.25, 50, true],
    [0.5, 100, true],
    [0.75, 150, false],
    [1, 200, false],
  ]);
  assert.deepEqual([points[0].before, points[0].after, points[0].threshold], [0, 0, null]);
  const churners = evidence.rows.outcome.reduce((a, b) => a + b, 0);
  for (const end of [points[4].before, points[4].after]) {
    assert.ok(Math.abs(end - (8 * churners - 400)) < 1e-9);
  }
  assert.equal(points[4].uplift.verdict, "no difference");
  assert.ok(points[2].after > points[2].before);
});
