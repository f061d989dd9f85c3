import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../src/core/random.ts";
import { binOf, countsIn, quantileBins } from "../../src/drift/bins.ts";
import { rowMoments, unitMoments } from "../../src/drift/null_moments.ts";
import { sampleOf } from "../../src/drift/sample.ts";
import { categoricalScores, numericScores, type Scores } from "../../src/drift/scores.ts";
import { clusterUnits, rowUnits, someUnits } from "../../src/drift/units.ts";

const check = (property: fc.IRawProperty<unknown>) => fc.assert(property, { seed: 11, numRuns: 200 });
const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 80 });
const near = (actual: number, want: number, tolerance = 1e-9) =>
  assert.ok(Math.abs(actual - want) <= tolerance * Math.max(1, Math.abs(want)), `${actual} is not ${want}`);

Deno.test("sampleOf() sorts many values as the built-in sort does, and counts the missing", () => {
  const random = seededRandom(3);
  const values = Float32Array.from(
    { length: 5000 },
    (_, i) => i % 97 === 0 ? NaN : (random() - 0.5) * 10 ** (i % 9 - 4),
  );
  const { sorted, missing, mean, sd } = sampleOf(values);
  const kept = values.filter((value) => !Number.isNaN(value));
  assert.deepEqual(sorted, kept.slice().sort());
  assert.equal(missing, 5000 - kept.length);
  const expected = kept.reduce((a, b) => a + b, 0) / kept.length;
  near(mean, expected);
  near(sd, Math.sqrt(kept.reduce((a, b) => a + (b - expected) ** 2, 0) / kept.length));
});

Deno.test("quantileBins() puts every value into one bin, of about equal size but for frequent values", () =>
  check(fc.property(floats, floats, fc.integer({ min: 2, max: 12 }), (a, b, most) => {
    const [reference, current] = [sampleOf([...a, NaN]), sampleOf(b)];
    const bins = quantileBins(reference, current, most);
    const size = (a.length + b.length) / most;
    assert.deepEqual([...bins.reference], [...countsIn(bins.ends, reference)]);
    const counted = new Array(bins.ends.length).fill(0);
    for (const value of [...a, ...b]) counted[binOf(bins.ends, value)]++;
    counted.forEach((rows, i) => {
      assert.equal(rows, bins.reference[i] + bins.current[i]);
      assert.ok(bins.atoms[i] || rows < 2 * size + 1, `${rows} rows in a bin of ${size}`);
    });
    assert.equal(bins.reference[bins.ends.length], 1);
  })));

Deno.test("quantileBins() gives each value its own bin where there are few, and each frequent one", () => {
  const few = quantileBins(sampleOf([1, 1, 2]), sampleOf([5, 2, 2]), 3);
  assert.deepEqual([[...few.ends], few.atoms], [[1, 2, 5], [true, true, true]]);
  const atom = quantileBins(sampleOf([0, 0, 0, 0, 1, 2, 3, 4]), sampleOf([-1, 0, 0]), 4);
  assert.deepEqual([[...atom.ends], atom.atoms], [[-1, 0, 3, 4], [false, true, false, false]]);
});

const mean = (mass: Float64Array, of: (b: number) => number) =>
  mass.reduce((sum, rows, b) => sum + rows * of(b), 0) / mass.reduce((a, b) => a + b, 0);

Deno.test("numericScores() have mean 0 and variance 1 and do not go together", () =>
  check(fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 3, maxLength: 20 }), (counts) => {
    const mass = Float64Array.from(counts);
    fc.pre(mass.some((rows) => rows > 0));
    const scores = numericScores(mass);
    const at = (k: number, b: number) => scores.values[k * scores.bins + b];
    for (let k = 0; k < scores.weights.length; k++) {
      near(mean(mass, (b) => at(k, b)), 0, 1e-6);
      for (let l = 0; l <= k; l++) {
        near(mean(mass, (b) => at(k, b) * at(l, b)), k === l ? 1 : 0, 1e-6);
      }
    }
    const filled = counts.slice(0, -1).filter((rows) => rows > 0).length;
    const missing = filled > 0 && counts[counts.length - 1] > 0 ? 1 : 0;
    assert.equal(scores.weights.length, Math.min(6, Math.max(0, filled - 1)) + missing);
  })));

