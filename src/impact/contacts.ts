/** Whom a shop contacts when it follows a model: those with the highest predictions first. */

/** Rows in the order of their scores, highest first, those of equal scores together. */
function ties(scores: ArrayLike<number>): number[][] {
  const order = Array.from({ length: scores.length }, (_, i) => i).sort((a, b) => scores[b] - scores[a]);
  const groups: number[][] = [];
  for (const i of order) {
    const last = groups.at(-1);
    if (last && scores[last[0]] === scores[i]) last.push(i);
    else groups.push([i]);
  }
  return groups;
}

/**
 * How much of a contact each row gets: 1, 0, or where a budget ends among equal scores the share of these that it
 * reaches, so that no accident of the order decides. A model that says the same of everyone spreads the budget evenly.
 * @param scores predictions, shape `[n]`
 * @param options.from lowest prediction that is contacted   @param options.share of the rows that may be, 0..1
 * @returns shape `[n]`, each 0..1, their sum at most `share * n`
 */
export function contacts(
  scores: ArrayLike<number>,
  { from = -Infinity, share = 1 }: { from?: number; share?: number } = {},
): Float64Array {
  const weights = new Float64Array(scores.length);
  let left = share * scores.length;
  for (const group of ties(scores)) {
    if (scores[group[0]] < from || left <= 0) break;
    const weight = Math.min(1, left / group.length);
    for (const i of group) weights[i] = weight;
    left -= weight * group.length;
  }
  return weights;
}

/**
 * The prediction from which on contacting earned most on these rows, within a budget.
 * @param gains what a contact with each row earns or loses, shape `[n]`
 * @returns Infinity where contacting nobody is best; of equally good ones the highest
 */
export function bestThreshold(
  scores: ArrayLike<number>,
  gains: ArrayLike<number>,
  { share = 1 }: { share?: number } = {},
): number {
  let best = { total: 0, from: Infinity };
  let total = 0, left = share * scores.length;
  for (const group of ties(scores)) {
    if (left <= 0) break;
    const weight = Math.min(1, left / group.length);
    for (const i of group) total += weight * gains[i];
    left -= weight * group.length;
    if (total > best.total) best = { total, from: scores[group[0]] };
  }
  return best.from;
}
