import assert from "node:assert/strict";
import { seededRandom } from "../../src/core/random.ts";
import { compareWindows, type WindowsOptions, type WindowsVerdict } from "../../src/drift/windows.ts";
import type { Table } from "../../src/drift/table.ts";
import { binomialRange, category, type Draw, drawClusters, DRAWS, drawTable } from "./draws.ts";

/** How often something drifted in repeated looks; each has a seed of its own. */
function alarms(
  looks: number,
  look: (seed: number) => WindowsVerdict,
): { features: number; together: number } {
  let features = 0;
  let together = 0;
  for (let seed = 1; seed <= looks; seed++) {
    const verdict = look(seed);
    features += Number(verdict.features.some((f) => f.drifted));
    together += Number(verdict.together?.drifted ?? false);
  }
  return { features, together };
}

const within = (alarmed: number, looks: number, chance: number) => {
  const [least, most] = binomialRange(looks, chance);
  assert.ok(
    alarmed >= least && alarmed <= most,
    `${alarmed} alarms in ${looks} looks; expected ${least} to ${most}`,
  );
};

const options = (seed: number): WindowsOptions => ({ alpha: 0.1, alphaTogether: 0.1, seed });

/** Unchanged data of six features; rates hold per look, over all features. */
const unchanged =
  (draw: Draw, kind: Table["kinds"][number], extra: Partial<WindowsOptions> = {}, current = 100) =>
  (
    seed: number,
  ) => {
    const random = seededRandom(seed);
    const shape = { features: 6, draw, kind };
    const reference = drawTable(random, { ...shape, rows: 400 });
    return compareWindows(reference, drawTable(random, { ...shape, rows: current }), {
      ...options(seed),
      ...extra,
    });
  };

for (const [name, draw] of Object.entries(DRAWS)) {
  Deno.test(`compareWindows() raises false alarms as often as allowed: ${name}`, () => {
    const found = alarms(120, unchanged(draw, "numeric", { alphaTogether: 0 }));
    within(found.features, 120, 0.1);
  });
}

Deno.test("compareWindows() raises false alarms as often as allowed: categories, and all features at once", () => {
  const found = alarms(120, unchanged(category, "categorical"));
  within(found.features, 120, 0.1);
  within(found.together, 120, 0.1);
});

Deno.test("compareWindows() raises false alarms as often as allowed where the null is a formula", () => {
  const formula = { roundsMax: 1, alphaTogether: 0 };
  assert.equal(unchanged(DRAWS.normal, "numeric", formula)(1).method, "asymptotic");
  within(alarms(120, unchanged(DRAWS.lognormal, "numeric", formula, 400)).features, 120, 0.1);
});

Deno.test("compareWindows() takes a small alpha at its word", () => {
  const found = alarms(200, unchanged(DRAWS.normal, "numeric", { alpha: 0.002, alphaTogether: 0 }, 60));
  assert.ok(found.features <= 4, `${found.features} alarms in 200 looks at 0.002`);
});

/** The same rows looked at as clusters, and as if each stood for itself. */
function clusteredAndNaive(
  looks: number,
  windows: { then: readonly number[]; now: readonly number[]; alike: number; same?: boolean },
) {
  const { then, now, alike, same = false } = windows;
  const look = (byCluster: boolean) => (seed: number) => {
    const random = seededRandom(seed);
    const levels = new Map<number, number[]>();
    const reference = drawClusters(random, { first: 0, sizes: then, alike, levels });
    const current = drawClusters(random, { first: same ? 0 : then.length, sizes: now, alike, levels });
    const clusters = { reference: reference.clusters, current: current.clusters };
    return compareWindows(
      reference.table,
      current.table,
      byCluster ? { ...options(seed), clusters } : options(seed),
    );
  };
  return { clustered: alarms(looks, look(true)), naive: alarms(looks, look(false)) };
}

const times = (count: number, size: number) => new Array<number>(count).fill(size);

for (
  const [name, windows] of [
    ["shoppers with five rows each", { then: times(80, 5), now: times(30, 5), alike: 0.6 }],
    ["shoppers with more rows now", { then: times(120, 1), now: times(30, 6), alike: 0.6 }],
    ["whole days", { then: times(40, 15), now: times(8, 15), alike: 0.15 }],
  ] as const
) {
  Deno.test(`compareWindows() holds its rates over clusters, where rows taken singly break them: ${name}`, () => {
    const looks = 80;
    const { clustered, naive } = clusteredAndNaive(looks, windows);
    const [, most] = binomialRange(looks, 0.1);
    within(clustered.features, looks, 0.1);
    within(clustered.together, looks, 0.1);
    assert.ok(naive.features > most && naive.together > most, `${JSON.stringify(naive)} in ${looks} looks`);
  });
}

Deno.test("compareWindows() holds its rates where clusters have more rows in the reference", () => {
  const { clustered } = clusteredAndNaive(80, { then: times(80, 6), now: times(60, 1), alike: 0.6 });
  within(clustered.features, 80, 0.1);
  within(clustered.together, 80, 0.1);
});

Deno.test("compareWindows() is on the safe side where the same shoppers are in both windows", () => {
  const { clustered } = clusteredAndNaive(80, {
    then: times(80, 5),
    now: times(60, 1),
    alike: 0.6,
    same: true,
  });
  const [, most] = binomialRange(80, 0.1);
  assert.ok(clustered.features <= most && clustered.together <= most, JSON.stringify(clustered));
});
