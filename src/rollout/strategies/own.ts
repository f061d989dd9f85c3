import { InvalidInputError, messageOf } from "../../core/errors.ts";
import { z } from "zod";
import { decideRollout } from "../decide.ts";
import { RolloutDecision } from "../decision.ts";
import { ArmShare, isStandard, type RolloutPlan, type RolloutPosition } from "../plan.ts";
import type { RolloutEvidence } from "../rollout_evidence.ts";
import { ownStrategyNamed, STRATEGIES } from "./mod.ts";

const TEXT_MAX = 2000;

/** The answers of a strategy, as they can be told and done. */
export const OwnDecision = RolloutDecision.refine(({ text }) => text.length <= TEXT_MAX, {
  path: ["text"],
  error: `is longer than ${TEXT_MAX} characters`,
});
export const OwnShares = z.array(ArmShare);

/**
 * Decides one look at a rollout, by ours or by the operator's strategy. One of theirs that fails, does not answer, is
 * gone, or says what cannot be done changes nothing: the rollout goes on as it stands, and its log says why.
 */
export async function decideByStrategy(
  plan: RolloutPlan,
  position: RolloutPosition,
  evidence: RolloutEvidence,
): Promise<RolloutDecision> {
  const own = isStandard(plan.strategy) ? undefined : await ownDecision(plan, position, evidence);
  return decideRollout(plan, position, evidence, own);
}

async function ownDecision(
  plan: RolloutPlan,
  position: RolloutPosition,
  evidence: RolloutEvidence,
): Promise<RolloutDecision> {
  try {
    const decision = await ownStrategyNamed(plan.strategy).decide(plan, position, evidence);
    if (decision.kind === "go on") checkShares(plan, decision.shares);
    if (decision.kind === "promote") checkVersions(plan, [decision.version]);
    return decision;
  } catch (error) {
    const text = `${plan.strategy} cannot decide: ${messageOf(error).slice(0, 300)}`;
    return { kind: "keep collecting", have: 0, need: null, text };
  }
}

/** The shares with which a rollout begins. @throws {InvalidInputError} a strategy of the operator's gives none that can be */
export async function firstShares(plan: RolloutPlan): Promise<ArmShare[]> {
  if (isStandard(plan.strategy)) return STRATEGIES[plan.strategy].begin(plan);
  const shares = await ownStrategyNamed(plan.strategy).begin(plan);
  checkShares(plan, shares);
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
