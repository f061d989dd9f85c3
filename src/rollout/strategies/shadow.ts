import { pairEvidence } from "../lookup.ts";
import { proofDecision } from "../proof.ts";
import { stepText, stepUnfinished } from "../step.ts";
import { firstOf, type RolloutStrategy } from "./strategy.ts";

/**
 * It answers everyone and is shown to nobody: its share is 0. One step, which lasts until both versions have answered
 * about `stepShoppers` shoppers, then the proof.
 */
export const shadow: RolloutStrategy = {
  begin: (plan) => [{ version: firstOf(plan), share: 0 }],
  decide(plan, _position, evidence) {
    const version = firstOf(plan);
    const step = { hours: evidence.stepHours, shoppers: pairEvidence(evidence, version).divergence.n };
    const text = `In the shadow ${stepText(plan, step)}`;
    return stepUnfinished(plan, { ...step, text }) ?? proofDecision(plan, evidence, { version, text });
  },
};
