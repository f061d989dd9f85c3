import type { RolloutDecision } from "./decision.ts";
import { boundedDifference } from "./difference.ts";
import { errorRates } from "./error_rates.ts";
import type { RolloutEvidence } from "./rollout_evidence.ts";
import { BURN_IN, shoppersForReach } from "./mean_bounds.ts";
import type { RolloutPlan } from "./plan.ts";
import { differenceText, whole } from "./format.ts";

/**
 * Whether a challenger that has come to its last step is proven: with `guardrails`, by having come so far; with
 * `outcomes`, by an upper bound of its difference below the margin.
 * @param text how it came so far, without a final period
 */
export function proofDecision(
  plan: RolloutPlan,
  evidence: RolloutEvidence,
  { version, text }: { version: number; text: string },
): RolloutDecision {
  if (plan.proof === "guardrails") return { kind: "promote", version, text: `${text}; no guardrail broke` };
  const { difference, bounds, scale } = boundedDifference(plan, evidence, version);
  const result = `${text}, ${differenceText(difference, bounds)}`;
  if (bounds.high < plan.margin) {
    return { kind: "promote", version, text: `${result}; no worse than the margin` };
  }
  const need = shoppersNeeded(plan, difference, scale);
  const more = need === null
    ? "nobody can say how many it takes"
    : `about ${whole(need)} shoppers with outcomes may do`;
  return { kind: "keep collecting", have: difference.n, need, text: `${result}; not proven yet, ${more}` };
}

/** Shoppers with outcomes that prove it, if it goes on as it did. */
function shoppersNeeded(
  plan: RolloutPlan,
  { n, mean, variance }: { n: number; mean: number; variance: number },
  scale: number,
): number | null {
  if (n < BURN_IN) return null;
  return shoppersForReach(plan.margin - mean, { variance, alpha: errorRates(plan).promote, scale });
}
