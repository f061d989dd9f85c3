import { InvalidInputError, messageOf } from "../../core/errors.ts";
import { z } from "zod";
import { RolloutDecision } from "../decision.ts";
import { ArmShare, isStandard, type RolloutPlan, type RolloutPosition } from "../plan.ts";
import type { RolloutEvidence } from "../rollout_evidence.ts";
import { strategyNamed } from "./mod.ts";

/**
 * Asks the strategy of a plan. One of the operator's that fails, is gone, or says what cannot be done changes nothing:
 * the rollout goes on as it stands, and its log says why.
 */
export function strategyDecision(
  plan: RolloutPlan,
  position: RolloutPosition,
  evidence: RolloutEvidence,
): RolloutDecision {
  if (isStandard(plan.strategy)) return strategyNamed(plan.strategy).decide(plan, position, evidence);
  try {
    const decision = RolloutDecision.parse(strategyNamed(plan.strategy).decide(plan, position, evidence));
    if (decision.kind === "go on") checkShares(plan, decision.shares);
    if (decision.kind === "promote") checkVersions(plan, [decision.version]);
    return decision;
  } catch (error) {
    const text = `${plan.strategy} cannot decide: ${messageOf(error).slice(0, 300)}`;
    return { kind: "keep collecting", have: 0, need: null, text };
  }
}

/** The shares with which a rollout begins. @throws {InvalidInputError} a strategy of the operator's gives none that can be */
export function firstShares(plan: RolloutPlan): ArmShare[] {
  const shares = strategyNamed(plan.strategy).begin(plan);
  if (!isStandard(plan.strategy)) checkShares(plan, z.array(ArmShare).parse(shares));
  return shares;
}

function checkShares(plan: RolloutPlan, shares: readonly ArmShare[]): void {
  checkVersions(plan, shares.map(({ version }) => version));
  const sum = shares.reduce((all, { share }) => all + share, 0);
  if (sum <= 1) return;
  throw new InvalidInputError(`${plan.strategy} gives ${sum} of all shoppers to challengers`, "strategy");
}

function checkVersions({ strategy, challengers }: RolloutPlan, versions: readonly number[]): void {
  const other = versions.find((version) => !challengers.includes(version));
  if (other === undefined) return;
  const tried = challengers.join(", ");
  throw new InvalidInputError(`${strategy} names version ${other}, the rollout tries ${tried}`, "strategy");
}
