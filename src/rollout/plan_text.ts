import { isStandard, type RolloutPlan } from "./plan.ts";
import { count, figure, shareText } from "../format/numbers.ts";

/** Describes the plan of a rollout in sentences. */
export function planText(plan: RolloutPlan): string {
  const {
    strategy,
    shares,
    stepHours,
    stepShoppers,
    proof,
    margin,
    errorRate,
    daysMax,
    undecided,
    ab,
    bandit,
  } = plan;
  const step = `each for at least ${stepHours} h and ${count(stepShoppers)} shoppers`;
  const standard = {
    immediate: ["serves everyone at once"],
    shadow: [
      `answers everyone, is shown to nobody, for at least ${stepHours} h and ${count(stepShoppers)} shoppers`,
    ],
    canary: [`shown to ${shares.map((share) => shareText(share)).join(", ")} of shoppers, ${step}`],
    ab: [
      `shown to ${shareText(ab.share)} of shoppers`,
      ab.perArm === null
        ? "too few outcomes to plan how many shoppers it takes"
        : `${count(ab.perArm)} shoppers with outcomes in each arm find a difference of ${
          figure(ab.effect)
        } with ${shareText(ab.power)} power`,
    ],
    bandit: [
      `the better of ${plan.challengers.length + 1} versions get more shoppers, each at least ${
        shareText(bandit.floor)
      }; ends once one is the best with ${shareText(bandit.certainty)}`,
    ],
  };
  const how = isStandard(strategy) ? standard[strategy] : [`by the strategy ${strategy} of the shop's own`];
  return [
    ...how,
    proof === "outcomes"
      ? `serves everyone once outcomes show that its loss is less than ${figure(margin)} above the champion's`
      : "serves everyone once it has come so far without harm",
    `a wrong decision of each kind in at most ${
      shareText(errorRate)
    } of rollouts, however often it is looked at`,
    `after ${daysMax} days without a decision: ${undecided}`,
  ].join("\n");
}
