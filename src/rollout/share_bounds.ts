import type { Bounds } from "../stats/interval.ts";

/**
 * Bounds of a share, from `count` of `n` independent answers, that hold however often one looks: the chance that they
 * EVER miss the true share, over all `n`, is at most `alpha` for both together.
 *
 * All shares `p` with `M(p) < 1 / alpha`, where `M(p) = B(count + 1/2, n - count + 1/2) / B(1/2, 1/2) /
 * (p^count (1 - p)^(n - count))` is a likelihood ratio against a Beta(1/2, 1/2) mixture: a martingale where `p` is true.
 * @param count of the `n` answers, 0 to `n`   @param alpha in (0, 1)
 * @returns `[0, 1]` where there are no answers
 * @throws {RangeError} `count` is not within 0 to `n`
 * Source: Robbins, Statistical methods related to the law of the iterated logarithm (1970), by Ville's inequality.
 */
export function shareBounds(count: number, n: number, { alpha }: { alpha: number }): Bounds {
  if (!(count >= 0 && count <= n)) {
    throw new RangeError(`Cannot bound a share: need 0 to ${n} of ${n} answers, have ${count}`);
  }
  const mixture = logMixture(count, n) + Math.log(alpha);
  const excess = (p: number) => mixture - logLikelihood(count, n, p);
  const seen = n === 0 ? 0 : count / n;
  return {
    low: count === 0 ? 0 : crossing(excess, 0, seen),
    high: count === n ? 1 : crossing(excess, 1, seen),
  };
}

/** So many halvings are below what a double tells apart. */
const HALVINGS = 60;

/** Finds where `excess` changes its sign, between a share that is excluded and one that is not. */
function crossing(excess: (p: number) => number, excluded: number, kept: number): number {
  for (let i = 0; i < HALVINGS; i++) {
    const middle = (excluded + kept) / 2;
    if (excess(middle) > 0) excluded = middle;
    else kept = middle;
  }
  return excluded;
}

const logLikelihood = (count: number, n: number, p: number) =>
  (count > 0 ? count * Math.log(p) : 0) + (count < n ? (n - count) * Math.log1p(-p) : 0);

/** `ln (B(count + 1/2, n - count + 1/2) / B(1/2, 1/2))`; `B(1/2, 1/2)` is pi. */
const logMixture = (count: number, n: number) =>
  logGamma(count + 0.5) + logGamma(n - count + 0.5) - logGamma(n + 1) - Math.log(Math.PI);

/** Stirling's series holds to 12 digits from here on. */
const STIRLING_FROM = 10;

/** ln of the gamma function for `x > 0`, to about 12 digits. */
function logGamma(x: number): number {
  let below = 0;
  for (; x < STIRLING_FROM; x++) below += Math.log(x);
  const series = 1 / (12 * x) - 1 / (360 * x ** 3) + 1 / (1260 * x ** 5) - 1 / (1680 * x ** 7) +
    1 / (1188 * x ** 9);
  return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - below;
}
