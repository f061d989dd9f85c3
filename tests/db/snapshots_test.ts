import assert from "node:assert/strict";
import { NotFoundError } from "../../src/core/errors.ts";
import { openCycle, saveCycleSnapshot } from "../../src/db/cycles/cycles.ts";
import {
  findFeatureBlock,
  findLabelBlock,
  getSnapshot,
  lastSnapshot,
  saveFeatureBlock,
  saveLabelBlock,
  saveSnapshot,
} from "../../src/db/cycles/snapshots.ts";
import type { Snapshot } from "../../src/training/snapshot.ts";
import { withDatabase } from "./database.ts";
import { AS_OF } from "./models_support.ts";

const cutoffMs = Date.parse(AS_OF);
const block = { key: "churn rows", cutoff: AS_OF, eventsSeen: 10, sha256: "f1" };

Deno.test("findFeatureBlock() finds what was built last for a cut-off", () =>
  withDatabase(async (sql) => {
    assert.equal(await findFeatureBlock(sql, block.key, cutoffMs), null);
    await saveFeatureBlock(sql, { ...block, rows: 3 });
    assert.deepEqual({ ...await findFeatureBlock(sql, block.key, cutoffMs) }, { ...block, rows: 3 });
    await saveFeatureBlock(sql, { ...block, eventsSeen: 12, sha256: "f2", rows: 4 });
    assert.equal((await findFeatureBlock(sql, block.key, cutoffMs))?.sha256, "f2");
    assert.equal(await findFeatureBlock(sql, block.key, cutoffMs + 1), null);
    assert.equal(await findFeatureBlock(sql, "other rows", cutoffMs), null);
  }));

Deno.test("findLabelBlock() finds what was built last for a cut-off", () =>
  withDatabase(async (sql) => {
    assert.equal(await findLabelBlock(sql, block.key, cutoffMs), null);
    await saveLabelBlock(sql, { ...block, featureSha256: "f1", sha256: "l1" });
    await saveLabelBlock(sql, { ...block, featureSha256: "f2", sha256: "l2" });
    assert.deepEqual({ ...await findLabelBlock(sql, block.key, cutoffMs) }, {
      ...block,
      featureSha256: "f2",
      sha256: "l2",
    });
  }));

const snapshot = (id: string, asOf: string): Snapshot => ({
  id,
  model: "churn",
  asOf,
  featureHash: "h",
  horizonDays: 28,
  eventsSeen: 7_000_000_000,
  rows: 3,
  blocks: [{ cutoff: AS_OF, rows: 3, features: "f1", labels: "l1" }],
});

Deno.test("saveSnapshot() seals a snapshot once, and getSnapshot() gives it back", () =>
  withDatabase(async (sql) => {
    const sealed = snapshot("s1", AS_OF);
    await saveSnapshot(sql, sealed);
    await saveSnapshot(sql, { ...sealed, rows: 99 });
    assert.deepEqual(await getSnapshot(sql, "s1"), sealed);
    await assert.rejects(getSnapshot(sql, "s2"), NotFoundError);
  }));

Deno.test("lastSnapshot() is the newest that a cycle of the model took", () =>
  withDatabase(async (sql) => {
    assert.equal(await lastSnapshot(sql, "churn"), null);
    await saveSnapshot(sql, snapshot("old", AS_OF));
    await saveSnapshot(sql, snapshot("new", "2011-07-05T00:00:00.000Z"));
    await saveSnapshot(sql, snapshot("of no cycle", "2011-08-02T00:00:00.000Z"));
    for (const [i, id] of ["new", "old"].entries()) {
      const cycle = `retrainer/churn/cycle/${i + 1}`;
      await openCycle(sql, {
        id: cycle,
        model: "churn",
        number: i + 1,
        runId: "r",
        trigger: "interval",
        requestedBy: null,
        asOf: AS_OF,
        reasons: [],
        champion: null,
      });
      await saveCycleSnapshot(sql, cycle, id);
    }
    assert.equal((await lastSnapshot(sql, "churn"))?.asOf, "2011-07-05T00:00:00.000Z");
    assert.equal(await lastSnapshot(sql, "spending"), null);
  }));
