import { z } from "zod";
import { contacts } from "./contacts.ts";
import type { Economics } from "./economics.ts";
import type { ImpactEvidence } from "./evidence.ts";
import { Money, sumOf } from "./money.ts";
import { budgetShare, gainOf } from "./profit.ts";

/** What contacting a share of the population earned within a horizon. */
export const CurvePoint = z.strictObject({
  share: z.number().describe("of the population that is contacted, highest predictions first"),
  contacts: z.number(),
  threshold: z.number().nullable().describe(
    "lowest prediction of the new model that is contacted, newest cut-off",
  ),
  before: z.number(),
  after: z.number(),
  uplift: Money.describe("after less before, on the same rows"),
  affordable: z.boolean().describe("within the budget of contacts"),
});
export type CurvePoint = z.infer<typeof CurvePoint>;

/**
 * The profit curve of both models over shares that are fixed beforehand. Each point is fair by itself; its highest one is
 * not: it was picked by looking at the rows it is told of, and promises too much.
 * @param options.steps points beside the one of no contact
 */
export function profitCurve(
  evidence: ImpactEvidence,
  economics: Economics,
  { steps = 20 }: { steps?: number } = {},
): CurvePoint[] {
  const { rows, cutoffs, confidence } = evidence;
  const population = cutoffs[cutoffs.length - 1].population;
  const profits = (scores: readonly number[], share: number) => {
    const weights = sharedOut(evidence, scores, share);
    return weights.map((w, i) => w === 0 ? 0 : w * gainOf(rows.outcome[i], economics));
  };
  const amount = (values: Float64Array) =>
    population * values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = step / steps;
    const before = profits(rows.before, share), after = profits(rows.after, share);
    const differences = after.map((value, i) => value - before[i]);
    return {
      ...{ share, contacts: share * population, before: amount(before), after: amount(after) },
      threshold: thresholdAt(evidence, share),
      uplift: sumOf([{ differences, shoppers: rows.shopper, scale: population }], { confidence }),
      affordable: share <= budgetShare(economics, population),
    };
  });
}

/** The contacts of every row when each cut-off contacts the same share. */
function sharedOut(
  { rows, cutoffs }: ImpactEvidence,
  scores: readonly number[],
  share: number,
): Float64Array {
  const weights = new Float64Array(scores.length);
  for (const at of cutoffs.keys()) {
    const places = [...scores.keys()].filter((i) => rows.cutoff[i] === at);
    contacts(places.map((i) => scores[i]), { share }).forEach((w, i) => weights[places[i]] = w);
  }
  return weights;
}

function thresholdAt({ rows, cutoffs }: ImpactEvidence, share: number): number | null {
  const scores = rows.after.filter((_, i) => rows.cutoff[i] === cutoffs.length - 1).sort((a, b) => b - a);
  const reached = Math.ceil(share * scores.length);
  return reached === 0 ? null : scores[reached - 1];
}
