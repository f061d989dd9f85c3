import type { Interval } from "./interval.ts";

/**
 * Whether two models predicted every compared row alike: their difference is zero without an interval. Such a comparison
 * says nothing for or against either, and the refit adds rows that no comparison has seen.
 */
export const isSamePredictions = (
  { n, mean, low, high }: Pick<Interval, "n" | "mean" | "low" | "high">,
): boolean => n > 0 && mean === 0 && low === 0 && high === 0;
