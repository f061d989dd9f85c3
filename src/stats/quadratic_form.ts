import normalCdf from "@stdlib/stats-base-dists-normal-cdf";

/** A weighted sum of squares of independent normal numbers of variance 1, `Q = sum_j w_j (z_j + m_j)^2`. */

const STEPS_MAX = 60;
/** So near the mean the saddlepoint formula is 0 / 0. */
const NEAR = 1e-4;

/**
 * `P(Q > q)` by the Lugannani-Rice saddlepoint formula: within 10 % of the exact chance for weights as ours, and in the
 * tail on the large side.
 * @param weights > 0, shape `[k]`, k >= 1   @param means m, shape `[k]`; left out: all 0, the null
 * Source: Kuonen, Saddlepoint approximations for distributions of quadratic forms in normal variables (1999).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const p = tailOf([1, 1], 2 * Math.log(20)); // chi-square of two degrees of freedom: exactly 0.05
 * assert.ok(p > 0.049 && p < 0.055);
 * ```
 */
export function tailOf(weights: ArrayLike<number>, q: number, means: ArrayLike<number> = NONE): number {
  if (q <= 0) return 1;
  const point = { s: 0, k: 0, k1: 0, k2: 0, k3: 0 };
  saddlepoint(point, weights, means, q);
  const r = Math.sign(point.s) * Math.sqrt(Math.max(0, 2 * (point.s * q - point.k)));
  const correction = Math.abs(r) < NEAR
    ? point.k3 / (6 * point.k2 ** 1.5)
    : Math.log(point.s * Math.sqrt(point.k2) / r) / r;
  return Math.min(1, normalCdf(-r - correction, 0, 1));
}

const NONE: ArrayLike<number> = [];

/** The logarithm of the moment generating function at s, and its derivatives. */
interface Cumulants {
  s: number;
  k: number;
  k1: number;
  k2: number;
  k3: number;
}

/** Solves `K'(s) = q`: by Newton's steps, halving the interval where one would leave it. */
function saddlepoint(
  point: Cumulants,
  weights: ArrayLike<number>,
  means: ArrayLike<number>,
  q: number,
): void {
  let largest = 0;
  let spread = 0;
  for (let j = 0; j < weights.length; j++) {
    largest = Math.max(largest, weights[j]);
    spread += 1 + (means[j] ?? 0) ** 2;
  }
  let high = 1 / (2 * largest);
  let low = -spread / (2 * q) - 1e-12;
  let s = 0;
  for (let step = 0; step < STEPS_MAX; step++) {
    cumulants(point, s, weights, means);
    if (Math.abs(point.k1 - q) <= 1e-10 * q) break;
    if (point.k1 > q) high = s;
    else low = s;
    const next = s - (point.k1 - q) / point.k2;
    s = next > low && next < high ? next : (low + high) / 2;
  }
}

function cumulants(point: Cumulants, s: number, weights: ArrayLike<number>, means: ArrayLike<number>): void {
  let k = 0;
  let k1 = 0;
  let k2 = 0;
  let k3 = 0;
  for (let j = 0; j < weights.length; j++) {
    const rest = 1 - 2 * s * weights[j];
    const a = weights[j] / rest;
    const shift = means.length > 0 ? means[j] ** 2 : 0;
    k += s * a * shift - Math.log(rest) / 2;
    k1 += a * (1 + shift / rest);
    k2 += 2 * a * a * (1 + 2 * shift / rest);
    k3 += 8 * a * a * a * (1 + 3 * shift / rest);
  }
  point.s = s, point.k = k, point.k1 = k1, point.k2 = k2, point.k3 = k3;
}

/** Evidence `-ln P(Q > q)`, tabulated. */
export interface Evidence {
  at(q: number): number;
  /** the q of an evidence */
  inverse(evidence: number): number;
}

const POINTS = 128;
const EVIDENCE_MAX = 30;

/**
 * The evidence of sums with these weights by linear interpolation, beyond chances of 1e-13 along the last slope.
 * @param weights as of {@link tailOf}
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { at, inverse } = evidenceTable([1, 0.5, 0.25]);
 * assert.ok(Math.abs(inverse(at(7)) - 7) < 1e-9);
 * ```
 */
export function evidenceTable(weights: ArrayLike<number>): Evidence {
  const last = quantileOf(weights, Math.exp(-EVIDENCE_MAX));
  const step = last / (POINTS - 1);
  const table = Float64Array.from({ length: POINTS }, (_, i) => -Math.log(tailOf(weights, i * step)));
  const at = (q: number) => {
    const i = Math.min(POINTS - 2, Math.floor(q / step));
    return table[i] + (q / step - i) * (table[i + 1] - table[i]);
  };
  const inverse = (evidence: number) => {
    let i = 0;
    while (i < POINTS - 2 && table[i + 1] < evidence) i++;
    return step * (i + (evidence - table[i]) / (table[i + 1] - table[i]));
  };
  return { at, inverse };
}

function quantileOf(weights: ArrayLike<number>, p: number): number {
  let low = 0;
  let high = 1;
  while (tailOf(weights, high) > p) high *= 2;
  for (let i = 0; i < 20; i++) {
    const middle = (low + high) / 2;
    if (tailOf(weights, middle) > p) low = middle;
    else high = middle;
  }
  return high;
}
