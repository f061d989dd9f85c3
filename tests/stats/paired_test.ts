import assert from "node:assert/strict";
import fc from "fast-check";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { pairedInterval } from "../../src/stats/paired.ts";
import golden from "../golden/paired_interval.json" with { type: "json" };

const near = (actual: number, want: number, tolerance: number) =>
  assert.ok(Math.abs(actual - want) <= tolerance * Math.max(1, Math.abs(want)), `${actual} is not ${want}`);

for (const { name, tool, differences, shoppers, confidence, want } of golden.cases) {
  Deno.test(`pairedInterval() agrees with ${tool}: ${name}`, () => {
    const found = pairedInterval(differences, shoppers, { confidence });
    for (const end of ["mean", "low", "high"] as const) near(found[end], want[end], 1e-9);
    assert.equal(found.clusters, new Set(shoppers).size);
  });
}

/** Loss differences of models that are equally good: a shopper's rows share most of their difference. */
function noDifference(random: () => number, { shoppers, heavy }: { shoppers: number; heavy: boolean }) {
  const normal = gaussian(random);
  const draw = () => heavy ? normal() * Math.exp(normal()) : normal();
  const differences: number[] = [];
  const owner: number[] = [];
  for (let s = 0; s < shoppers; s++) {
    const shared = draw();
    const rows = 1 + Math.floor(random() * 4);
    for (let r = 0; r < rows; r++) {
      differences.push(shared + 0.3 * draw());
      owner.push(s * 7919 - 100_000);
    }
  }
  return { differences, owner };
}

/** Share of simulated comparisons whose interval covers zero, the truth; standard error below 0.01 at 1,500 runs. */
function coverage(
  seed: number,
  { runs = 1500, shoppers = 60, heavy = false, confidence = 0.9, alone = false } = {},
): number {
  const random = seededRandom(seed);
  let covered = 0;
  for (let run = 0; run < runs; run++) {
    const { differences, owner } = noDifference(random, { shoppers, heavy });
    const { low, high } = pairedInterval(differences, alone ? differences.map((_, i) => i) : owner, {
      confidence,
    });
    if (low <= 0 && high >= 0) covered++;
  }
  return covered / runs;
}

for (
  const [name, options, least, most] of [
    ["at its rate, when nothing differs", {}, 0.87, 0.93],
    ["at its rate, at 50 %", { confidence: 0.5 }, 0.46, 0.54],
    ["at its rate, when only 12 shoppers are there", { shoppers: 12 }, 0.86, 0.94],
    ["at its rate, when losses have heavy tails", { heavy: true }, 0.86, 0.95],
    ["too seldom, when rows of a shopper are taken as independent", { alone: true }, 0.6, 0.85],
  ] as const
) {
  Deno.test(`pairedInterval() covers zero ${name}`, () => {
    const rate = coverage(41, options);
    assert.ok(least <= rate && rate <= most, `covered ${rate}`);
  });
}

const rows = fc.array(
  fc.record({ d: fc.double({ min: -1e3, max: 1e3, noNaN: true }), shopper: fc.integer({ min: -3, max: 3 }) }),
  { minLength: 1, maxLength: 40 },
);
const parts = (list: readonly { d: number; shopper: number }[]) =>
  [list.map((r) => r.d), list.map((r) => r.shopper)] as const;

Deno.test("pairedInterval() turns around with the sign, and does not depend on the order of rows", () => {
  fc.assert(
    fc.property(rows, (list) => {
      const [d, s] = parts(list);
      const { mean, low, high } = pairedInterval(d, s);
      const turned = pairedInterval(d.map((x) => -x).reverse(), s.toReversed());
      near(turned.mean, -mean, 1e-6);
      fc.pre(Number.isFinite(low));
      near(turned.low, -high, 1e-6);
      near(turned.high, -low, 1e-6);
    }),
    { seed: 3, numRuns: 200 },
  );
});

Deno.test("pairedInterval() moves with a constant, scales with a factor, and grows with confidence", () => {
  fc.assert(
    fc.property(rows, (list) => {
      const [d, s] = parts(list);
      const { mean, low, high, clusters } = pairedInterval(d, s, { confidence: 0.8 });
      assert.ok(low <= mean && mean <= high);
      fc.pre(clusters >= 2);
      near(pairedInterval(d.map((x) => x + 5), s, { confidence: 0.8 }).low, low + 5, 1e-6);
      near(pairedInterval(d.map((x) => x * 3), s, { confidence: 0.8 }).high, high * 3, 1e-6);
      assert.ok(pairedInterval(d, s, { confidence: 0.95 }).low <= low);
    }),
    { seed: 4, numRuns: 200 },
  );
});

for (
  const [name, d, s, want] of [
    ["no rows", [], [], { mean: 0, low: -Infinity, high: Infinity, n: 0, clusters: 0 }],
    ["one row", [2], [1], { mean: 2, low: -Infinity, high: Infinity, n: 1, clusters: 1 }],
    ["one shopper only", [1, 3], [5, 5], { mean: 2, low: -Infinity, high: Infinity, n: 2, clusters: 1 }],
    ["models that agree on every row", [0, 0, 0], [1, 2, 3], { mean: 0, low: 0, high: 0, n: 3, clusters: 3 }],
  ] as const
) {
  Deno.test(`pairedInterval() of ${name}`, () =>
    assert.deepEqual(pairedInterval(d, s), { ...want, confidence: 0.95 }));
}

Deno.test("pairedInterval() refuses rows without their shopper", () =>
  assert.throws(() => pairedInterval([1, 2], [1]), RangeError));
