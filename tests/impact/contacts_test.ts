import assert from "node:assert/strict";
import fc from "fast-check";
import { bestThreshold, contacts, ranked } from "../../src/impact/contacts.ts";
import { provenThreshold } from "../../src/impact/threshold.ts";

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

for (
  const [name, scores, options, want] of [
    ["contacts everyone, when nothing holds it back", [0.1, 0.9], {}, [1, 1]],
    ["contacts those at the threshold and above", [0.1, 0.5, 0.9], { from: 0.5 }, [0, 1, 1]],
    ["contacts nobody above infinity", [0.1, 0.9], { from: Infinity }, [0, 0]],
    ["takes the highest first, when a budget ends", [0.1, 0.9, 0.5, 0.7], { share: 0.5 }, [0, 1, 0, 1]],
    ["shares out what is left of a budget among equals", [0.5, 0.5, 0.9, 0.1], { share: 0.5 }, [
      0.5,
      0.5,
      1,
      0,
    ]],
    ["spreads a budget over everyone, when a model says the same of all", [0.3, 0.3, 0.3, 0.3], {
      share: 0.25,
    }, [
      0.25,
      0.25,
      0.25,
      0.25,
    ]],
    ["has nobody to contact", [], {}, []],
  ] as [string, number[], { from?: number; share?: number }, number[]][]
) Deno.test(`contacts() ${name}`, () => assert.deepEqual([...contacts(ranked(scores), options)], want));

for (
  const [name, scores, gains, options, want] of [
    ["stops where contacts begin to lose", [0.9, 0.7, 0.5, 0.3], [6, 6, -2, -2], {}, 0.7],
    ["passes a loss for what comes after", [0.9, 0.7, 0.5], [-2, 6, 6], {}, 0.5],
    ["contacts nobody, when each contact loses", [0.9, 0.1], [-2, -2], {}, Infinity],
    ["takes all of those with the same score, or none", [0.5, 0.5, 0.1], [6, -8, -2], {}, Infinity],
    ["looks no further than the budget", [0.9, 0.7, 0.5, 0.3], [6, -2, 6, 6], { share: 0.5 }, 0.9],
    ["has nothing to choose on", [], [], {}, Infinity],
  ] as [string, number[], number[], { share?: number }, number][]
) {
  Deno.test(`bestThreshold() ${name}`, () =>
    assert.equal(bestThreshold(ranked(scores), gains, options), want));
}

const economics = { effect: 8, contactCost: 2, budget: Infinity, basis: "profit" } as const;

Deno.test("provenThreshold() contacts where a contact pays for itself, until outcomes prove something better", () => {
  const scores = [0.9, 0.6, 0.3, 0.2];
  const won = 6;
  const lost = -2;
  assert.deepEqual(provenThreshold(scores, [won, lost, lost, won], economics), { from: 0.25, moved: false });
  const many = (n: number, score: number) => Array(n).fill(score);
  const low = [...many(50, 0.1), ...many(50, 0.01)];
  const gains = [...many(50, won), ...many(50, lost)];
  assert.deepEqual(provenThreshold(low, gains, economics), { from: 0.1, moved: true });
  const high = [...many(50, 0.9), ...many(50, 0.8)];
  assert.deepEqual(provenThreshold(high, gains, economics), { from: 0.9, moved: true });
  assert.deepEqual(provenThreshold([], [], economics), { from: 0.25, moved: false });
});

const scores = fc.array(fc.integer({ min: 0, max: 8 }).map((tenths) => tenths / 8), {
  minLength: 1,
  maxLength: 40,
});
const share = fc.double({ min: 0, max: 1, noNaN: true });

Deno.test("contacts() never exceeds a budget, and uses it up where no threshold holds it back", () =>
  fc.assert(
    fc.property(scores, share, (scores, share) => {
      const weights = contacts(ranked(scores), { share });
      assert.ok(weights.every((w) => w >= 0 && w <= 1));
      assert.ok(Math.abs(sum(weights) - share * scores.length) < 1e-9);
    }),
    { seed: 7, numRuns: 300 },
  ));

Deno.test("contacts() with a larger budget or a lower threshold takes nobody's contact away", () =>
  fc.assert(
    fc.property(scores, share, share, (scores, a, b) => {
      const [less, more] = [Math.min(a, b), Math.max(a, b)];
      const [small, large] = [less, more].map((share) => contacts(ranked(scores), { share, from: 0.3 }));
      const [high, low] = [more, less].map((from) => contacts(ranked(scores), { from, share: 0.6 }));
      assert.ok(small.every((w, i) => w <= large[i] + 1e-12));
      assert.ok(high.every((w, i) => w <= low[i] + 1e-12));
    }),
    { seed: 7, numRuns: 300 },
  ));

Deno.test("bestThreshold() is as good as any other on the rows it was chosen on", () =>
  fc.assert(
    fc.property(
      scores,
      fc.array(fc.integer({ min: -3, max: 5 }), { minLength: 40, maxLength: 40 }),
      (scores, all) => {
        const gains = all.slice(0, scores.length);
        const total = (from: number) => sum(contacts(ranked(scores), { from }).map((w, i) => w * gains[i]));
        const best = total(bestThreshold(ranked(scores), gains));
        for (const from of [Infinity, ...scores]) assert.ok(best >= total(from) - 1e-9);
      },
    ),
    { seed: 7, numRuns: 300 },
  ));
