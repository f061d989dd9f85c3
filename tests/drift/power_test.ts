import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { ksDistance, ksLimitP } from "../../src/drift/distribution.ts";
import { samplesOf } from "../../src/drift/sample.ts";
import { compareWindows } from "../../src/drift/windows.ts";
import { binomialRange, category, type Draw, drawClusters, DRAWS, drawTable, tableOf } from "./draws.ts";

const ALPHA = 0.01;
const FEATURES = 8;

/** Looks in which the first feature, moved, was found: by ours, and by Kolmogorov-Smirnov with Bonferroni. */
function found(looks: number, draw: Draw, shift: number, rows: number): { ours: number; ks: number } {
  const random = seededRandom(31);
  const shape = { features: FEATURES, draw };
  const size = Math.sqrt(1000 * rows / (1000 + rows));
  let ours = 0;
  let ks = 0;
  for (let seed = 0; seed < looks; seed++) {
    const reference = drawTable(random, { ...shape, rows: 1000 });
    const current = drawTable(random, { ...shape, rows, shift });
    const verdict = compareWindows(reference, current, { alpha: ALPHA, alphaTogether: 0, seed });
    ours += Number(verdict.features[0].drifted);
    const [a] = samplesOf(reference);
    const [b] = samplesOf(current);
    ks += Number(ksLimitP(size * ksDistance(a.sorted, b.sorted)) <= ALPHA / FEATURES);
  }
  return { ours, ks };
}

for (
  const [name, draw, shift] of [
    ["normal", DRAWS.normal, 0.35],
    ["lognormal", DRAWS.lognormal, 0.35],
    ["mostly zero", DRAWS["mostly zero"], 0.5],
  ] as const
) {
  Deno.test(`compareWindows() finds a shift more often than Kolmogorov-Smirnov with Bonferroni: ${name}`, () => {
    const looks = 60;
    const { ours, ks } = found(looks, draw, shift, 150);
    assert.ok(ours > ks && ours < looks, `${ours} beside ${ks} of ${looks}`);
  });
}

/** 0 to 5, some of them one more; a die's standard deviation is sqrt(35 / 12). */
const dice: Draw = (random, shift) =>
  Math.min(5, Math.floor(6 * random()) + Number(random() < shift * Math.sqrt(35 / 12)));

/** Looks in which the first feature was found after a change of exactly the size that was called the smallest. */
function foundAtSmallest(
  looks: number,
  draw: Draw,
  kind: "numeric" | "categorical",
  rows: number,
): number {
  const random = seededRandom(47);
  const shape = { features: 3, kind };
  const options = { alpha: 0.02, alphaTogether: 0 };
  const reference = drawTable(random, { ...shape, draw, rows: 1000 });
  const still = compareWindows(reference, drawTable(random, { ...shape, draw, rows }), {
    ...options,
    seed: 1,
  });
  const shift = still.features[0].smallest!;
  let seen = 0;
  for (let seed = 0; seed < looks; seed++) {
    const again = drawTable(random, { ...shape, draw, rows: 1000 });
    const current = drawTable(random, { ...shape, draw, rows, shift });
    seen += Number(compareWindows(again, current, { ...options, seed }).features[0].drifted);
  }
  return seen;
}

for (
  const [name, draw, kind, rows] of [
    ["numbers, a small window", DRAWS.normal, "numeric", 100],
    ["numbers, a window as large as the reference", DRAWS.normal, "numeric", 1000],
    ["few distinct numbers, which move to their neighbours", dice, "numeric", 150],
    ["categories", category, "categorical", 200],
  ] as const
) {
  Deno.test(`smallest is what is seen with 80 % power: ${name}`, () => {
    const looks = 120;
    const seen = foundAtSmallest(looks, draw, kind, rows);
    const [least, most] = binomialRange(looks, 0.8);
    assert.ok(
      seen >= least - 3 && seen <= most + 3,
      `${seen} of ${looks}; expected ${least} to ${most}, three more or less`,
    );
  });
}

Deno.test("smallest falls with the rows, and is larger where rows of a shopper are alike", () => {
  const random = seededRandom(5);
  const options = { alpha: 0.05, alphaTogether: 0, seed: 1 };
  const smallest = (rows: number) => {
    const [reference, current] = [600, rows].map((n) =>
      drawTable(random, { rows: n, features: 2, draw: DRAWS.normal })
    );
    return compareWindows(reference, current, options).features[0].smallest!;
  };
  const sizes = [50, 150, 600].map(smallest);
  assert.ok(sizes[0] > sizes[1] && sizes[1] > sizes[2], sizes.join());
  const then = drawClusters(random, { first: 0, sizes: new Array(100).fill(6), alike: 0.7 });
  const now = drawClusters(random, { first: 100, sizes: new Array(100).fill(6), alike: 0.7 });
  const clusters = { reference: then.clusters, current: now.clusters };
  const clustered = compareWindows(then.table, now.table, { ...options, clusters }).features[0].smallest!;
  assert.ok(clustered > 1.5 * sizes[2], `${clustered} with clusters, ${sizes[2]} without`);
});

Deno.test("compareWindows() sees a change of spread, of the missing, and of a category", () => {
  const random = seededRandom(12);
  const base = { rows: 800, features: 4 };
  const changes: [string, Draw, Draw, "numeric" | "categorical"][] = [
    ["spread", DRAWS.normal, (r) => 2 * DRAWS.normal(r, 0), "numeric"],
    ["missing", DRAWS.normal, (r) => r() < 0.15 ? NaN : DRAWS.normal(r, 0), "numeric"],
    ["infinite", DRAWS.normal, (r) => r() < 0.15 ? Infinity : DRAWS.normal(r, 0), "numeric"],
    ["frozen", DRAWS.normal, () => 0.1, "numeric"],
    ["all missing", DRAWS.normal, () => NaN, "numeric"],
    ["new category", category, (r) => r() < 0.15 ? 99 : category(r, 0), "categorical"],
  ];
  for (const [name, draw, changed, kind] of changes) {
    const reference = drawTable(random, { ...base, draw, kind });
    const current = drawTable(random, { ...base, rows: 200, draw: changed, kind });
    const { features } = compareWindows(reference, current, { alpha: 0.01, alphaTogether: 0, seed: 1 });
    assert.ok(features.every((f) => f.drifted), name);
  }
});

Deno.test("together sees features that go together in another way, which no feature by itself shows", () => {
  const random = seededRandom(77);
  const draw = gaussian(random);
  const rowsOf = (rows: number, correlation: number) =>
    Array.from({ length: rows }, () => {
      const [a, b, ...others] = Array.from({ length: 6 }, draw);
      return [a, correlation * a + Math.sqrt(1 - correlation ** 2) * b, ...others];
    });
  const pairs = (rows: number, correlation: number) =>
    tableOf(Float32Array.from(rowsOf(rows, correlation).flat()), 6);
  const verdict = compareWindows(pairs(600, 0), pairs(250, 0.6), {
    alpha: 0.01,
    alphaTogether: 0.01,
    seed: 3,
  });
  assert.equal(verdict.together!.drifted, true);
  assert.deepEqual(verdict.features.map((f) => f.drifted), new Array(6).fill(false));
});
