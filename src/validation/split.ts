import { DAY_MS } from "../core/time.ts";
import { appearances } from "../core/appearance.ts";
import { mix32 } from "../core/random.ts";
import type { SnapshotBlock } from "../training/snapshot.ts";

/** The use of a snapshot's cut-offs: those that train the challenger, and those that test it. */
export interface Split {
  /** `time`: the test is newer than all training; `shoppers`: too few cut-offs, half the shoppers test */
  by: "time" | "shoppers";
  train: SnapshotBlock[];
  test: SnapshotBlock[];
}

/**
 * Divides labelled cut-offs so that no outcome that a model was trained on reaches into the test: test cut-offs start
 * where the champion's and the challenger's newest training outcome was complete.
 * The newest cut-off tests; older ones join it until `rowsWanted` are reached, as far as something is left to train on.
 * @param blocks oldest first   @param championSeenMs end of the champion's newest training outcome; null: no champion
 * @returns null where no labelled cut-off is new to the champion
 */
export function splitCutoffs(
  blocks: readonly SnapshotBlock[],
  { horizonDays, championSeenMs, rowsWanted }: {
    horizonDays: number;
    championSeenMs: number | null;
    rowsWanted: number;
  },
): Split | null {
  const ms = (block: SnapshotBlock) => Date.parse(block.cutoff);
  const unseen = blocks.filter((block) => championSeenMs === null || ms(block) >= championSeenMs);
  const test: SnapshotBlock[] = [];
  let rows = 0;
  while (unseen.length > 0 && (test.length === 0 || rows < rowsWanted)) {
    test.unshift(unseen.pop()!);
    rows += test[0].rows;
    const older = blocks.filter((block) => ms(block) + horizonDays * DAY_MS <= ms(test[0]));
    if (older.length === 0) {
      if (test.length > 1) test.shift(); // one cut-off fewer, but something to train on
      break;
    }
  }
  if (test.length === 0) return null;
  const train = blocks.filter((block) => ms(block) + horizonDays * DAY_MS <= ms(test[0]));
  if (train.length > 0) return { by: "time", train, test };
  return championSeenMs === null
    ? { by: "shoppers", train: [...blocks], test: [blocks[blocks.length - 1]] }
    : null;
}

/**
 * Returns whether a shopper tests, when shoppers are divided: a hash of where the shopper first appears.
 * @param shoppers the shopper of each row of all cut-offs, oldest first
 */
export function testHalf(shoppers: ArrayLike<number>): (shopper: number) => boolean {
  const number = appearances(shoppers);
  const testing = new Set(Array.from(shoppers).filter((_, i) => mix32(number[i] ^ 0x5eed) % 2 === 1));
  return (shopper) => testing.has(shopper);
}
