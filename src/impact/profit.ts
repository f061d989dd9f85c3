import { contacts, ranked } from "./contacts.ts";
import type { Economics } from "./economics.ts";
import type { ImpactEvidence } from "./impact_evidence.ts";
import { type Fold, type Folds, foldsOf } from "./folds.ts";
import { provenThreshold } from "./threshold.ts";

/** One model's contacts on the rows it is judged on. */
export interface Judged {
  /** what each judged row earned, shape `[n]` */
  profit: Float64Array;
  /** share of the judged rows that were contacted */
  contacted: number;
  /** whether a threshold was learned from outcomes, away from where a contact pays for itself */
  moved: boolean;
}

/** Both models on the same rows. */
export interface Compared {
  by: Folds["by"];
  /** shape `[n]` */
  shopper: number[];
  before: Judged;
  after: Judged;
  /** shoppers in one horizon's population */
  population: number;
}

/**
 * Compares the profit of contacting those above the best threshold, with the old and with the new model, on the same
 * rows, each at a threshold of its own that other rows prove ({@link foldsOf}, {@link provenThreshold}). A budget is
 * shared out by the rows at hand: where half of a population is judged, half of the budget is.
 */
export function compareProfit(evidence: ImpactEvidence, economics: Economics): Compared {
  const { rows, cutoffs } = evidence;
  const { by, folds } = foldsOf(evidence);
  const judged = folds.flatMap(({ judge }) => judge);
  const newest = Math.max(...judged.map((i) => rows.cutoff[i]));
  const model = (scores: readonly number[]): Judged => {
    const parts = folds.map((fold) => weightsOf(evidence, economics, scores, fold));
    const weights = parts.flatMap((part) => [...part.weights]);
    const profit = Float64Array.from(judged, (i, row) => weights[row] * gainOf(rows.outcome[i], economics));
    const contacted = weights.reduce((a, b) => a + b, 0) / Math.max(1, weights.length);
    return { profit, contacted, moved: parts.some((part) => part.moved) };
  };
  return {
    by,
    shopper: judged.map((i) => rows.shopper[i]),
    before: model(rows.before),
    after: model(rows.after),
    population: cutoffs[newest]?.population ?? 0,
  };
}

/** Returns the gain or loss of a contact with a shopper of this outcome. */
export const gainOf = (outcome: number, { effect, contactCost }: Economics): number =>
  effect * outcome - contactCost;

/** Share of a population that a budget reaches. */
export const budgetShare = ({ budget }: Economics, population: number): number =>
  population > 0 ? Math.min(1, budget / population) : 1;

/** The contacts of the judged rows of a fold: the budget is each cut-off's own. */
function weightsOf(
  { rows, cutoffs }: ImpactEvidence,
  economics: Economics,
  scores: readonly number[],
  { choose, judge }: Fold,
): { weights: Float64Array; moved: boolean } {
  const share = (cutoff: number) => budgetShare(economics, cutoffs[cutoff].population);
  const { from, moved } = provenThreshold(
    choose.map((i) => scores[i]),
    choose.map((i) => gainOf(rows.outcome[i], economics)),
    economics,
    { share: choose.reduce((sum, i) => sum + share(rows.cutoff[i]), 0) / Math.max(1, choose.length) },
  );
  const weights = new Float64Array(judge.length);
  for (const cutoff of new Set(judge.map((i) => rows.cutoff[i]))) {
    const places = [...judge.keys()].filter((place) => rows.cutoff[judge[place]] === cutoff);
    const contacted = contacts(ranked(places.map((place) => scores[judge[place]])), {
      from,
      share: share(cutoff),
    });
    places.forEach((place, i) => weights[place] = contacted[i]);
  }
  return { weights, moved };
}
