import { mean } from "./mean.ts";
import type { Statistic } from "./statistic.ts";

/** A campaign reaches so large a share: the tenth with the highest predictions. */
const TOP_SHARE = 0.1;
/** Outcomes at the edge of the top are taken from rows within so large a share of it, on either side. */
const EDGE_SHARE = 0.05;

/** The top of some rows, and what lies at its edge. */
interface Top {
  /** by how much each row belongs to it: 1, 0, or a part where the edge goes through equal predictions; shape `[n]` */
  readonly weight: Float64Array;
  /** mean outcome of the rows about its edge */
  readonly edge: number;
}

/**
 * Top-decile lift: mean outcome of the tenth of the rows with the highest predictions, by the mean outcome of all. 1 is
 * chance. Equal predictions at the edge belong to the top in part, so that their order is no matter.
 * @param y outcomes, shape `[n]`   @param p predictions, shape `[n]`
 * @returns null, not defined, where the mean outcome of all is not above zero
 * Source: Neslin et al., Defection detection, Journal of Marketing Research 43 (2006).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const p = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
 * assert.equal(topDecileLift([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], p), 5);
 * assert.equal(topDecileLift([0, 1, 0, 0, 0, 0, 0, 0, 0, 0], p), 0);
 * ```
 */
export function topDecileLift(y: ArrayLike<number>, p: ArrayLike<number>): number | null {
  return liftWithInfluence(y, p)?.value ?? null;
}

/**
 * {@link topDecileLift} with each row's influence: of the top's mean `T`, with `c` the outcome expected at its edge,
 * `(w_i (y_i - c) / 0.1 + c - T) / n`, since a row also moves the edge; of the ratio, by the chain rule.
 */
export function liftWithInfluence(y: ArrayLike<number>, p: ArrayLike<number>): Statistic | null {
  const n = y.length;
  if (n === 0) return null;
  const all = mean(y);
  if (!(all > 0)) return null;
  const { weight, edge } = topOf(y, p);
  let top = 0;
  for (let i = 0; i < n; i++) top += weight[i] * y[i] / (n * TOP_SHARE);
  const influence = weight.map((w, i) => {
    const ofTop = (w * (y[i] - edge) / TOP_SHARE + edge - top) / n;
    return ofTop / all - top * (y[i] - all) / (n * all ** 2);
  });
  return { value: top / all, influence };
}

function topOf(y: ArrayLike<number>, p: ArrayLike<number>): Top {
  const n = p.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => p[b] - p[a]);
  const weight = new Float64Array(n);
  const room = n * TOP_SHARE;
  for (let start = 0; start < n && start < room;) {
    let end = start;
    while (end < n && p[order[end]] === p[order[start]]) end++;
    const share = Math.min(1, (room - start) / (end - start));
    for (let i = start; i < end; i++) weight[order[i]] = share;
    start = end;
  }
  const from = Math.max(0, Math.floor(n * (TOP_SHARE - EDGE_SHARE)));
  const about = order.slice(from, Math.max(from + 1, Math.ceil(n * (TOP_SHARE + EDGE_SHARE))));
  return { weight, edge: mean(about.map((i) => y[i])) };
}
