import { EigenvalueDecomposition, Matrix } from "ml-matrix";

/**
 * Eigenvalues of a symmetric matrix.
 * @param matrix row-major, shape `[n, n]`   @returns ascending, shape `[n]`
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const [small, large] = symmetricEigenvalues(Float64Array.of(2, 1, 1, 2), 2);
 * assert.deepEqual([small.toFixed(9), large.toFixed(9)], ["1.000000000", "3.000000000"]);
 * ```
 */
export function symmetricEigenvalues(matrix: Float64Array, n: number): Float64Array {
  if (n === 0) return new Float64Array(0);
  const { realEigenvalues } = new EigenvalueDecomposition(Matrix.from1DArray(n, n, matrix), {
    assumeSymmetric: true,
  });
  return Float64Array.from(realEigenvalues);
}
