import type { RolloutDecision } from "../decision.ts";
import { errorRates } from "../error_rates.ts";
import type { ArmEvidence } from "../rollout_evidence.ts";
import { armEvidence } from "../lookup.ts";
import { BURN_IN } from "../mean_bounds.ts";
import type { RolloutPlan } from "../plan.ts";
import { abPerArm } from "../sample_size.ts";
import { undecided } from "../undecided.ts";
import { welchBounds } from "../../stats/welch.ts";
import { signed, whole } from "../format.ts";
import { firstOf, type RolloutStrategy } from "./strategy.ts";

/** A fixed share until each arm has the shoppers planned beforehand; then one test of the arms' own losses decides. */
export const ab: RolloutStrategy = {
  begin: (plan) => [{ version: firstOf(plan), share: plan.ab.share }],
  decide(plan, _position, evidence) {
    const version = firstOf(plan);
    const [champion, challenger] = [plan.champion, version].map((one) => armEvidence(evidence, one));
    const have = Math.min(champion.loss.n, challenger.loss.n);
    const need = plan.ab.perArm ?? perArmSoFar(plan, champion);
    if (need !== null && have >= need) return atThePlan(plan, champion, challenger);
    const planned = need === null ? "how many are needed is not known yet" : `${whole(need)} are planned`;
    const text = `${whole(have)} shoppers of the smaller arm have outcomes, ${planned}`;
    return { kind: "keep collecting", have, need, text };
  },
};

/** The plan, from how much the champion's loss varies: that alone does not tell who is better, so the test stays valid. */
function perArmSoFar(
  { ab: { effect, power }, errorRate }: RolloutPlan,
  { loss }: ArmEvidence,
): number | null {
  if (loss.n < BURN_IN || loss.variance === 0) return null;
  return abPerArm({ sd: Math.sqrt(loss.variance), effect, power, errorRate });
}

function atThePlan(plan: RolloutPlan, champion: ArmEvidence, challenger: ArmEvidence): RolloutDecision {
  const { final, promote } = errorRates(plan);
  const { low, high } = welchBounds(challenger.loss, champion.loss, { low: final, high: promote });
  const mean = challenger.loss.mean - champion.loss.mean;
  const result =
    `${whole(challenger.loss.n)} shoppers against ${whole(champion.loss.n)}, difference of loss ` +
    `${signed(mean)} (${signed(low)} to ${signed(high)})`;
  if (low > 0) return { kind: "roll back", because: "harm", text: `${result}; worse than the champion` };
  if (high < plan.margin) {
    return { kind: "promote", version: challenger.version, text: `${result}; no worse than the margin` };
  }
  return undecided(plan, challenger.version, result);
}
