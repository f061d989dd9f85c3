import type { LossView, Version } from "../../src/backtest/losses/view.ts";
import type { Matrix } from "./matrix.ts";

/** How late labels are: a number of blocks, or as the data themselves say. */
export type Delay = number | "natural-complete" | "natural-known";

/** A matrix under a label delay. */
export interface View extends LossView {
  readonly matrix: Matrix;
  readonly delay: Delay;
}

/** The view of a matrix under a delay. @throws {RangeError} too few blocks are left to decide about */
export function viewOf(matrix: Matrix, delay: Delay): View {
  const lag = typeof delay === "number" ? delay : 0; // a fixed delay is the same matrix, some blocks later
  const { blocks, versions, loss, seen = loss, pairSe, recal, shift } = matrix;
  const knownAt = (j: number) => matrix.knownAt[j] + lag;
  const row = (t: number) => t - lag - 1;
  const version = (t: number): Version | null => {
    const found = versions[row(t)];
    if (!found || found.through === null) return null;
    return { at: t, through: found.through, rows: found.rows };
  };
  const start = firstPaid(matrix, knownAt, version);
  if (blocks - start < 4) {
    throw new RangeError(
      `Cannot decide about "${matrix.set}" under delay ${delay}: need >= 4 blocks after the history, have ${
        blocks - start
      }`,
    );
  }
  return {
    matrix,
    delay,
    start,
    blocks,
    knownAt,
    version,
    loss: (t, j) => loss[row(t)]?.[j] ?? NaN,
    seen: (t, j) => seen[row(t)]?.[j] ?? NaN,
    pairSe: (a, b, j) => pairSe[j]?.[row(Math.min(a, b))]?.[Math.abs(a - b) - 1] ?? NaN,
    recalibrated: (t, r, j) => recal[row(t)]?.[r - lag]?.[j - (r - lag)] ?? NaN,
    shift: (a, b) => shift[a]?.[b] ?? NaN,
  };
}

/** The first block at which as many blocks are known as the history has, and a version can be trained. */
function firstPaid(
  { history, blocks }: Matrix,
  knownAt: (j: number) => number,
  version: (t: number) => Version | null,
): number {
  for (let t = history; t < blocks; t++) if (knownAt(history - 1) <= t && version(t)) return t;
  return blocks;
}
