/** Whom a shop contacts when it follows a model: those with the highest predictions first. */

/** Rows in the order of their scores, highest first, those of equal scores together. */
export interface Ranking {
  readonly scores: ArrayLike<number>;
  /** places of rows, shape `[n]` */
  readonly order: Uint32Array;
  /** where in `order` each group of equal scores ends */
  readonly ends: readonly number[];
}

/** Ranks rows once, for as many budgets and thresholds as are asked about. @param scores predictions, shape `[n]` */
export function ranked(scores: ArrayLike<number>): Ranking {
  const order = Uint32Array.from({ length: scores.length }, (_, i) => i).sort((a, b) =>
    scores[b] - scores[a]
  );
  const ends: number[] = [];
  for (let i = 1; i <= order.length; i++) {
    if (i === order.length || scores[order[i]] !== scores[order[i - 1]]) ends.push(i);
  }
  return { scores, order, ends };
}

/**
 * Returns the share of a contact for each row: 1, 0, or where a budget ends among equal scores the share of these that
 * it reaches, so that no accident of the order decides. A model that says the same of everyone spreads the budget
 * evenly.
 * @param options.from lowest prediction that is contacted   @param options.share of the rows that may be, 0..1
 * @returns shape `[n]`, each 0..1, their sum at most `share * n`
 */
export function contacts(
  { scores, order, ends }: Ranking,
  { from = -Infinity, share = 1 }: { from?: number; share?: number } = {},
): Float64Array {
  const weights = new Float64Array(order.length);
  const most = share * order.length;
  let start = 0;
  for (const end of ends) {
    if (scores[order[start]] < from || start >= most) break;
    const weight = Math.min(1, (most - start) / (end - start));
    for (let i = start; i < end; i++) weights[order[i]] = weight;
    start = end;
  }
  return weights;
}

/**
 * The prediction from which on contacting earned most on these rows, within a budget.
 * @param gains what a contact with each row earns or loses, shape `[n]`
 * @returns Infinity where contacting nobody is best; of equally good ones the highest
 */
export function bestThreshold(
  { scores, order, ends }: Ranking,
  gains: ArrayLike<number>,
  { share = 1 }: { share?: number } = {},
): number {
  const most = share * order.length;
  let best = { total: 0, from: Infinity };
  let total = 0;
  let start = 0;
  for (const end of ends) {
    if (start >= most) break;
    const weight = Math.min(1, (most - start) / (end - start));
    for (let i = start; i < end; i++) total += weight * gains[order[i]];
    if (total > best.total) best = { total, from: scores[order[start]] };
    start = end;
  }
  return best.from;
}
