import assert from "node:assert/strict";
import fc from "fast-check";
import { histogram } from "../../src/drift/histogram.ts";
import { sampleOf } from "../../src/drift/sample.ts";

Deno.test("histogram() gives each whole number a bin where they fit", () => {
  const found = histogram(sampleOf([0, 0, 1, 2]), sampleOf([2, 2, 3, NaN]))!;
  assert.deepEqual(found.edges, [0, 1, 2, 3, 4]);
  assert.deepEqual([found.reference, found.current], [[2, 1, 1, 0], [0, 0, 2, 1]]);
  assert.deepEqual(found.missing, { reference: 0, current: 1 });
});

Deno.test("histogram() ends its axis before a long tail, and counts what lies beyond", () => {
  const values = Array.from({ length: 100 }, (_, i) => i / 100);
  const found = histogram(sampleOf([...values, 1e6]), sampleOf(values))!;
  assert.ok(found.edges.at(-1)! <= 1);
  assert.ok(found.above.reference >= 1);
});

Deno.test("histogram() is null where nothing has a value, and one bin where all are the same", () => {
  assert.equal(histogram(sampleOf([NaN]), sampleOf([])), null);
  assert.deepEqual(histogram(sampleOf([0.5, 0.5]), sampleOf([0.5]))!.reference, [2]);
});

Deno.test("histogram() counts every row once, whatever the values", () => {
  const rows = fc.array(
    fc.oneof(fc.integer({ min: -50, max: 50 }), fc.float({ noNaN: false, min: -1e6, max: 1e6 })),
    { minLength: 1, maxLength: 200 },
  );
  fc.assert(
    fc.property(rows, rows, (a, b) => {
      const found = histogram(sampleOf(a), sampleOf(b));
      if (found === null) return [...a, ...b].every((x) => !Number.isFinite(x));
      const total = (side: "reference" | "current") =>
        found[side].reduce((x, y) => x + y, 0) + found.above[side] + found.missing[side];
      const ascending = found.edges.every((x, i) => i === 0 || x > found.edges[i - 1]);
      return ascending && total("reference") === a.length && total("current") === b.length;
    }),
    { seed: 7, numRuns: 300 },
  );
});
