import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import type { Interval } from "../validation/verdict.ts";

/**
 * The mean of paired differences with its two-sided t interval, robust to rows of the same shopper being alike:
 * variance `G / (G - 1) * sum over shoppers (sum of residuals)^2 / n^2`, `G - 1` degrees of freedom.
 * @param differences challenger's loss minus champion's, row by row, shape `[n]`
 * @param shoppers any integer that is the same for the same shopper, shape `[n]`
 * @returns infinite bounds where fewer than two shoppers are there to tell
 * Source: Liang and Zeger, Biometrika 73 (1986), for the mean.
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
  let mean = 0;
  for (let i = 0; i < n; i++) mean += differences[i] / n;
  const sums = new Map<number, number>();
  for (let i = 0; i < n; i++) sums.set(shoppers[i], (sums.get(shoppers[i]) ?? 0) + differences[i] - mean);
  const clusters = sums.size;
  if (clusters < 2) {
    return { mean: n > 0 ? mean : 0, low: -Infinity, high: Infinity, n, clusters, confidence };
  }
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  const error = Math.sqrt(clusters / (clusters - 1) * squares) / n;
  const reach = tQuantile(1 - (1 - confidence) / 2, clusters - 1) * error;
  return { mean, low: mean - reach, high: mean + reach, n, clusters, confidence };
}

/** The same interval as it would be at another confidence; one without an end anywhere stays so. */
export function atConfidence(interval: Interval, confidence: number): Interval {
  const { mean, high, clusters } = interval;
  if (clusters < 2 || !Number.isFinite(high)) return { ...interval, confidence };
  const quantile = (of: number) => tQuantile(1 - (1 - of) / 2, clusters - 1);
  const reach = (high - mean) / quantile(interval.confidence) * quantile(confidence);
  return { ...interval, low: mean - reach, high: mean + reach, confidence };
}
