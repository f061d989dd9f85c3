/**
 * A number estimated from rows, and how much each row moved it: `value - truth` is about the sum of the influences.
 * A mean's are `(x_i - mean) / n`.
 */
export interface Statistic {
  readonly value: number;
  /** shape `[n]` */
  readonly influence: Float64Array;
}

/**
 * A mean with each row's influence on it.
 * @param x shape `[n]`   @returns value NaN where there are no rows
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(meanOf([1, 3]), { value: 2, influence: Float64Array.of(-0.5, 0.5) });
 * ```
 */
export function meanOf(x: ArrayLike<number>): Statistic {
  const n = x.length;
  let value = n > 0 ? 0 : NaN;
  for (let i = 0; i < n; i++) value += x[i] / n;
  return { value, influence: Float64Array.from(x, (v) => (v - value) / n) };
}
