import { armEvidence } from "../lookup.ts";
import { proofDecision } from "../proof.ts";
import { stepText, stepUnfinished } from "../step.ts";
import { percent } from "../format.ts";
import { firstOf, type RolloutStrategy } from "./strategy.ts";

/** Its share grows step by step; each lasts its least time and until it has been shown to enough shoppers. */
export const canary: RolloutStrategy = {
  begin: (plan) => [{ version: firstOf(plan), share: plan.shares[0] }],
  decide(plan, { step }, evidence) {
    const version = firstOf(plan);
    const done = { hours: evidence.stepHours, shoppers: armEvidence(evidence, version).shoppers };
    const last = plan.shares.length - 1;
    const text = `${percent(plan.shares[Math.min(step, last)])} of shoppers ${stepText(plan, done)}`;
    const unfinished = stepUnfinished(plan, { ...done, text });
    if (unfinished) return unfinished;
    if (step >= last) return proofDecision(plan, evidence, { version, text });
    const share = plan.shares[step + 1];
    return {
      kind: "go on",
      step: step + 1,
      shares: [{ version, share }],
      text: `${text}; now ${percent(share)}`,
    };
  },
};
