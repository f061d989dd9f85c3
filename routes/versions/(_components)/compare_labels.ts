/** Two versions beside each other, in words. */
import type { Paired } from "../../../src/app/reports/compare.ts";
import type { CompareView } from "../../../src/dashboard/reads/compare.ts";
import { counted, percent } from "../../../src/format/numbers.ts";
import { metricName } from "../../../src/format/words.ts";
import { type Badge, reading } from "../../../components/labels.ts";

/** Names of the rows that both scored. */
export const ON: Readonly<Record<Paired["on"], string>> = {
  outcomes: "outcomes since the one replaced the other",
  rollout: "shoppers whom both answered about in a rollout",
  gate: "the validation rows",
};

/** Returns the badge of a paired difference of `b` beside `a`. */
export function pairedBadge({ difference: { low, high }, margin }: Paired): Badge {
  return reading({ low: low ?? -Infinity, high: high ?? Infinity }, margin);
}

/** A difference as a share of the loss of `a`; null: that is not known. */
export function shares({ difference: { mean, low, high }, loss: { a } }: Paired) {
  if (a === null || !(a > 0)) return null;
  const share = (x: number | null) => x === null ? null : x / a;
  return { mean: mean / a, low: share(low), high: share(high) };
}

const UNITS = { outcomes: "outcome", rollout: "shopper", gate: "row" } as const;
const OF = {
  outcomes: "since the one replaced the other",
  rollout: "whom both answered about in a rollout",
  gate: "of the validation",
} as const;

/** "540 rows of the validation" */
const units = ({ on, n }: Paired) => `${counted(n, UNITS[on])} ${OF[on]}`;

/** The answer in one sentence, from what says most. */
export function compareHeadline({ model, a, b, paired }: CompareView): string {
  const [older, newer] = [`v${a.version.version}`, `v${b.version.version}`];
  const [best] = paired;
  if (!best) {
    return `Whether ${newer} of ${model} predicts better than ${older} is unknown: no rows were scored by both.`;
  }
  const { word } = pairedBadge(best);
  const share = shares(best);
  const by = share ? ` (${metricName(best.loss.name)} ${percent(share.mean, { sign: true })})` : "";
  const on = `on ${units(best)}`;
  if (word === "Inconclusive") {
    return `Whether ${newer} of ${model} predicts better than ${older} is not clear yet, ${on}.`;
  }
  const says = SAYS[word] ?? `is ${word.toLowerCase()} than`;
  return `${newer} of ${model} ${says} ${older}${by}, ${on}.`;
}

/** Texts that do not read "is ... than". */
const SAYS: Readonly<Record<string, string>> = {
  "Same predictions": "predicts the same as",
  "Not worse": "is no worse than",
  "Worse within the margin": "is worse, within the margin, than",
};
