import { decodeFeatures, decodeLabels, shopperNumber } from "../features/blocks.ts";
import { FEATURES } from "../features/definition.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";
import type { TrainingRows } from "./rows.ts";
import type { SnapshotBlock } from "./snapshot.ts";

/**
 * The rows of some cut-offs of a snapshot, oldest first.
 * @param keep which shoppers; all unless told
 */
export async function loadRows(
  store: ArtefactStore,
  blocks: readonly SnapshotBlock[],
  keep: (shopper: number) => boolean = () => true,
): Promise<TrainingRows> {
  let width = FEATURES.length;
  const features: Float32Array[] = [];
  const target: number[] = [];
  const cutoffMs: number[] = [];
  const user: number[] = [];
  for (const block of blocks) {
    const rows = decodeFeatures(await store.getRows(block.features));
    width = rows.width;
    const labels = decodeLabels(await store.getRows(block.labels));
    rows.users.forEach((key, i) => {
      const shopper = shopperNumber(key);
      if (!keep(shopper)) return;
      features.push(rows.features.subarray(i * width, (i + 1) * width));
      target.push(labels[i]);
      cutoffMs.push(rows.cutoffMs);
      user.push(shopper);
    });
  }
  return {
    features: joined(features, width),
    width,
    target: Float64Array.from(target),
    cutoffMs: Float64Array.from(cutoffMs),
    user: Int32Array.from(user),
  };
}

/** The shopper of each row of some cut-offs of a snapshot, oldest first. */
export async function loadShoppers(
  store: ArtefactStore,
  blocks: readonly SnapshotBlock[],
): Promise<Int32Array> {
  const users: string[] = [];
  for (const block of blocks) users.push(...decodeFeatures(await store.getRows(block.features)).users);
  return Int32Array.from(users, shopperNumber);
}

function joined(rows: readonly Float32Array[], width: number): Float32Array {
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, i) => all.set(row, i * width));
  return all;
}
