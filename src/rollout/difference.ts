import { errorRates } from "./error_rates.ts";
import type { RolloutEvidence } from "./rollout_evidence.ts";
import type { Moments } from "../stats/moments.ts";
import { armEvidence, pairEvidence } from "./lookup.ts";
import { meanBounds } from "./mean_bounds.ts";
import type { RolloutPlan } from "./plan.ts";
import type { Bounds } from "../stats/interval.ts";

/** A challenger's loss minus the champion's on the same shoppers: above `low` and below `high`, whenever one looks. */
export function boundedDifference(
  plan: RolloutPlan,
  evidence: RolloutEvidence,
  version: number,
): { difference: Moments; bounds: Bounds; scale: number } {
  const { difference } = pairEvidence(evidence, version);
  const { harm, promote } = errorRates(plan);
  const scale = lossScale(plan, evidence);
  return {
    difference,
    bounds: meanBounds(difference, { alpha: { low: harm, high: promote }, scale }),
    scale,
  };
}

/** Standard deviation of the champion's loss. */
export const lossScale = (plan: RolloutPlan, evidence: RolloutEvidence): number =>
  Math.sqrt(armEvidence(evidence, plan.champion).loss.variance);
