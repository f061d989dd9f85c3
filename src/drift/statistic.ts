import type { NullMoments } from "./null_moments.ts";
import type { Scores } from "./scores.ts";
import { type Evidence, evidenceTable } from "../stats/quadratic_form.ts";

/** One feature, ready to be tested: its statistic is `Q = sum_k w_k z_k^2`, z the standardised sums of its scores. */
export interface Statistic {
  readonly scores: Scores;
  readonly moments: NullMoments;
  /** what puts the Q of different features on one scale; null: all rows are alike, nothing can differ */
  readonly evidence: Evidence | null;
}

/** Joins scores and moments; `known` keeps the tables of earlier features, most of which have the same weights. */
export function statisticOf(scores: Scores, moments: NullMoments, known: Map<string, Evidence>): Statistic {
  if (moments.weights.length === 0) return { scores, moments, evidence: null };
  const key = moments.weights.join();
  const evidence = known.get(key) ?? evidenceTable(moments.weights);
  known.set(key, evidence);
  return { scores, moments, evidence };
}

/**
 * Q of one window.
 * @param counts rows per bin, of which `from` is the first bin of this feature
 * @param balance how far the window's number of rows makes sums larger or smaller than the moments say; of rows 1
 */
export function quadratic(
  { scores, moments }: Statistic,
  counts: Float64Array,
  from: number,
  balance: number,
): number {
  const { bins, values, weights } = scores;
  const { sd, skewness } = moments;
  let q = 0;
  for (let k = 0, at = 0; k < weights.length; k++) {
    let total = 0;
    for (let b = 0; b < bins; b++) total += counts[from + b] * values[at++];
    const z = symmetric(balance * total / sd[k], skewness[k]);
    q += weights[k] * z * z;
  }
  return q;
}

/** Below this a skewed sum is as good as normal. */
const SKEWNESS_MIN = 0.02;

/**
 * A standardised sum with its skewness taken out, so that a feature with few rare values does not look extreme more
 * often than the others: Wilson and Hilferty's cube root, as for a gamma distribution of that skewness.
 */
function symmetric(z: number, skewness: number): number {
  if (Math.abs(skewness) < SKEWNESS_MIN) return z;
  return 6 / skewness * (Math.cbrt(Math.max(0, 1 + skewness * z / 2)) - 1) + skewness / 6;
}
