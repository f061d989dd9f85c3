import { DAY_MS } from "../core/time.ts";

/**
 * The false-alarm budget. The operator says how many days may pass on average between two false alarms over everything
 * that is watched; every look may then spend the chance that has accrued since the look before it. However often one
 * looks, and however the looks depend on each other, the expected number of false alarms in T days stays below
 * `T / falseAlarmDays`: expectations add up (decision 0008).
 */

/** The longest time over which unspent budget is saved up: a look after a long pause must not be reckless. */
const SAVED_DAYS_MAX = 7;
/** No single look may spend more than this. */
export const ALPHA_MAX = 0.2;

/** Shares of the budget among what is watched; those of models are divided by the number of models again. */
export const SHARES = {
  quality: 0.2,
  features: 0.35,
  together: 0.1,
  performance: 0.25,
  streams: 0.1,
} as const;
export type Watched = keyof typeof SHARES;

/**
 * The chance of a false alarm that one look may spend.
 * @param previousMs the look before it at the same thing; null: this is the first, which counts as one day
 * @returns probability in (0, ALPHA_MAX]
 */
export function alphaOf(
  watched: Watched,
  { falseAlarmDays, asOfMs, previousMs, models = 1 }: {
    falseAlarmDays: number;
    asOfMs: number;
    previousMs: number | null;
    /** how many models share the budget; of "quality", which is of no model: 1 */
    models?: number;
  },
): number {
  const days = previousMs === null
    ? 1
    : Math.min(SAVED_DAYS_MAX, Math.max(0, (asOfMs - previousMs) / DAY_MS));
  return Math.min(ALPHA_MAX, SHARES[watched] / models * days / falseAlarmDays);
}
