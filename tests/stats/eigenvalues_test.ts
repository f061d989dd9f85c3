import assert from "node:assert/strict";
import fc from "fast-check";
import { symmetricEigenvalues } from "../../src/stats/eigenvalues.ts";

const near = (actual: number, want: number) =>
  assert.ok(Math.abs(actual - want) <= 1e-9 * Math.max(1, Math.abs(want)), `${actual} is not ${want}`);

Deno.test("symmetricEigenvalues() finds those of a matrix that is put together from them", () => {
  const found = symmetricEigenvalues(Float64Array.from([2, 1, 0, 1, 2, 0, 0, 0, 5]), 3);
  [1, 3, 5].forEach((want, i) => near(found[i], want));
});

/** Mirrors a symmetric matrix at the plane across `v`: its eigenvalues stay as they are. */
function mirrored(matrix: Float64Array, n: number, v: readonly number[]): Float64Array {
  const norm = v.reduce((sum, x) => sum + x * x, 0);
  const mirror = Array.from({ length: n * n }, (_, k) => {
    const i = Math.floor(k / n);
    const j = k % n;
    return (i === j ? 1 : 0) - 2 * v[i] * v[j] / norm;
  });
  const times = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Float64Array.from({ length: n * n }, (_, k) => {
      let sum = 0;
      for (let m = 0; m < n; m++) sum += a[Math.floor(k / n) * n + m] * b[m * n + k % n];
      return sum;
    });
  return times(times(mirror, matrix), mirror);
}

Deno.test("symmetricEigenvalues() finds what a diagonal matrix holds after it was mirrored, ascending", () => {
  const whole = fc.integer({ min: -20, max: 20 });
  const sizes = fc.integer({ min: 1, max: 12 }).chain((n) =>
    fc.record({
      values: fc.array(whole, { minLength: n, maxLength: n }),
      across: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: n, maxLength: n }),
    })
  );
  fc.assert(
    fc.property(sizes, ({ values, across }) => {
      const n = values.length;
      const diagonal = Float64Array.from(
        { length: n * n },
        (_, k) => k % (n + 1) === 0 ? values[k / (n + 1)] : 0,
      );
      const found = symmetricEigenvalues(mirrored(diagonal, n, across), n);
      values.toSorted((a, b) => a - b).forEach((want, i) => near(found[i], want));
    }),
    { seed: 8, numRuns: 200 },
  );
});

Deno.test("symmetricEigenvalues() of no matrix are none", () =>
  assert.equal(symmetricEigenvalues(new Float64Array(0), 0).length, 0));
