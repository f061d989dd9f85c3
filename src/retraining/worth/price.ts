/** What one training costs, in loss of one window: the exchange rate between trainings and being wrong. */
import { z } from "zod";

/**
 * How a training is priced. `money`: what it costs, over what a unit of loss in one window costs. `points`: one training
 * is worth so much loss in one window, in shares of the level. `budget`: so many trainings in so many windows, at the price at which
 * the rule would have spent as many on the history.
 */
export const Price = z.discriminatedUnion("by", [
  z.strictObject({
    by: z.literal("money"),
    trainingSeconds: z.number().nonnegative(),
    machineHourCost: z.number().nonnegative(),
    personCost: z.number().nonnegative().describe("of a person's part in one training"),
    lossWorth: z.number().positive().describe("money that one unit of loss costs in one window"),
  }),
  z.strictObject({ by: z.literal("points"), points: z.number().nonnegative() }),
  z.strictObject({ by: z.literal("budget"), trainings: z.number().positive(), windows: z.int().positive() }),
]);
export type Price = z.infer<typeof Price>;

/**
 * Used where nobody stated a price: a training has to win back a twentieth of one window's loss. It is no sum of money, and what is
 * said of it says so.
 */
export const NEUTRAL_PRICE: Price = { by: "points", points: 0.05 };

const HOUR_SECONDS = 3600;

/** Returns the price in units of loss of one window. @param options.level loss that stands for 1 */
export function priceOf(
  price: Exclude<Price, { by: "budget" }>,
  { level }: { level: number },
): number {
  if (price.by === "points") return price.points * level;
  const { trainingSeconds, machineHourCost, personCost, lossWorth } = price;
  return (trainingSeconds / HOUR_SECONDS * machineHourCost + personCost) / lossWorth;
}

/**
 * Finds the lowest price at which the rule would have trained at most as often on the history as the budget allows, by
 * bisection on the logarithm.
 * @param trainingsAt trainings of a replay of the history at a price, falling with it   @param windows that it replays
 */
export function priceOfBudget(
  { trainings, windows: per }: { trainings: number; windows: number },
  { windows, level, trainingsAt }: { windows: number; level: number; trainingsAt: (price: number) => number },
): number {
  const allowed = trainings * windows / per;
  let low = 1e-4 * level;
  let high = 10 * level;
  if (trainingsAt(low) <= allowed) return low;
  for (let i = 0; i < 20; i++) {
    const middle = Math.sqrt(low * high);
    if (trainingsAt(middle) <= allowed) high = middle;
    else low = middle;
  }
  return high;
}
