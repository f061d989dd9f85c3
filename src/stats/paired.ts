import { clusteredError, tInterval } from "./clustered.ts";
import { meanOf } from "./statistic.ts";
import { twoSidedT } from "./critical.ts";
import type { Interval } from "./interval.ts";

/**
 * The mean of paired differences with its two-sided t interval, robust to rows of the same shopper being alike: that of
 * {@link clusteredError} for the mean.
 * @param differences challenger's loss minus champion's, row by row, shape `[n]`
 * @param shoppers any integer that is the same for the same shopper, shape `[n]`
 * @returns infinite bounds where fewer than two shoppers are there to tell
 * @throws {RangeError} lengths differ
 * Source: Liang and Zeger, Biometrika 73 (1986), for the mean.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { mean, low, high } = pairedInterval([-0.2, -0.1, -0.4, -0.1], [1, 1, 2, 3]);
 * assert.deepEqual([mean, low, high].map((x) => x.toFixed(3)), ["-0.200", "-0.523", "0.123"]);
 * ```
 */
export function pairedInterval(
  differences: ArrayLike<number>,
  shoppers: ArrayLike<number>,
  { confidence = 0.95 } = {},
): Interval {
  const n = differences.length;
  if (shoppers.length !== n) {
    throw new RangeError(`Cannot pair ${n} differences with ${shoppers.length} shoppers`);
  }
  const { value, influence } = meanOf(differences);
  const error = clusteredError({ influence, shopper: shoppers });
  const { low, high } = tInterval(value, error, confidence);
  return {
    mean: n > 0 ? value : 0,
    low: low ?? -Infinity,
    high: high ?? Infinity,
    n,
    clusters: error.clusters,
    confidence,
  };
}

/**
 * The standard error that an interval was made from, taken back out of it.
 * @returns infinite where the interval has no end
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const error = standardError({ mean: 1, low: -1, high: 3, n: 11, clusters: 11, confidence: 0.95 });
 * assert.equal(error.toFixed(4), "0.8976");
 * ```
 */
export function standardError({ mean, high, clusters, confidence }: Interval): number {
  if (clusters < 2 || !Number.isFinite(high)) return Infinity;
  return (high - mean) / twoSidedT(confidence, clusters - 1);
}

/**
 * The same interval as it would be at another confidence; one without an end anywhere stays so.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const narrow = atConfidence({ mean: 1, low: -1, high: 3, n: 11, clusters: 11, confidence: 0.95 }, 0.5);
 * assert.equal(narrow.high.toFixed(3), "1.628");
 * ```
 */
export function atConfidence(interval: Interval, confidence: number): Interval {
  const { mean, clusters } = interval;
  const error = standardError(interval);
  if (!Number.isFinite(error)) return { ...interval, confidence };
  const reach = error * twoSidedT(confidence, clusters - 1);
  return { ...interval, low: mean - reach, high: mean + reach, confidence };
}
