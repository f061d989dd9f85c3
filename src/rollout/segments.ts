import { lossScale } from "./difference.ts";
import { errorRates } from "./error_rates.ts";
import type { RolloutEvidence } from "./evidence.ts";
import { pairEvidence } from "./lookup.ts";
import { meanBounds } from "./mean_bounds.ts";
import type { RolloutPlan } from "./plan.ts";
import { signed, whole } from "./words.ts";

/**
 * A segment that a challenger serves worse than its margin, in words; null: none, as far as one can tell. Worse: the
 * lower bound of the segment's mean difference lies above `segmentMargin` of the champion's loss there, at an alpha that
 * all segments share, however often one looks.
 */
export function harmedSegment(
  plan: RolloutPlan,
  evidence: RolloutEvidence,
  version: number,
): string | null {
  const { segments } = pairEvidence(evidence, version);
  const alpha = errorRates(plan).segment / segments.length;
  const scale = lossScale(plan, evidence);
  for (const { segment, difference, championLoss } of segments) {
    const { low } = meanBounds(difference, { alpha: { low: alpha, high: alpha }, scale });
    const margin = plan.segmentMargin * Math.abs(championLoss);
    if (low > margin) {
      return `worse for "${segment}": difference of loss ${signed(difference.mean)}, at least ${
        signed(low)
      } over ` +
        `${whole(difference.n)} shoppers, ${signed(margin)} is allowed`;
    }
  }
  return null;
}
