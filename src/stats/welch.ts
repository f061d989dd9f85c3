import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import type { Bounds } from "./interval.ts";
import type { Moments } from "./moments.ts";

/**
 * Bounds of the difference of two independent means, `a - b`, looked at once: Welch's t interval, each end with an alpha
 * of its own.
 * @returns infinite ends where a sample has fewer than two
 * Source: Welch, Biometrika 34 (1947).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const a = { n: 20, mean: 1.2, variance: 0.5 };
 * const b = { n: 30, mean: 1.0, variance: 0.3 };
 * const { low, high } = welchBounds(a, b, { low: 0.025, high: 0.025 });
 * assert.deepEqual([low.toFixed(3), high.toFixed(3)], ["-0.180", "0.580"]);
 * ```
 */
export function welchBounds(a: Moments, b: Moments, alpha: { low: number; high: number }): Bounds {
  if (a.n < 2 || b.n < 2) return { low: -Infinity, high: Infinity };
  const [va, vb] = [a.variance / a.n, b.variance / b.n];
  const difference = a.mean - b.mean;
  if (va + vb === 0) return { low: difference, high: difference };
  const degrees = (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
  const error = Math.sqrt(va + vb);
  return {
    low: difference - tQuantile(1 - alpha.low, degrees) * error,
    high: difference + tQuantile(1 - alpha.high, degrees) * error,
  };
}
