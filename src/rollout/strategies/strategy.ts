import type { RolloutDecision } from "../decision.ts";
import type { RolloutEvidence } from "../rollout_evidence.ts";
import type { ArmShare, RolloutPlan, RolloutPosition } from "../plan.ts";

/** One way for a version to come to serve. What breaks guardrails or does harm has been ruled out before it is asked. */
export interface RolloutStrategy {
  /** the shares with which it begins */
  begin(plan: RolloutPlan): ArmShare[];
  /** what to do now */
  decide(plan: RolloutPlan, position: RolloutPosition, evidence: RolloutEvidence): RolloutDecision;
}

/** The version that a rollout is about; all strategies but `bandit` have no other. */
export const firstOf = ({ challengers }: RolloutPlan): number => challengers[0];
