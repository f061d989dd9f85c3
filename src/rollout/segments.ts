import { lossScale } from "./difference.ts";
import { errorRates } from "./error_rates.ts";
import type { RolloutEvidence } from "./rollout_evidence.ts";
import type { Moments } from "../stats/moments.ts";
import { pairEvidence } from "./lookup.ts";
import { meanBounds } from "./mean_bounds.ts";
import type { RolloutPlan } from "./plan.ts";
import type { Bounds } from "../stats/interval.ts";
import { signed, whole } from "./format.ts";

/** The bounds of a segment's difference, and the rise of its loss that still counts as no worse. */
export interface BoundedSegment {
  segment: string;
  difference: Moments;
  championLoss: number;
  bounds: Bounds;
  margin: number;
}

/** Each segment's difference with bounds at an alpha that all segments share, however often one looks. */
export function boundedSegments(
  plan: RolloutPlan,
  evidence: RolloutEvidence,
  version: number,
): BoundedSegment[] {
  const { segments } = pairEvidence(evidence, version);
  const alpha = errorRates(plan).segment / segments.length;
  const scale = lossScale(plan, evidence);
  return segments.map((segment) => ({
    ...segment,
    bounds: meanBounds(segment.difference, { alpha: { low: alpha, high: alpha }, scale }),
    margin: plan.segmentMargin * Math.abs(segment.championLoss),
  }));
}

/**
 * A segment that a challenger serves worse than its margin, in words; null: none, as far as one can tell. Worse: the
 * lower bound of the segment's mean difference lies above `segmentMargin` of the champion's loss there.
 */
export function harmedSegment(
  plan: RolloutPlan,
  evidence: RolloutEvidence,
  version: number,
): string | null {
  for (const { segment, difference, bounds: { low }, margin } of boundedSegments(plan, evidence, version)) {
    if (low > margin) {
      return `worse for "${segment}": difference of loss ${signed(difference.mean)}, at least ${
        signed(low)
      } over ` +
        `${whole(difference.n)} shoppers, ${signed(margin)} is allowed`;
    }
  }
  return null;
}
