/** What one training costs, in loss of one window: the exchange rate between trainings and being wrong. */
import { z } from "zod";
import { brief } from "../../format/numbers.ts";

/**
 * How a training is priced. `share`: it has to win back so much of a fresh version's loss in one window. `budget`: so many
 * trainings in so many windows, at the price at which the rule would have spent as many on the history. `money`: what it costs, over
 * what a unit of loss in one window costs.
 */
export const PriceBasis = z.discriminatedUnion("by", [
  z.strictObject({
    by: z.literal("share"),
    share: z.number().nonnegative(),
    instead: z.string().nullable().default(null).describe(
      "why it is not priced as was asked for; null: it is",
    ),
  }),
  z.strictObject({
    by: z.literal("budget"),
    trainings: z.number().positive().describe("in a quarter"),
    windows: z.number().positive().describe("of a quarter"),
    replayed: z.int().describe("windows of the history that the rule was replayed on"),
  }),
  z.strictObject({
    by: z.literal("money"),
    trainingSeconds: z.number().nonnegative(),
    machineHourCost: z.number().nonnegative(),
    personCost: z.number().nonnegative().describe("of a person's part in one training"),
    lossWorth: z.number().positive().describe("money that one unit of loss costs in one window"),
    lossWorthError: z.number().nonnegative().describe("its standard error"),
    comparisons: z.int().describe("pairs of versions on labelled windows that say so"),
  }),
]);
export type PriceBasis = z.infer<typeof PriceBasis>;

export const QUARTER_DAYS = 91;
const HOUR_SECONDS = 3600;

/** Returns the price in units of loss of one window. @param options.level loss that stands for 1 */
export function priceOf(basis: Exclude<PriceBasis, { by: "budget" }>, { level }: { level: number }): number {
  if (basis.by === "share") return basis.share * level;
  return costOf(basis) / basis.lossWorth;
}

/** What one training costs, in money. */
const costOf = (
  { trainingSeconds, machineHourCost, personCost }: Extract<PriceBasis, { by: "money" }>,
): number => trainingSeconds / HOUR_SECONDS * machineHourCost + personCost;

/** Says in words where a price comes from. */
export function priceText(basis: PriceBasis): string {
  switch (basis.by) {
    case "share": {
      const text = `priced at ${brief(100 * basis.share)} % of a fresh version's loss at one cut-off`;
      return basis.instead === null ? text : `${text}, since ${basis.instead}`;
    }
    case "budget":
      return `priced so that ${brief(basis.trainings)} trainings a quarter would have been made on ` +
        `${basis.replayed} cut-offs`;
    case "money":
      return `priced at ${brief(costOf(basis))} in money, where one unit of loss costs ${
        brief(basis.lossWorth)
      } ` +
        `at one cut-off (standard error ${brief(basis.lossWorthError)}, ${basis.comparisons} comparisons)`;
    default:
      return basis satisfies never;
  }
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
