/**
 * Arithmetic mean `sum_i x_i / n`.
 * @param x shape `[n]`   @param options.empty the mean of no numbers, default NaN
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(mean([1, 2, 6]), 3);
 * assert.equal(mean([], { empty: 0 }), 0);
 * ```
 */
export function mean(x: ArrayLike<number>, { empty = NaN }: { empty?: number } = {}): number {
  if (x.length === 0) return empty;
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return sum / x.length;
}
