import tQuantile from "@stdlib/stats-base-dists-t-quantile";

/**
 * A number estimated from rows, and how much each row moved it: `value - truth` is about the sum of the influences.
 * A mean's are `(x_i - mean) / n`.
 */
export interface Statistic {
  readonly value: number;
  /** shape `[n]` */
  readonly influence: Float64Array;
}

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

/** A mean as a statistic. @returns value NaN where there are no rows */
export function meanOf(x: ArrayLike<number>): Statistic {
  const n = x.length;
  let value = n > 0 ? 0 : NaN;
  for (let i = 0; i < n; i++) value += x[i] / n;
  return { value, influence: Float64Array.from(x, (v) => (v - value) / n) };
}

/**
 * Standard error, robust to rows of one shopper being alike: the infinitesimal jackknife over shoppers,
 * `sqrt(G / (G - 1) * sum over shoppers (sum of their influences)^2)`. Several samples may be given: a shopper in two
 * of them is one shopper. For a mean this is the interval of `src/stats/paired.ts`.
 * @returns an infinite error where fewer than two shoppers are there to tell
 * Source: Liang and Zeger, Biometrika 73 (1986); Jaeckel, The infinitesimal jackknife (1972).
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

/** A two-sided interval by Student's t with one degree of freedom less than shoppers; null: too few to tell. */
export function tInterval(
  value: number,
  { error, clusters }: ClusteredError,
  confidence: number,
): { low: number | null; high: number | null } {
  if (!Number.isFinite(error) || clusters < 2) return { low: null, high: null };
  const reach = tQuantile(1 - (1 - confidence) / 2, clusters - 1) * error;
  return { low: value - reach, high: value + reach };
}
