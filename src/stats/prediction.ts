import tCdf from "@stdlib/stats-base-dists-t-cdf";
import { momentsOf } from "./moments.ts";

/**
 * The chance of a value at least so far above (or below) the mean of past ones, were it one of them: Student's prediction
 * test, `t = (x - mean) / (sd * sqrt(1 + 1 / n))` with `n - 1` degrees of freedom.
 * @param past shape `[n]`, n >= 2   @param options.noisier how much larger the variance of `now` is than theirs, >= 1
 * @returns 1 where the past never varied and now is as it was, 0 where now differs from it
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const p = tailBeside(14, [9, 10, 11, 10, 10], { side: "above" });
 * assert.equal(p.toFixed(4), "0.0033");
 * ```
 */
export function tailBeside(
  now: number,
  past: readonly number[],
  { side, noisier = 1 }: { side: "above" | "below"; noisier?: number },
): number {
  const { n, mean, variance } = momentsOf(past);
  const distance = side === "above" ? now - mean : mean - now;
  if (variance === 0) return distance > 0 ? 0 : 1;
  return tCdf(-distance / Math.sqrt(variance * (noisier + 1 / n)), n - 1);
}
