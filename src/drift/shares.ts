import chisquareCdf from "@stdlib/stats-base-dists-chisquare-cdf";
import { InsufficientDataError } from "../core/errors.ts";

/** Distances between two samples by how their rows are spread over the same bins. */

/**
 * Population stability index `sum_i (c_i - r_i) ln(c_i / r_i)` over bin shares.
 * @param reference counts, shape `[k]`   @param current counts over the same bins, shape `[k]`
 * @param options.floor smallest share; an empty bin would give infinity
 * @returns nats, >= 0   @throws {RangeError} lengths differ   @throws {InsufficientDataError} a sample is empty
 * Source: Siddiqi, Credit Risk Scorecards (2006).
 */
export function psi(reference: ArrayLike<number>, current: ArrayLike<number>, { floor = 1e-4 } = {}): number {
  const [r, c] = bothShares(reference, current);
  let sum = 0;
  for (let i = 0; i < r.length; i++) {
    const from = Math.max(floor, r[i]);
    const to = Math.max(floor, c[i]);
    sum += (to - from) * Math.log(to / from);
  }
  return sum;
}

/**
 * Jensen-Shannon distance: the square root of the mean divergence (base 2) of both from their middle; arguments and
 * errors as of `psi`.   @returns in [0, 1]
 * Source: Endres and Schindelin, A new metric for probability distributions (2003).
 */
export function jensenShannon(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [r, c] = bothShares(reference, current);
  let sum = 0;
  for (let i = 0; i < r.length; i++) {
    const middle = (r[i] + c[i]) / 2;
    if (r[i] > 0) sum += r[i] * Math.log2(r[i] / middle);
    if (c[i] > 0) sum += c[i] * Math.log2(c[i] / middle);
  }
  return Math.sqrt(Math.max(0, sum / 2));
}

/** Total variation `sum_i |r_i - c_i| / 2`: the share that would have to move; arguments and errors as of `psi`. */
export function totalVariation(reference: ArrayLike<number>, current: ArrayLike<number>): number {
  const [r, c] = bothShares(reference, current);
  return r.reduce((sum, share, i) => sum + Math.abs(share - c[i]), 0) / 2;
}

/**
 * Pearson's chi-square of homogeneity over the bins that hold a row; arguments and errors as of `psi`.
 * @returns statistic, degrees of freedom, and p by the chi-square limit, which is rough where fewer than about five
 * rows are expected in a bin
 */
export function chiSquare(
  reference: ArrayLike<number>,
  current: ArrayLike<number>,
): { statistic: number; df: number; p: number } {
  const [n, m] = totals(reference, current);
  let statistic = 0;
  let df = -1;
  for (let i = 0; i < reference.length; i++) {
    const both = reference[i] + current[i];
    if (both === 0) continue;
    df++;
    statistic += (reference[i] * m - current[i] * n) ** 2 / (n * m * both);
  }
  return { statistic, df, p: df === 0 ? 1 : 1 - chisquareCdf(statistic, df) };
}

function bothShares(reference: ArrayLike<number>, current: ArrayLike<number>): [Float64Array, Float64Array] {
  const [n, m] = totals(reference, current);
  return [
    Float64Array.from(reference, (count) => count / n),
    Float64Array.from(current, (count) => count / m),
  ];
}

function totals(reference: ArrayLike<number>, current: ArrayLike<number>): [number, number] {
  if (reference.length !== current.length) {
    throw new RangeError(
      `Cannot compare bins: need as many in both, have ${reference.length} and ${current.length}`,
    );
  }
  const [n, m] = [reference, current].map((counts) =>
    Array.from(counts).reduce((sum, count) => sum + count, 0)
  );
  if (Math.min(n, m) === 0) throw new InsufficientDataError("bins: rows in each sample", 0, 1);
  return [n, m];
}
