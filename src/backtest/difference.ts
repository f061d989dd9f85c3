/** Two policies compared moment by moment, with how sure that is. */
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { z } from "zod";
import { SCORED_MIN } from "./plan.ts";

export const CONFIDENCE = 0.95;

export const Difference = z.object({
  mean: z.number(),
  error: z.number().describe("standard error over moments, as if they knew nothing of each other"),
  low: z.number().nullable().describe("interval that allows for overlapping outcomes; null: too few moments"),
  high: z.number().nullable(),
  n: z.int().describe("moments that both have"),
  betterAt: z.int().describe("moments at which it was better"),
  verdict: z.enum(["better", "worse", "the same", "cannot tell yet"]),
});
export type Difference = z.infer<typeof Difference>;

/**
 * The mean of paired differences with a t interval. Outcome windows of neighbouring moments overlap, so their
 * differences go together: the variance is Newey and West's with Bartlett weights over `lag` neighbours, and never less
 * than the plain one, since over few moments it can come out too small.
 * Source: Newey and West, Econometrica 55 (1987).
 * @param differences ours minus theirs, oldest first   @param options.lag moments whose outcomes reach into the next ones
 */
export function differenceOf(
  differences: readonly number[],
  { lag, higherIsBetter }: { lag: number; higherIsBetter: boolean },
): Difference {
  const n = differences.length, mean = meanOf(differences), sign = higherIsBetter ? 1 : -1;
  const residuals = differences.map((d) => d - mean);
  const plain = autocovariance(residuals, 0) * n / Math.max(1, n - 1);
  let long = plain;
  for (let k = 1; k <= Math.min(lag, n - 1); k++) {
    long += 2 * (1 - k / (lag + 1)) * autocovariance(residuals, k) * n / Math.max(1, n - 1);
  }
  const found = {
    ...{ mean, n, error: Math.sqrt(plain / n) },
    betterAt: differences.filter((d) => sign * d > 0).length,
  };
  if (differences.every((d) => d === 0)) return { ...found, low: 0, high: 0, verdict: "the same" };
  if (n < SCORED_MIN) return { ...found, low: null, high: null, verdict: "cannot tell yet" };
  const reach = tQuantile(1 - (1 - CONFIDENCE) / 2, n - 1) * Math.sqrt(Math.max(plain, long) / n);
  const low = mean - reach, high = mean + reach, crosses = low <= 0 && high >= 0;
  return { ...found, low, high, verdict: crosses ? "cannot tell yet" : sign * mean > 0 ? "better" : "worse" };
}

export const meanOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Of residuals around their mean, `k` moments apart. */
const autocovariance = (residuals: readonly number[], k: number) =>
  residuals.slice(k).reduce((sum, x, i) => sum + x * residuals[i], 0) / residuals.length;
