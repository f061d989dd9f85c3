/** Says whether a calendar would have been as good as Perennial's own rule on this history. */
import { z } from "zod";
import { RECALIBRATION_SHARE } from "../retraining/worth/recalibration.ts";
import { mean } from "../stats/mean.ts";
import type { BacktestStep, LabelledPolicy } from "./backtest.ts";
import { Difference, differenceOf } from "./difference.ts";
import { brief, signedBrief } from "../format/numbers.ts";

/** Perennial's own rule beside a calendar, trainings paid for. */
export const CalendarAdvice = z.object({
  policy: z.string().describe("Perennial's own"),
  calendar: z.string(),
  days: z.int(),
  difference: Difference.describe(
    "the calendar's cost less the policy's, in loss of one moment: what is lost, and the price of trainings",
  ),
  text: z.string(),
});
export type CalendarAdvice = z.infer<typeof CalendarAdvice>;

interface Compared {
  policies: readonly Pick<LabelledPolicy, "policy" | "label" | "days">[];
  /** of one model */
  steps: readonly BacktestStep[];
  /** name of the loss by which versions are compared */
  loss: string;
  /** of a training, as a share of the loss at one moment */
  price: number;
  /** moments whose outcomes reach into the next ones */
  lag: number;
}

/** Compares each of Perennial's own policies with each calendar, over the moments that both have. */
export function calendarAdvice(compared: Compared): CalendarAdvice[] {
  const { policies, steps, loss, price, lag } = compared;
  const own = policies.filter(({ policy }) => policy === "perennial" || policy === "worth");
  const calendars = policies.filter(({ policy }) => policy === "calendar");
  return own.flatMap(({ label }) =>
    calendars.flatMap(({ label: calendar, days = 0 }) => {
      const ours = scored(steps, label, loss);
      const theirs = new Map(scored(steps, calendar, loss).map((step) => [step.asOf, step]));
      const both = ours.filter(({ asOf }) => theirs.has(asOf));
      if (both.length === 0) return [];
      const training = price * mean(both.map((step) => step.loss));
      const differences = both.map((step) =>
        costOf(theirs.get(step.asOf)!, training) - costOf(step, training)
      );
      const difference = differenceOf(differences, { lag, higherIsBetter: false });
      const text = `On your history a calendar of ${days} days ${wordsFor(difference)} (${label})`;
      return [{ policy: label, calendar, days, difference, text }];
    })
  );
}

type Scored = BacktestStep & { loss: number };

/** Moments at which a policy was scored, with its loss; where no row told it, the moment says nothing. */
const scored = (steps: readonly BacktestStep[], label: string, loss: string): Scored[] =>
  steps.flatMap((step) => {
    const lost = step.policy === label && step.rows > 0 ? step.metrics?.[loss] : undefined;
    return typeof lost === "number" ? [{ ...step, loss: lost }] : [];
  });

/** Loss at a moment, and what was paid there. A version that came to serve without a training was recalibrated. */
function costOf({ loss, trained, outcome }: Scored, training: number): number {
  if (trained) return loss + training;
  return outcome === "deployed" ? loss + RECALIBRATION_SHARE * training : loss;
}

function wordsFor({ verdict, mean: difference, low, high, n }: Difference): string {
  if (verdict === "worse") return `would have cost more, by ${brief(difference, 2)} of the loss at a cut-off`;
  if (verdict === "better") {
    return `would have cost less, by ${brief(-difference, 2)} of the loss at a cut-off`;
  }
  if (verdict === "the same") return "would have cost the same";
  if (low === null || high === null) return `cannot be told apart yet: ${n} cut-offs are too few`;
  const [between, from, to] = [difference, low, high].map((end) => signedBrief(end, 2));
  return `would have cost the same, as far as ${n} cut-offs tell: ${between} of the loss at a cut-off ` +
    `(${from} to ${to})`;
}
