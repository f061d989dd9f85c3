import type { Matrix } from "./matrix.ts";

/** How late labels are: a number of blocks, or as the data themselves say. */
export type Delay = number | "natural-complete" | "natural-known";

/** A version, named by the block before which it was trained. */
export interface Version {
  readonly at: number;
  /** newest block it was trained on */
  readonly through: number;
  readonly rows: number;
}

/**
 * A matrix under a label delay. Versions are named by the block `t` before which they were trained, blocks by their
 * number; a loss that is not there is NaN.
 */
export interface View {
  readonly matrix: Matrix;
  readonly delay: Delay;
  /** the first block that is paid for: what comes before is history, free for everybody */
  readonly start: number;
  readonly blocks: number;
  /** the first block by whose start the labels of block `j` are known */
  knownAt(j: number): number;
  /** the version trained at the start of block `t`; null where too few labels were known */
  version(t: number): Version | null;
  /** what a version costs on a block */
  loss(t: number, j: number): number;
  /** the same on the rows that are known first: what a policy may look at */
  seen(t: number, j: number): number;
  /** standard error of the paired difference of two versions' losses on a block */
  pairSe(a: number, b: number, j: number): number;
  /** loss on block `j` of the version trained at `t` and recalibrated at the start of block `r` */
  recalibrated(t: number, r: number, j: number): number;
  shift(a: number, b: number): number;
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

/** The history as a view of its own: what tuning may use. Null where it is too short to tune on. */
export function historyOf(view: View): View | null {
  let blocks = 0;
  while (blocks < view.blocks && view.knownAt(blocks) <= view.start) blocks++;
  let start = 1;
  while (start < blocks && !view.version(start)) start++;
  return blocks - start < 3 ? null : { ...view, start, blocks, loss: view.seen };
}

/** Number of blocks, from the first, whose labels are known at the start of block `t`. */
export function knownBlocks(view: View, t: number): number {
  let blocks = 0;
  while (blocks < view.blocks && view.knownAt(blocks) <= t) blocks++;
  return blocks;
}
