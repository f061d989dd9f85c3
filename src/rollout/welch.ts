import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import type { Moments } from "./rollout_evidence.ts";
import type { Bounds } from "./share_bounds.ts";

/**
 * Bounds of the difference of two independent means, `a - b`, looked at once: Welch's t interval, each end with an alpha
 * of its own.
 * @returns infinite ends where a sample has fewer than two
 * Source: Welch, Biometrika 34 (1947).
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
