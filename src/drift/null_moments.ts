import { symmetricEigenvalues } from "../stats/eigenvalues.ts";
import type { Scores } from "./scores.ts";
import type { Units } from "./units.ts";

/**
 * Moments of the sums of scores over one window's units when units are dealt to the windows at random. Both are exact
 * for the deal of whole units, all of them of one size.
 */
export interface NullMoments {
  /** standard deviation of each sum, shape `[k]` */
  readonly sd: Float64Array;
  /** third standardised moment of each sum, shape `[k]` */
  readonly skewness: Float64Array;
  /** the weighted sum of squares is about one of these times squares of independent normal numbers */
  readonly weights: Float64Array;
  /** variance of the sums beside what it were if all rows were units of their own, on average */
  readonly designEffect: number;
}

/** Moments of sums over `n` of `N` rows. @param mass rows per bin, shape `[bins]` */
export function rowMoments(
  { bins, values, weights, categorical }: Scores,
  mass: Float64Array,
  n: number,
): NullMoments {
  const rows = mass.reduce((a, b) => a + b, 0);
  const count = weights.length;
  const third = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    for (let b = 0; b < bins; b++) third[k] += mass[b] * values[k * bins + b] ** 3 / rows;
  }
  return {
    sd: new Float64Array(count).fill(Math.sqrt(dealtVariance(rows, n))),
    skewness: third.map((value) => value * dealtSkewness(rows, n)),
    weights: categorical ? new Float64Array(Math.max(0, count - 1)).fill(1) : weights,
    designEffect: 1,
  };
}

/**
 * Moments of sums over whole units, `n` of them.
 * @param codes the bin of each row, in the units' order, shape `[rows]`
 */
export function unitMoments(
  { bins, values, weights }: Scores,
  codes: Uint8Array,
  { starts }: Units,
  n: number,
): NullMoments {
  const count = weights.length;
  const units = starts.length - 1;
  const rows = starts[units];
  const sums = new Float64Array(count);
  const products = new Float64Array(count * count);
  const third = new Float64Array(count);
  for (let u = 0; u < units; u++) {
    sums.fill(0);
    for (let row = starts[u]; row < starts[u + 1]; row++) {
      for (let k = 0, code = codes[row]; k < count; k++) sums[k] += values[k * bins + code];
    }
    for (let k = 0; k < count; k++) {
      third[k] += sums[k] ** 3 / units;
      for (let l = 0; l < count; l++) products[k * count + l] += sums[k] * sums[l] / units;
    }
  }
  const spread = Float64Array.from({ length: count }, (_, k) => Math.sqrt(products[k * count + k]) || 1);
  const form = products.map((value, i) => {
    const k = Math.floor(i / count);
    const l = i % count;
    return value / (spread[k] * spread[l]) * Math.sqrt(weights[k] * weights[l]);
  });
  return {
    sd: spread.map((value) => value * Math.sqrt(dealtVariance(units, n))),
    skewness: third.map((value, k) => value / spread[k] ** 3 * dealtSkewness(units, n)),
    weights: symmetricEigenvalues(form, count).filter((value) => value > 1e-9),
    designEffect: spread.reduce((total, value) => total + value * value, 0) / Math.max(1, count) * units /
      rows,
  };
}

/** Variance of a sum of n out of N values of variance 1, dealt without putting back. */
const dealtVariance = (N: number, n: number) => n * (N - n) / (N - 1);

/** Skewness of that sum, for values of skewness 1. */
const dealtSkewness = (N: number, n: number) => (N - 2 * n) / (N - 2) * Math.sqrt((N - 1) / (n * (N - n)));
