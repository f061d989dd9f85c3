import assert from "node:assert/strict";
import fc from "fast-check";
import { lessCost, sumOf } from "../../src/impact/money.ts";
import { pairedInterval } from "../../src/stats/paired.ts";
import { gaussian, seededRandom } from "../../src/core/random.ts";

const near = (a: number | null, b: number, within = 1e-9) =>
  assert.ok(Math.abs(a! - b) <= within * (1 + Math.abs(b)), `${a}, ${b}`);

Deno.test("sumOf() of one part has the interval of a validation, times its scale", () =>
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: -50, max: 50 })), {
        minLength: 12,
        maxLength: 60,
      }),
      fc.integer({ min: 1, max: 5000 }),
      (rows, scale) => {
        const shoppers = rows.map(([s]) => s);
        const differences = rows.map(([, d]) => d);
        const want = pairedInterval(differences, shoppers, { confidence: 0.9 });
        const found = sumOf([{ differences, shoppers, scale }], { confidence: 0.9 });
        assert.equal(found.shoppers, want.clusters);
        near(found.amount, scale * want.mean);
        if (want.clusters < 2) return assert.equal(found.low, null);
        near(found.low, scale * want.low);
        near(found.high, scale * want.high);
      },
    ),
    { seed: 7, numRuns: 200 },
  ));

Deno.test("sumOf() is wider when the same shoppers come again, for they are alike", () => {
  const random = gaussian(seededRandom(3));
  const differences = Array.from({ length: 100 }, () => 1 + random());
  const part = (from: number) => ({ differences, shoppers: differences.map((_, i) => from + i), scale: 100 });
  const width = ({ low, high }: { low: number | null; high: number | null }) => high! - low!;
  const same = sumOf([part(0), part(0)], { confidence: 0.9 });
  const other = sumOf([part(0), part(1000)], { confidence: 0.9 });
  assert.equal(same.amount, other.amount);
  assert.ok(width(same) > 1.35 * width(other));
});

for (
  const [name, differences, want] of [
    ["there is no difference, when every row is the same", Array(50).fill(0), "no difference"],
    [
      "a few shoppers tell nothing, however much they agree",
      [...Array(10).fill(8), ...Array(490).fill(0)],
      "cannot tell yet",
    ],
    ["many who agree tell", [...Array(40).fill(8), ...Array(60).fill(0)], "gains"],
    ["many who agree tell of a loss", [...Array(40).fill(-8), ...Array(60).fill(0)], "loses"],
    ["one shopper has no interval", [8], "cannot tell yet"],
    ["nobody has none either", [], "cannot tell yet"],
  ] as [string, number[], string][]
) {
  Deno.test(`sumOf() says that ${name}`, () => {
    const shoppers = differences.map((_, i) => i);
    assert.equal(sumOf([{ differences, shoppers, scale: 10 }], { confidence: 0.9 }).verdict, want);
  });
}

Deno.test("lessCost() moves the interval, and leaves unknown bounds unknown", () =>
  assert.deepEqual(lessCost({ amount: 5, low: null, high: 9 }, 2), { amount: 3, low: null, high: 7 }));
