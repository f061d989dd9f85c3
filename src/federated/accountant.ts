/** Privacy accounting by Rényi differential privacy (RDP): what so many noised sums tell of one unit. */

/** Rounds of one mechanism: a Poisson sample of the units, each clipped to norm 1, and Gaussian noise on their sum. */
export interface NoisedRounds {
  /** chance of a unit to be in a round's sample, in (0, 1] */
  readonly sampling: number;
  /** standard deviation of the noise, in clipping norms */
  readonly noise: number;
  readonly rounds: number;
}

/** Orders at which RDP is followed; whole ones, for which the sum below is exact. */
export const ORDERS: readonly number[] = Array.from({ length: 63 }, (_, i) => i + 2)
  .concat([80, 96, 128, 192, 256, 512, 1024]);

/**
 * RDP of one round, in nats, when one unit is added or removed: for sampling `q`, noise `s` and order `a` it is
 * `ln(sum_k C(a, k) (1 - q)^(a - k) q^k exp(k (k - 1) / (2 s^2))) / (a - 1)`.
 * @param order whole, >= 2   @throws {RangeError} sampling or noise is out of range
 * Source: Mironov, Talwar, Zhang, Rényi Differential Privacy of the Sampled Gaussian Mechanism (2019), section 3.3.
 */
export function sampledGaussianRdp(order: number, { sampling: q, noise: s }: NoisedRounds): number {
  if (!(q > 0 && q <= 1)) throw new RangeError(`Cannot account for a sampling of ${q}: need 0 < q <= 1`);
  if (!(s > 0)) throw new RangeError(`Cannot account for a noise of ${s}: need more than 0`);
  if (q === 1) return order / (2 * s * s);
  let total = -Infinity;
  let binomial = 0; // ln C(order, k)
  for (let k = 0; k <= order; k++) {
    const term = binomial + k * Math.log(q) + (order - k) * Math.log1p(-q) + k * (k - 1) / (2 * s * s);
    total = logAdd(total, term);
    binomial += Math.log(order - k) - Math.log(k + 1);
  }
  return total / (order - 1);
}

/**
 * The smallest epsilon for which all these rounds together are (epsilon, delta)-differentially private.
 * @param delta chance of the bound not to hold, in (0, 1)   @param orders at which RDP is followed
 * @returns epsilon, >= 0; Infinity where some rounds have no noise
 * @throws {RangeError} delta is out of range
 * Source of the conversion: Canonne, Kamath, Steinke, The Discrete Gaussian for Differential Privacy (2020), proposition 12.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const spent = epsilonOf([{ sampling: 0.01, noise: 1, rounds: 1000 }], 1e-5);
 * assert.ok(spent > 2 && spent < 2.2);
 * assert.equal(epsilonOf([{ sampling: 1, noise: 0, rounds: 1 }], 1e-5), Infinity);
 * ```
 */
export function epsilonOf(
  mechanisms: readonly NoisedRounds[],
  delta: number,
  orders: readonly number[] = ORDERS,
): number {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`Cannot account for a delta of ${delta}`);
  const spent = mechanisms.filter(({ rounds }) => rounds > 0);
  if (spent.length === 0) return 0;
  if (spent.some(({ noise }) => noise === 0)) return Infinity;
  let least = Infinity;
  for (const order of orders) {
    const rdp = spent.reduce((sum, rounds) => sum + rounds.rounds * sampledGaussianRdp(order, rounds), 0);
    least = Math.min(least, converted(rdp, order, delta));
  }
  return Math.max(0, least);
}

function converted(rdp: number, order: number, delta: number): number {
  if (delta * delta + Math.expm1(-rdp) >= 0) return 0; // no unit shifts the result by more than delta
  return rdp + Math.log1p(-1 / order) - Math.log(delta * order) / (order - 1);
}

function logAdd(a: number, b: number): number {
  const most = Math.max(a, b);
  return most === -Infinity ? -Infinity : most + Math.log1p(Math.exp(Math.min(a, b) - most));
}
