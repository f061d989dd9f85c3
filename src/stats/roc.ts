/** Area under the ROC curve where each row counts in part as a positive and in part as a negative. */
interface WeightedAuc {
  /** null where one class has no weight */
  readonly value: number | null;
  /** derivative of the area by each row's positive and negative weight, shape `[n]` */
  readonly byPositive: Float64Array;
  readonly byNegative: Float64Array;
}

/**
 * `sum_ij P_i N_j k(p_i, p_j) / (sum P * sum N)` with `k` 1 above, 1/2 at a tie, 0 below. Observed outcomes are weights
 * 1 and 0; expected ones are probabilities.
 * @param p predictions   @param positive, negative weights >= 0; all of shape `[n]`
 * Source: Hanley and McNeil, Radiology 143 (1982); its derivatives are the placements of DeLong et al., Biometrics 44 (1988).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(weightedAuc([0.2, 0.6, 0.9], [0, 1, 1], [1, 0, 0]).value, 1);
 * assert.equal(weightedAuc([0.2, 0.8], [0.5, 0.5], [0.5, 0.5]).value, 0.5);
 * ```
 */
export function weightedAuc(
  p: ArrayLike<number>,
  positive: ArrayLike<number>,
  negative: ArrayLike<number>,
): WeightedAuc {
  const n = p.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => p[a] - p[b]);
  const positives = total(positive);
  const negatives = total(negative);
  const beaten = new Float64Array(n);
  const beating = new Float64Array(n); // weight of the other class below, and above
  let below = 0;
  let belowPositive = 0;
  for (let start = 0; start < n;) {
    let end = start;
    let tieNegative = 0;
    let tiePositive = 0;
    for (; end < n && p[order[end]] === p[order[start]]; end++) {
      tieNegative += negative[order[end]];
      tiePositive += positive[order[end]];
    }
    for (let i = start; i < end; i++) {
      beaten[order[i]] = below + tieNegative / 2;
      beating[order[i]] = positives - belowPositive - tiePositive / 2;
    }
    below += tieNegative;
    belowPositive += tiePositive;
    start = end;
  }
  if (!(positives > 0 && negatives > 0)) return { value: null, byPositive: beaten, byNegative: beating };
  let pairs = 0;
  for (let i = 0; i < n; i++) pairs += positive[i] * beaten[i];
  const value = pairs / (positives * negatives);
  return {
    value,
    byPositive: beaten.map((weight) => (weight / negatives - value) / positives),
    byNegative: beating.map((weight) => (weight / positives - value) / negatives),
  };
}

/**
 * Area under the ROC curve, ties counted half.
 * @param y 0 or 1, shape `[n]`   @param p predictions, shape `[n]`
 * @returns null where only one class is present: it is not defined   @throws {RangeError} lengths differ
 * Source: Hanley and McNeil, Radiology 143 (1982).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.equal(auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 0.75);
 * ```
 */
export function auc(y: ArrayLike<number>, p: ArrayLike<number>): number | null {
  if (y.length !== p.length) {
    throw new RangeError(`Cannot score: ${y.length} outcomes, ${p.length} predictions`);
  }
  const positive = Float64Array.from(y, (outcome) => outcome === 1 ? 1 : 0);
  return weightedAuc(p, positive, positive.map((weight) => 1 - weight)).value;
}

function total(x: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i];
  return sum;
}
