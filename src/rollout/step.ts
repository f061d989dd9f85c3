import type { RolloutDecision } from "./decision.ts";
import type { RolloutPlan } from "./plan.ts";
import { duration, whole } from "./format.ts";

/** "since 26 h: 1,204 of 1,000 shoppers" */
export const stepText = (
  plan: RolloutPlan,
  { hours, shoppers }: { hours: number; shoppers: number },
): string => `since ${duration(hours)}: ${whole(shoppers)} of ${whole(plan.stepShoppers)} shoppers`;

/** Returns what a step still waits for; null: nothing. */
export function stepUnfinished(
  plan: RolloutPlan,
  { hours, shoppers, text }: { hours: number; shoppers: number; text: string },
): RolloutDecision | null {
  const short = plan.stepHours - hours;
  if (short <= 0 && shoppers >= plan.stepShoppers) return null;
  const wait = short > 0 ? `, ${duration(Math.ceil(short))} to go` : shoppers === 0 ? ", no traffic yet" : "";
  return { kind: "keep collecting", have: shoppers, need: plan.stepShoppers, text: `${text}${wait}` };
}
