/**
 * The value below which a share `q` of the numbers lies, interpolated between neighbours.
 * @param values shape `[n]`   @param q in [0, 1]   @returns NaN of no numbers
 * Source: Hyndman and Fan, Sample quantiles in statistical packages (1996), definition 7.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(quantile([10, 40, 20, 30], 0.25), 17.5);
 * ```
 */
export function quantile(values: ArrayLike<number>, q: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return NaN;
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}

/**
 * The middle number, or the mean of the two middle ones.
 * @param values shape `[n]`   @returns NaN of no numbers
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(median([4, 1, 2, 3]), 2.5);
 * ```
 */
export function median(values: ArrayLike<number>): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
