/** What versions lose on windows of time, and from when on that is known: all that a policy is replayed on. */

/** A version, named by the block before which it was trained. */
export interface Version {
  readonly at: number;
  /** newest block it was trained on */
  readonly through: number;
  readonly rows: number;
}

/** Losses of versions. Versions are named by the block `t` before which they were trained, blocks by their number; NaN: not there. */
export interface LossView {
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
  /** how far the inputs of two blocks lie apart */
  shift(a: number, b: number): number;
}

/** The history as a view of its own: what tuning may use. Null where it is too short to tune on. */
export function historyOf<V extends LossView>(view: V): V | null {
  let blocks = 0;
  while (blocks < view.blocks && view.knownAt(blocks) <= view.start) blocks++;
  let start = 1;
  while (start < blocks && !view.version(start)) start++;
  return blocks - start < 3 ? null : { ...view, start, blocks, loss: view.seen };
}

/** Number of blocks, from the first, whose labels are known at the start of block `t`. */
export function knownBlocks(view: LossView, t: number): number {
  let blocks = 0;
  while (blocks < view.blocks && view.knownAt(blocks) <= t) blocks++;
  return blocks;
}

/**
 * Returns the loss that stands for 1: the mean of what versions lost on the first block after their training, as far as
 * that is known at the start of block `t`; null: of none.
 */
export function freshLevel(view: LossView, t: number): number | null {
  const known = knownBlocks(view, t);
  const fresh: number[] = [];
  for (let at = 0; at <= t; at++) {
    const version = view.version(at);
    if (!version || version.through + 1 >= known) continue;
    const loss = view.seen(at, version.through + 1);
    if (!Number.isNaN(loss)) fresh.push(loss);
  }
  const sum = fresh.reduce((total, loss) => total + loss, 0);
  return sum > 0 ? sum / fresh.length : null;
}
