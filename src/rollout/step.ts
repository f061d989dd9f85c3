import type { RolloutDecision } from "./decision.ts";
import type { RolloutPlan } from "./plan.ts";
import { duration, whole } from "./format.ts";

/** "for 26 h: 1,204 shoppers, 1,000 needed" */
export const stepText = (
  plan: RolloutPlan,
  { hours, shoppers }: { hours: number; shoppers: number },
): string => `for ${duration(hours)}: ${whole(shoppers)} shoppers, ${whole(plan.stepShoppers)} needed`;

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
