import type { Moments } from "../stats/moments.ts";
import { BURN_IN, cautiousVariance, mixtureVariance, TUNED_FOR } from "./mean_bounds.ts";

/**
 * Whether one arm's mean lies above another's, wrongly with chance `alpha` however often one looks and however shares
 * change with what was seen: `d^2 / (2 (1 / w_a + 1 / w_b)) - ln sqrt((n_a r + 1) (n_b r + 1)) > ln(1 / alpha)`, with `d`
 * the difference of means and `w = n^2 r / (s^2 (n r + 1))`; `s` and `r` as in `meanBounds`, the scale being the arm's own.
 *
 * It is the product of both arms' normal mixtures at the common mean that both speak least against.
 * @returns false where an arm has fewer than BURN_IN
 * Source: Kaufmann and Koolen, Mixture martingales revisited with applications to sequential tests, JMLR 22 (2021).
 */
export function isAbove(a: Moments, b: Moments, { alpha }: { alpha: number }): boolean {
  if (Math.min(a.n, b.n) < BURN_IN || !(a.mean > b.mean)) return false;
  const r = mixtureVariance(alpha, TUNED_FOR);
  const variances = [a, b].map(({ n, variance }) =>
    cautiousVariance({ n, variance }, Math.sqrt(variance)) * (n * r + 1) / (n * n * r)
  );
  const distance = (a.mean - b.mean) ** 2 / (2 * (variances[0] + variances[1]));
  return distance - 0.5 * Math.log((a.n * r + 1) * (b.n * r + 1)) > Math.log(1 / alpha);
}
