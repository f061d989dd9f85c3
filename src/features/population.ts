import { DAY_MS } from "../core/time.ts";
import { type UserDay } from "./user_day.ts";

/** The kind of event that makes a shopper active: a purchase, or any. */
export type Activity = "purchase" | "any";

/**
 * Whether a shopper belongs to a model's population: active in `[asOfMs - activeDays, asOfMs)`.
 * @param days one shopper's days, ascending, every event before `asOfMs`
 */
export function isActive(
  days: readonly UserDay[],
  asOfMs: number,
  { activeDays, activity }: { activeDays: number; activity: Activity },
): boolean {
  const startMs = asOfMs - activeDays * DAY_MS;
  for (let i = days.length - 1; i >= 0 && days[i].lastMs >= startMs; i--) {
    if (activity === "any" || days[i].lastPurchaseMs >= startMs) return true;
  }
  return false;
}
