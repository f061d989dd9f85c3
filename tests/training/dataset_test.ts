import assert from "node:assert/strict";
import { encodeFeatures, encodeLabels } from "../../src/features/blocks.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { loadRows, loadTrainingSet } from "../../src/training/dataset.ts";
import { limitRows } from "../../src/training/rows.ts";
import type { SnapshotBlock } from "../../src/training/snapshot.ts";
import { pseudonym } from "../db/events_support.ts";

/** Four cut-offs of some shoppers, fewer each time, so that shoppers have rows in some of them only. */
async function withBlocks(
  shoppers: number,
  work: (store: ReturnType<typeof fileArtefacts>, blocks: SnapshotBlock[]) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const store = fileArtefacts(folder);
    const blocks: SnapshotBlock[] = [];
    for (let c = 0; c < 4; c++) {
      const users = Array.from(
        { length: shoppers - 10 * c },
        (_, i) => pseudonym(`shopper ${(i * 7 + c) % shoppers}`),
      );
      const width = FEATURES.length;
      const features = Float32Array.from({ length: users.length * width }, (_, i) => c * 1e6 + i);
      const cutoffMs = Date.UTC(2026, c);
      const sealed = await store.put(encodeFeatures({ cutoffMs, featureHash: "f", users, width, features }));
      const labels = await store.put(encodeLabels(Float64Array.from(users, (_, i) => (i + c) % 2)));
      blocks.push({ cutoff: new Date(cutoffMs).toISOString(), rows: users.length, features: sealed, labels });
    }
    await work(store, blocks);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

for (const [name, keep] of [["all", undefined], ["some", (shopper: number) => shopper % 3 !== 0]] as const) {
  Deno.test(`loadTrainingSet() of ${name} shoppers takes the rows that limitRows() leaves, and knows all outcomes`, () =>
    withBlocks(120, async (store, blocks) => {
      const all = await loadRows(store, blocks, keep);
      for (const max of [100, 1_000]) {
        const { rows, targets } = await loadTrainingSet(store, blocks, { keep, max });
        assert.deepEqual(rows, limitRows(all, max));
        assert.deepEqual(targets, all.target);
      }
      const { rows } = await loadTrainingSet(store, blocks, { keep, max: 100 });
      assert.ok(rows.target.length > 0 && rows.target.length <= 100);
    }));
}

Deno.test("loadTrainingSet() of nobody is empty", () =>
  withBlocks(40, async (store, blocks) => {
    const { rows, targets } = await loadTrainingSet(store, blocks, { keep: () => false, max: 10 });
    assert.deepEqual([rows.target.length, targets.length], [0, 0]);
  }));
