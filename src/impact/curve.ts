import { z } from "zod";
import { contacts, ranked, type Ranking } from "./contacts.ts";
import type { Economics } from "./economics.ts";
import type { ImpactEvidence } from "./impact_evidence.ts";
import { Money, sumOf } from "./money.ts";
import { budgetShare, gainOf } from "./profit.ts";

/** The profit of contacting a share of the population within a horizon. */
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
  const before = ranking(evidence, rows.before);
  const after = ranking(evidence, rows.after);
  const profits = (ranked: Ranked, share: number) =>
    sharedOut(ranked, share).map((weight, i) =>
      weight === 0 ? 0 : weight * gainOf(rows.outcome[i], economics)
    );
  const amount = (values: Float64Array) =>
    population * values.reduce((a, b) => a + b, 0) / Math.max(1, values.length);
  return Array.from({ length: steps + 1 }, (_, step) => {
    const share = step / steps;
    const theirs = profits(before, share);
    const ours = profits(after, share);
    const differences = ours.map((value, i) => value - theirs[i]);
    return {
      share,
      contacts: share * population,
      before: amount(theirs),
      after: amount(ours),
      threshold: thresholdAt(after, share),
      uplift: sumOf([{ differences, shoppers: rows.shopper, scale: population }], { confidence }),
      affordable: share <= budgetShare(economics, population),
    };
  });
}

/** The rows of each cut-off, ranked among themselves. */
type Ranked = { places: number[]; ranking: Ranking }[];

const ranking = ({ rows, cutoffs }: ImpactEvidence, scores: readonly number[]): Ranked =>
  cutoffs.map((_, cutoff) => {
    const places = [...scores.keys()].filter((i) => rows.cutoff[i] === cutoff);
    return { places, ranking: ranked(places.map((i) => scores[i])) };
  });

/** The contacts of every row when each cut-off contacts the same share. */
function sharedOut(rankings: Ranked, share: number): Float64Array {
  const weights = new Float64Array(rankings.reduce((n, { places }) => n + places.length, 0));
  for (const { places, ranking } of rankings) {
    contacts(ranking, { share }).forEach((weight, i) => weights[places[i]] = weight);
  }
  return weights;
}

function thresholdAt(rankings: Ranked, share: number): number | null {
  const { scores, order } = rankings[rankings.length - 1].ranking;
  const reached = Math.ceil(share * order.length);
  return reached === 0 ? null : scores[order[reached - 1]];
}