/** Sums of scores over one window, many times dealt. */
function dealt(scores: Scores, codes: Uint8Array, starts: Int32Array, n: number, rounds: number): number[][] {
  const random = seededRandom(19);
  const order = Array.from({ length: starts.length - 1 }, (_, u) => u);
  return Array.from({ length: rounds }, () => {
    const sums = new Array<number>(scores.weights.length).fill(0);
    for (let i = 0; i < n; i++) {
      const j = i + Math.floor(random() * (order.length - i));
      [order[i], order[j]] = [order[j], order[i]];
      for (let row = starts[order[i]]; row < starts[order[i] + 1]; row++) {
        sums.forEach((_, k) => sums[k] += scores.values[k * scores.bins + codes[row]]);
      }
    }
    return sums;
  });
}

Deno.test("rowMoments() and unitMoments() are what sums of scores do when rows and clusters are dealt", () => {
  const mass = Float64Array.from([60, 20, 12, 8]);
  const n = 25;
  const rounds = 40_000;
  const codes = Uint8Array.from([...mass].flatMap((rows, b) => new Array<number>(rows).fill(b)));
  const scores = categoricalScores(mass);
  const compare = (found: number[][], { sd, skewness }: { sd: Float64Array; skewness: Float64Array }) =>
    sd.forEach((want, k) => {
      const variance = found.reduce((sum, sums) => sum + sums[k] ** 2, 0) / rounds;
      near(Math.sqrt(variance), want, 0.02);
      near(found.reduce((sum, sums) => sum + sums[k] ** 3, 0) / rounds / variance ** 1.5, skewness[k], 0.05);
    });
  const rows = rowUnits(75, 25);
  compare(dealt(scores, codes, rows.starts, n, rounds), rowMoments(scores, mass, n));
  const pairs = { ...rows, starts: Int32Array.from({ length: 51 }, (_, i) => 2 * i), current: 12 };
  const moments = unitMoments(scores, codes, pairs, 12);
  compare(dealt(scores, codes, pairs.starts, 12, rounds), moments);
  near(moments.designEffect, 2, 0.05); // neighbours are alike: two rows say as much as one
});

Deno.test("clusterUnits() keeps clusters whole, apart by window, and of one size in both", () => {
  const ids = (...sizes: number[]) =>
    Int32Array.from(sizes.flatMap((size, i) => new Array<number>(size).fill(i)));
  const reference = ids(4, 4, 4, 8);
  const current = ids(2, 3);
  const { rows, starts, current: now } = clusterUnits({ reference, current }, seededRandom(1));
  const units = Array.from(
    { length: starts.length - 1 },
    (_, u) => [...rows.subarray(starts[u], starts[u + 1])],
  );
  assert.equal(now, 2);
  assert.deepEqual(units.map((unit) => unit.length), [2, 3, 2, 2, 3, 3]);
  units.forEach((unit, u) => {
    const owners = unit.map((row) =>
      row < reference.length ? reference[row] : current[row - reference.length]
    );
    assert.equal(new Set(owners).size, 1);
    assert.ok(unit.every((row) => u < now === row >= reference.length));
  });
  assert.equal(new Set(rows).size, rows.length);
});

Deno.test("someUnits() takes at most so many rows, as many from each unit of either window", () => {
  const units = clusterUnits({
    reference: Int32Array.from({ length: 4000 }, (_, i) => Math.floor(i / 40)),
    current: Int32Array.from({ length: 800 }, (_, i) => Math.floor(i / 40)),
  }, seededRandom(2));
  const some = someUnits(units, { current: 256, reference: 512 }, seededRandom(3));
  const sizes = Array.from(some.starts.subarray(1), (end, u) => end - some.starts[u]);
  assert.deepEqual([new Set(sizes), some.current, sizes.length], [new Set([12]), 20, 62]);
});
