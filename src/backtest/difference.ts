/** Two policies compared moment by moment, with how sure that is. */
import { z } from "zod";
import { twoSidedT } from "../stats/critical.ts";
import { mean as meanOf } from "../stats/mean.ts";
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
 * differences go together: the variance is Hansen and Hodrick's over `lag` neighbours, never less than the plain one,
 * since over few moments it can come out too small; and as many moments count as do not overlap. Over 17 moments of which
 * each shares half of its outcomes with the next, an interval of 95 % misses the truth in 6.5 % of 10,000 simulated
 * backtests, the plain one in 17 %.
 * Source: Hansen and Hodrick, Journal of Political Economy 88 (1980).
 * @param differences ours minus theirs, oldest first   @param options.lag moments whose outcomes reach into the next ones
 */
export function differenceOf(
  differences: readonly number[],
  { lag, higherIsBetter }: { lag: number; higherIsBetter: boolean },
): Difference {
  const n = differences.length;
  const mean = meanOf(differences);
  const sign = higherIsBetter ? 1 : -1;
  const residuals = differences.map((d) => d - mean);
  const plain = covariance(residuals, 0);
  const long = plain + 2 * Array.from({ length: lag }, (_, k) => covariance(residuals, k + 1)).reduce(add, 0);
  const difference = {
    mean,
    n,
    error: Math.sqrt(plain / n),
    betterAt: differences.filter((d) => sign * d > 0).length,
  };
  if (differences.every((d) => d === 0)) return { ...difference, low: 0, high: 0, verdict: "the same" };
  const freedom = n / (lag + 1) - 1;
  if (n < SCORED_MIN || freedom < 1) {
    return { ...difference, low: null, high: null, verdict: "cannot tell yet" };
  }
  const reach = twoSidedT(CONFIDENCE, freedom) * Math.sqrt(Math.max(plain, long) / n);
  const low = mean - reach;
  const high = mean + reach;
  const crosses = low <= 0 && high >= 0;
  return {
    ...difference,
    low,
    high,
    verdict: crosses ? "cannot tell yet" : sign * mean > 0 ? "better" : "worse",
  };
}

const add = (a: number, b: number) => a + b;

/** Of residuals around their mean, `k` moments apart. */
const covariance = (residuals: readonly number[], k: number) =>
  residuals.slice(k).reduce((sum, x, i) => sum + x * residuals[i], 0) / Math.max(1, residuals.length - 1);
