import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";

/**
 * How many standard errors a two-sided interval reaches to each side, by the normal distribution.
 * @param confidence in (0, 1)
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(twoSidedZ(0.95).toFixed(6), "1.959964");
 * ```
 */
export const twoSidedZ = (confidence: number): number => normalQuantile(1 - (1 - confidence) / 2, 0, 1);

/**
 * The same by Student's t.
 * @param confidence in (0, 1)   @param degrees degrees of freedom, > 0
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(twoSidedT(0.95, 10).toFixed(6), "2.228139");
 * ```
 */
export const twoSidedT = (confidence: number, degrees: number): number =>
  tQuantile(1 - (1 - confidence) / 2, degrees);
