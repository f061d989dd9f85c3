import priors from "../priors.json" with { type: "json" };
import { WORTH_PRIOR, type WorthPrior } from "../../../src/retraining/worth/prior.ts";

/** Sets that are of one kind: a prior that judges one of them was fitted on none of them. */
const FAMILY: readonly (readonly [RegExp, keyof typeof priors])[] = [
  [/^elec/, "elec"],
  [/^hotel/, "hotel"],
  [/^flights/, "flights"],
  [/^(demo|retail)/, "retail"],
  [/^gauss/, "gauss"],
  [/^circles/, "circles"],
  [/^sea/, "sea"],
];

/** The prior that was fitted without a set and all sets of its family; for a set that nothing was fitted on: the whole. */
export function priorWithout(set: string): WorthPrior {
  const family = FAMILY.find(([name]) => name.test(set.replace(/^when_/, ""))); // as files of the known sets are named
  return family ? priors[family[1]] : WORTH_PRIOR;
}
