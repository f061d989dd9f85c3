import { momentsOf } from "../stats/moments.ts";
import { bestThreshold, contacts, ranked } from "./contacts.ts";
import type { Economics } from "./economics.ts";

/** From which prediction on a shop contacts, and whether that was learned from outcomes. */
export interface Threshold {
  from: number;
  /** false: where a contact pays for itself, if predictions mean what they say */
  moved: boolean;
}

/** Standard errors by which another threshold must have earned more: chance finds one so good in about one choice in ten. */
const PROOF = 2.5;

/**
 * The best threshold that these rows prove. A contact pays for itself where the prediction is `contactCost / effect`; where
 * predictions are off, another threshold earns more, and is taken once it did so beyond chance. Taking whatever earned
 * most would follow chance: of two equally good models it calls one better nearly twice as often as it says
 * (docs/decisions/0016).
 * @param gains what a contact with each row earns or loses, shape `[n]`   @param options.share of the rows within the budget
 */
export function provenThreshold(
  scores: ArrayLike<number>,
  gains: ArrayLike<number>,
  { effect, contactCost }: Economics,
  { share = 1 }: { share?: number } = {},
): Threshold {
  const even = contactCost / effect;
  const ranking = ranked(scores);
  const best = bestThreshold(ranking, gains, { share });
  const atBest = contacts(ranking, { from: best, share });
  const atEven = contacts(ranking, { from: even, share });
  const more = atBest.map((weight, i) => (weight - atEven[i]) * gains[i]);
  const total = more.reduce((a, b) => a + b, 0);
  const { n, variance } = momentsOf(more);
  const error = Math.sqrt(variance * (n - 1));
  return total > PROOF * error ? { from: best, moved: true } : { from: even, moved: false };
}
