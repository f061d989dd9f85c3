import type { Moments } from "../stats/moments.ts";
import type { Bounds } from "../stats/interval.ts";

/** Fewer shoppers bound nothing: what is asymptotic has not begun. */
export const BURN_IN = 100;
/** Shoppers at which the bounds are narrowest; at a tenth and at ten times of them they are at most a third wider. */
export const TUNED_FOR = 1000;
/** Widens by `1 + SKEW / sqrt(n)`: of skewed differences the normal limit comes that slowly. */
const SKEW = 3;
/** So many shoppers are added that differ by a standard deviation of the loss: agreement so far is no proof of it. */
const UNSEEN = 9;

/** The parameters of a mean's bounds. */
export interface BoundsOptions {
  /** chance that the lower end ever lies above the mean, and that the upper end ever lies below it */
  readonly alpha: { readonly low: number; readonly high: number };
  /** standard deviation that one shopper's value may well have, though none has shown it yet; 0: nobody knows */
  readonly scale: number;
}

/**
 * Bounds of a mean over independent shoppers that hold however often one looks (an asymptotic confidence sequence by
 * the normal mixture): `mean -+ reach`, with
 * `reach = s sqrt(2 (n r + 1) / (n^2 r) ln(1 + sqrt(n r + 1) / (2 alpha))) (1 + SKEW / sqrt(n))`,
 * `s^2 = variance + UNSEEN scale^2 / n`, and `r` such that it is narrowest near n = 1,000.
 *
 * The values may be unbounded. The guarantee is of the limit; SKEW, UNSEEN and BURN_IN were chosen by simulation so that
 * it holds from BURN_IN shoppers on for log loss, 0/1 and lognormal values (decision 0014).
 * @returns infinite ends where fewer than BURN_IN shoppers are there to tell
 * @throws {RangeError} an alpha is not in (0, 1)
 * Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, Time-uniform central limit theory and asymptotic confidence
 * sequences, Annals of Statistics 52 (2024), one-sided version. The widening by SKEW and UNSEEN is ours.
 */
export function meanBounds(moments: Moments, { alpha, scale }: BoundsOptions): Bounds {
  return {
    low: moments.mean - meanReach(moments, { alpha: alpha.low, scale }),
    high: moments.mean + meanReach(moments, { alpha: alpha.high, scale }),
  };
}

/** Returns the distance of one end from the mean. */
export function meanReach(
  { n, variance }: Pick<Moments, "n" | "variance">,
  { alpha, scale }: { alpha: number; scale: number },
): number {
  if (!(alpha > 0 && alpha < 1)) {
    throw new RangeError(`Cannot bound a mean: need alpha in (0, 1), have ${alpha}`);
  }
  if (n < BURN_IN) return Infinity;
  return Math.sqrt(cautiousVariance({ n, variance }, scale)) *
    mixtureReach(n, { alpha, tunedFor: TUNED_FOR });
}

/** A variance that allows for skew, and for shoppers of a kind that has not been seen. */
export const cautiousVariance = ({ n, variance }: Pick<Moments, "n" | "variance">, scale: number) =>
  (variance + UNSEEN * scale ** 2 / n) * (1 + SKEW / Math.sqrt(n)) ** 2;

/** The same for values of variance 1, as published. */
export function mixtureReach(n: number, { alpha, tunedFor }: { alpha: number; tunedFor: number }): number {
  const r = mixtureVariance(alpha, tunedFor);
  const spread = n * r + 1;
  return Math.sqrt(2 * spread / (n * n * r) * Math.log(1 + Math.sqrt(spread) / (2 * alpha)));
}

/** Variance of the mixture over means that is narrowest at `tunedFor`, in variances of a value. */
export function mixtureVariance(alpha: number, tunedFor: number): number {
  const two = -2 * Math.log(2 * Math.min(alpha, 0.25));
  return (two + Math.log(two + 1)) / tunedFor;
}

/** More shoppers than this nobody waits for. */
const SHOPPERS_MAX = 1e9;

/**
 * Shoppers after which the reach falls to `reach`, while variance stays as it is.
 * @returns null where more than a thousand million would be needed
 */
export function shoppersForReach(
  reach: number,
  { variance, alpha, scale }: { variance: number; alpha: number; scale: number },
): number | null {
  const falls = (n: number) => meanReach({ n, variance }, { alpha, scale }) < reach;
  if (!falls(SHOPPERS_MAX)) return null;
  let below = BURN_IN - 1;
  let enough = SHOPPERS_MAX;
  while (enough - below > 1) {
    const middle = Math.floor((below + enough) / 2);
    if (falls(middle)) enough = middle;
    else below = middle;
  }
  return enough;
}
