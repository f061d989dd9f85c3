import { twoSidedT } from "./critical.ts";

/** A standard error, and how many shoppers it rests on. */
export interface ClusteredError {
  readonly error: number;
  readonly clusters: number;
}

/** Rows' influences with the shoppers they belong to; shape `[n]` both. */
export interface Influences {
  readonly influence: ArrayLike<number>;
  readonly shopper: ArrayLike<number>;
}

/**
 * Standard error, robust to rows of one shopper being alike: the infinitesimal jackknife over shoppers,
 * `sqrt(G / (G - 1) * sum over shoppers (sum of their influences)^2)`. Several samples may be given: a shopper in two
 * of them is one shopper. For a mean this is the interval of `src/stats/paired.ts`.
 * @returns an infinite error where fewer than two shoppers are there to tell
 * Source: Liang and Zeger, Biometrika 73 (1986); Jaeckel, The infinitesimal jackknife (1972).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const influence = [-0.5, 0, 0, 0.5]; // of 1, 3, 3 and 5 on their mean
 * const alone = clusteredError({ influence, shopper: [1, 2, 3, 4] });
 * const together = clusteredError({ influence, shopper: [1, 2, 2, 1] }); // their rows cancel out
 * assert.deepEqual([alone.error.toFixed(4), together], ["0.8165", { error: 0, clusters: 2 }]);
 * ```
 */
export function clusteredError(...samples: readonly Influences[]): ClusteredError {
  const sums = new Map<number, number>();
  for (const { influence, shopper } of samples) {
    for (let i = 0; i < shopper.length; i++) sums.set(shopper[i], (sums.get(shopper[i]) ?? 0) + influence[i]);
  }
  const clusters = sums.size;
  if (clusters < 2) return { error: Infinity, clusters };
  let squares = 0;
  for (const sum of sums.values()) squares += sum * sum;
  return { error: Math.sqrt(clusters / (clusters - 1) * squares), clusters };
}

/**
 * A two-sided interval by Student's t with one degree of freedom less than shoppers; null: too few to tell.
 * @param confidence in (0, 1)
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { low, high } = tInterval(2, { error: 0.5, clusters: 11 }, 0.95);
 * assert.deepEqual([low?.toFixed(3), high?.toFixed(3)], ["0.886", "3.114"]);
 * assert.equal(tInterval(2, { error: Infinity, clusters: 1 }, 0.95).low, null);
 * ```
 */
export function tInterval(
  value: number,
  { error, clusters }: ClusteredError,
  confidence: number,
): { low: number | null; high: number | null } {
  if (!Number.isFinite(error) || clusters < 2) return { low: null, high: null };
  const reach = twoSidedT(confidence, clusters - 1) * error;
  return { low: value - reach, high: value + reach };
}
