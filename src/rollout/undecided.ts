import type { RolloutDecision } from "./decision.ts";
import type { RolloutPlan } from "./plan.ts";

/** Decides about a version that could be shown neither better nor worse, by the plan. */
export function undecided(plan: RolloutPlan, version: number, why: string): RolloutDecision {
  switch (plan.undecided) {
    case "promote":
      return {
        kind: "promote",
        version,
        text: `Undecided: ${why}; version ${version} is promoted, as configured`,
      };
    case "hold":
      return {
        kind: "hold",
        text: `Undecided: ${why}; version ${plan.champion} goes on serving, as configured`,
      };
    default:
      return plan.undecided satisfies never;
  }
}
