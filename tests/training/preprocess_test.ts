import assert from "node:assert/strict";
import { fitPreprocessing, preprocess } from "../../src/training/preprocess.ts";
import { makeRows, WIDTH } from "./rows_of.ts";

const rows = makeRows("regression");
const [CONSTANT, CALENDAR] = [4, 5];

for (const inputs of ["log", "log+raw", "log+hinges"] as const) {
  Deno.test(`preprocess() of ${inputs} gives columns of mean 0 and deviation 1, within the limit`, () => {
    const p = fitPreprocessing(rows, inputs, 5);
    const k = p.columns.length;
    const n = rows.target.length;
    const unclipped = preprocess({ ...p, limit: undefined }, rows.features, WIDTH);
    for (let j = 0; j < k; j++) {
      const column = Float64Array.from({ length: n }, (_, i) => unclipped[i * k + j]);
      const mean = column.reduce((a, b) => a + b) / n;
      const variance = column.reduce((a, b) => a + (b - mean) ** 2, 0) / n;
      assert.ok(Math.abs(mean) < 1e-4 && Math.abs(variance - 1) < 1e-3, `column ${j}: ${mean}, ${variance}`);
    }
    assert.ok(preprocess(p, rows.features, WIDTH).every((z) => Math.abs(z) <= 5));
  });

  Deno.test(`fitPreprocessing() of ${inputs} leaves out constants and the calendar`, () => {
    const used = new Set(fitPreprocessing(rows, inputs).columns.map((c) => c.of));
    assert.ok(!used.has(CONSTANT) && !used.has(CALENDAR));
  });
}

Deno.test("fitPreprocessing() flags missing values, where they are more than a few", () => {
  const flags = fitPreprocessing(rows, "log").columns.filter((c) => c.as === "missing");
  assert.deepEqual(flags.map((c) => c.of), [3]);
});

Deno.test("preprocess() gives numbers for rows without any", () => {
  const p = fitPreprocessing(rows, "log+hinges", 5);
  assert.ok(preprocess(p, new Float32Array(WIDTH).fill(NaN), WIDTH).every(Number.isFinite));
});

Deno.test("preprocess() gives a row alone what it gives it among others, bit for bit", () => {
  const features = rows.features.slice(0, 50 * WIDTH);
  features[3] = NaN;
  features[WIDTH] = -Infinity;
  features[WIDTH + 1] = -0;
  for (const inputs of ["log", "log+raw", "log+hinges"] as const) {
    const p = fitPreprocessing(rows, inputs, 5);
    const k = p.columns.length;
    const all = preprocess(p, features, WIDTH);
    for (let i = 0; i < 50; i++) {
      const alone = preprocess(p, features.subarray(i * WIDTH, (i + 1) * WIDTH), WIDTH);
      assert.deepEqual(alone, all.slice(i * k, (i + 1) * k));
    }
  }
});
