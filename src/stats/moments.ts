/** Mean and sample variance of `n` numbers; the variance of fewer than two is 0. */
export interface Moments {
  n: number;
  mean: number;
  variance: number;
}

/**
 * Mean and sample variance of some numbers, in one pass.
 * @param values shape `[n]`   @returns all 0 of no numbers
 * Source: Welford, Technometrics 4 (1962).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(momentsOf([1, 2, 3]), { n: 3, mean: 2, variance: 1 });
 * ```
 */
export function momentsOf(values: ArrayLike<number>): Moments {
  const n = values.length;
  let mean = 0;
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const off = values[i] - mean;
    mean += off / (i + 1);
    squares += off * (values[i] - mean);
  }
  return { n, mean, variance: n > 1 ? squares / (n - 1) : 0 };
}
