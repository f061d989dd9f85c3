import type { Matrix } from "./matrix.ts";

/** How well a set shows what a training gains. */
export interface Power {
  readonly set: string;
  readonly learner: string;
  /** loss that a fresh version saves on a block, beside one that is some blocks older; share of the fresh one's loss */
  readonly gain: number;
  /** median standard error of that difference on one block, from its rows, as a share of the same */
  readonly error: number;
  /** standard deviation of that difference from block to block, its error included */
  readonly scatter: number;
  /** blocks until a mean of this size shows beside its scatter; Infinity: there is none to see */
  readonly blocksToSee: number;
}

/** Blocks between the two versions that are compared. */
export const OLDER_BY = 4;
/** Standard errors that a difference has to measure: two-sided at 5 %, missed once in five times. */
const ERRORS_TO_SEE = 1.96 + 0.84;

/** The power of one matrix, over all blocks on which both versions are scored. Null where there is no such block. */
export function powerOf({ set, learner, loss, pairSe, blocks }: Matrix): Power | null {
  const gains: number[] = [];
  const errors: number[] = [];
  const levels: number[] = [];
  for (let j = 0; j < blocks; j++) {
    const fresh = j - 1; // row of the version trained before block j
    const older = fresh - OLDER_BY;
    const [now, then] = [loss[fresh]?.[j], loss[older]?.[j]];
    const error = pairSe[j]?.[older]?.[OLDER_BY - 1];
    if (typeof now !== "number" || typeof then !== "number" || typeof error !== "number") continue;
    gains.push(then - now);
    errors.push(error);
    levels.push(now);
  }
  if (gains.length === 0) return null;
  const level = mean(levels);
  const gain = mean(gains) / level;
  const error = errors.sort((a, b) => a - b)[errors.length >> 1] / level;
  const scatter = Math.sqrt(mean(gains.map((value) => (value / level - gain) ** 2)));
  const blocksToSee = gain > 0 ? (ERRORS_TO_SEE * Math.max(error, scatter) / gain) ** 2 : Infinity;
  return { set, learner, gain, error, scatter, blocksToSee };
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
