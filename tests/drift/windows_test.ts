import assert from "node:assert/strict";
import { seededRandom } from "../../src/core/random.ts";
import { DETECTORS } from "../../src/drift/detectors.ts";
import type { Table } from "../../src/drift/table.ts";
import { compareWindows, type WindowsOptions } from "../../src/drift/windows.ts";
import { category, DRAWS, drawTable, tableOf } from "./draws.ts";

const OPTIONS: WindowsOptions = { alpha: 0.05, alphaTogether: 0.05, seed: 4 };

/** A number and a category, the number moved. */
function mixed(seed: number, rows: number, shift = 0): Table {
  const random = seededRandom(seed);
  const values = new Float32Array(2 * rows);
  for (let i = 0; i < rows; i++) {
    values[2 * i] = random() < 0.1 ? NaN : DRAWS.normal(random, shift);
    values[2 * i + 1] = category(random, 0);
  }
  return { names: ["spend", "country"], kinds: ["numeric", "categorical"], rows, values };
}

Deno.test("compareWindows() says of each feature what it is, how it differs and what was missing", () => {
  const { method, features: [spend, country], together } = compareWindows(
    mixed(1, 900),
    mixed(2, 300, 1),
    OPTIONS,
  );
  assert.equal(method, "permutation");
  assert.deepEqual([spend.feature, spend.kind, spend.drifted], ["spend", "numeric", true]);
  assert.ok(Math.abs(spend.shift! - 1) < 0.25 && Math.abs(spend.missing.current - 0.1) < 0.06);
  assert.deepEqual([country.feature, country.kind, country.shift], ["country", "categorical", null]);
  for (const [{ distances }, kind] of [[spend, "numeric"], [country, "categorical"]] as const) {
    for (const { name, of } of DETECTORS) {
      assert.equal(distances[name] !== null, of === "both" || of === kind, `${name} of ${kind}`);
    }
  }
  assert.ok(spend.p >= spend.pRaw && spend.p <= OPTIONS.alpha);
  assert.ok(spend.smallest! > 0 && spend.smallest! < 1 && country.smallest! > 0 && country.smallest! < 0.5);
  assert.equal(together!.drifted, true);
});

Deno.test("compareWindows() gives the same verdict for the same arguments, and leaves them as they are", () => {
  const reference = mixed(1, 400);
  const current = mixed(2, 120, 0.2);
  const before = reference.values.slice();
  const clusters = {
    reference: Int32Array.from({ length: 400 }, (_, i) => i >> 1),
    current: Int32Array.from({ length: 120 }, (_, i) => 1000 + (i >> 1)),
  };
  for (const options of [OPTIONS, { ...OPTIONS, clusters }]) {
    assert.deepEqual(
      compareWindows(reference, current, options),
      compareWindows(reference, current, options),
    );
  }
  assert.deepEqual(reference.values, before);
});

Deno.test("compareWindows() judges by ranks: no monotone change of the unit matters", () => {
  const random = seededRandom(8);
  const shape = { features: 3, draw: DRAWS.normal };
  const [a, b] = [300, 100].map((rows) => drawTable(random, { ...shape, rows }));
  const cubed = (table: Table) => ({ ...table, values: table.values.map((value) => value ** 3) });
  const ps = (x: Table, y: Table) => compareWindows(x, y, OPTIONS).features.map(({ p }) => p);
  assert.deepEqual(ps(a, b), ps(cubed(a), cubed(b)));
});

Deno.test("compareWindows() agrees with its own formula where there are many rows", () => {
  const random = seededRandom(9);
  const shape = { features: 3, draw: DRAWS.counts };
  const [a, b] = [2000, 1500].map((rows) =>
    drawTable(random, { ...shape, rows, shift: rows === 1500 ? 0.06 : 0 })
  );
  const options = { ...OPTIONS, alpha: 0.005, alphaTogether: 0 };
  const dealt = compareWindows(a, b, options);
  const formula = compareWindows(a, b, { ...options, roundsMax: 1 });
  assert.deepEqual([dealt.method, formula.method, formula.rounds], ["permutation", "asymptotic", 0]);
  dealt.features.forEach(({ pRaw }, f) => {
    const error = 4 * Math.sqrt(pRaw * (1 - pRaw) / dealt.rounds) + 0.1 * pRaw;
    assert.ok(Math.abs(pRaw - formula.features[f].pRaw) < error, `${pRaw} and ${formula.features[f].pRaw}`);
  });
});

for (
  const [name, then, now, wanted] of [
    ["a constant that stays", () => 3, () => 3, { p: 1, shift: null, smallest: null, drifted: false }],
    ["a constant that moves", () => 3, () => 4, { shift: null, smallest: null, drifted: true }],
    ["nothing there, then and now", () => NaN, () => NaN, {
      p: 1,
      shift: null,
      smallest: null,
      drifted: false,
    }],
    ["nothing there any more", (i: number) => i, () => NaN, { shift: null, drifted: true }],
  ] as const
) {
  Deno.test(`compareWindows() copes with ${name}`, () => {
    const table = (rows: number, of: (i: number) => number) =>
      tableOf(Float32Array.from({ length: 2 * rows }, (_, i) => i % 2 === 0 ? of(i) : i % 7), 2);
    const { features: [found, other], together } = compareWindows(table(70, then), table(35, now), OPTIONS);
    assert.deepEqual({ ...found, ...wanted }, found);
    assert.equal(other.drifted, false);
    assert.ok(together !== null && together.p > 0 && together.p <= 1);
  });
}

Deno.test("compareWindows() leaves out together where it may spend nothing, and of a single feature", () => {
  const random = seededRandom(3);
  const single = (rows: number) => drawTable(random, { rows, features: 1, draw: DRAWS.normal });
  assert.equal(compareWindows(mixed(1, 50), mixed(2, 50), { ...OPTIONS, alphaTogether: 0 }).together, null);
  assert.equal(compareWindows(single(50), single(50), OPTIONS).together, null);
});

Deno.test("compareWindows() refuses what it cannot compare, and says what is needed", () => {
  const table = mixed(1, 40);
  const ids = (rows: number, size: number) => Int32Array.from({ length: rows }, (_, i) => i / size);
  for (
    const [reference, current, options, name, message] of [
      [table, { ...table, names: ["spend", "city"] }, {}, "RangeError", /same columns/],
      [table, { ...table, kinds: ["numeric", "numeric"] as const }, {}, "RangeError", /same columns/],
      [table, { ...table, rows: 39 }, {}, "RangeError", /not a table/],
      [table, table, { alpha: 0 }, "RangeError", /chances/],
      [table, table, { alpha: NaN }, "RangeError", /chances/],
      [
        table,
        table,
        { clusters: { reference: ids(40, 1), current: ids(3, 1) } },
        "RangeError",
        /need 40 cluster numbers/,
      ],
      [table, mixed(2, 19), {}, "InsufficientDataError", /need >= 20, have 19/],
      [
        table,
        table,
        { clusters: { reference: ids(40, 20), current: ids(40, 20) } },
        "InsufficientDataError",
        /have 2/,
      ],
    ] as const
  ) {
    assert.throws(() => compareWindows(reference, current, { ...OPTIONS, ...options }), { name, message });
  }
});
