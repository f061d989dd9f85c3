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

/** A strategy of the operator's. */
export interface OwnStrategy extends RolloutStrategy {
  readonly name: string;
  /** how versions come to serve by it, in a few words: people read it in plans and in the list of extensions */
  readonly means: string;
}

/** The version that a rollout is about; all strategies but `bandit` have no other. */
export const firstOf = ({ challengers }: RolloutPlan): number => challengers[0];
