/** The judges themselves, as the service hands them to `explain()`: what a look stored is what its sealed evidence gives. */
import assert from "node:assert/strict";
import { WEEK_MS } from "../../src/core/time.ts";
import { MissingArtefactError } from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/hash.ts";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { encodeFeatures } from "../../src/features/blocks.ts";
import { FEATURE_HASH, FEATURES, STEADY_FEATURES } from "../../src/features/definition.ts";
import { DriftEvidence } from "../../src/monitoring/drift.ts";
import type { PerformanceEvidence } from "../../src/performance/performance_evidence.ts";
import { judgePerformance } from "../../src/performance/judge_performance.ts";
import { type ArtefactStore, fileArtefacts } from "../../src/registry/artefacts.ts";
import { openValue, sealValue } from "../../src/registry/sealed.ts";
import { firstDifference } from "../../src/retraining/explain.ts";
import { featureShapes } from "../../src/monitoring/feature_shapes.ts";
import { recomputeDrift } from "../../src/monitoring/recompute_drift.ts";
import { createDriftWorkerPool } from "../../src/threads/drift_worker_pool.ts";
import { evidenceOf, shopRows } from "../performance/shop.ts";

const ROWS = 200;

async function withStore(test: (store: ArtefactStore) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-recompute-" });
  try {
    await test(fileArtefacts(folder));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** As it left for the database and came back. */
const stored = (report: unknown) => JSON.parse(JSON.stringify(report));

for (const kind of ["classification", "regression"] as const) {
  Deno.test(`judgePerformance() says the same of a ${kind} when its evidence was sealed and opened`, () =>
    withStore(async (store) => {
      const now = shopRows(kind, 1000, 1, { lost: 0.6 });
      const evidence = evidenceOf(kind, { now, then: shopRows(kind, 1000, 2) });
      const report = judgePerformance(evidence);
      assert.ok(report.measured && report.measured.metrics.length > 0);
      const opened = await openValue(store, await sealValue(store, evidence)) as PerformanceEvidence;
      assert.equal(firstDifference(stored(report), judgePerformance(opened)), null);
    }));
}

/** The population at a week, its features moved by so many standard deviations; kept in the store. */
async function keptBlock(store: ArtefactStore, week: number, shift: number) {
  const normal = gaussian(seededRandom(week + 1));
  const cutoffMs = Date.UTC(2011, 0, 3) + week * WEEK_MS;
  const block = await store.put(encodeFeatures({
    cutoffMs,
    featureHash: FEATURE_HASH,
    width: FEATURES.length,
    users: Array.from({ length: ROWS }, (_, i) => sha256(`${i}`)).sort(),
    features: Float32Array.from({ length: ROWS * FEATURES.length }, () => normal() + shift),
  }));
  return { cutoff: new Date(cutoffMs).toISOString(), block };
}

async function driftEvidence(store: ArtefactStore): Promise<DriftEvidence> {
  const past = await Promise.all([0, 2, 4, 6, 8, 10, 12].map((week) => keptBlock(store, week, 0)));
  const [reference] = past.slice(-1);
  const current = await keptBlock(store, 14, 1);
  return {
    model: "churn",
    version: 1,
    asOf: current.cutoff,
    past,
    seed: 7,
    alpha: 0.01,
    alphaTogether: 0.01,
    reference: { cutoffs: [reference.cutoff], rows: ROWS, blocks: [reference.block] },
    current: { ...current, rows: ROWS },
    watched: STEADY_FEATURES.slice(0, 4),
    importance: { [STEADY_FEATURES[0]]: 0.2 },
  };
}

Deno.test("recomputeDrift() says the same when its evidence was sealed and opened, and of another seed another p", () =>
  withStore(async (store) => {
    const driftWorkers = createDriftWorkerPool();
    try {
      const evidence = await driftEvidence(store);
      const report = await recomputeDrift({ store, driftWorkers }, evidence);
      assert.equal(report.answer, "drifted");
      const opened = DriftEvidence.parse(await openValue(store, await sealValue(store, evidence)));
      assert.equal(
        firstDifference(stored(report), await recomputeDrift({ store, driftWorkers }, opened)),
        null,
      );
      const reseeded = await recomputeDrift({ store, driftWorkers }, { ...evidence, seed: 8 });
      assert.notEqual(firstDifference({ ...report, seed: 8 }, reseeded), null);
      await store.remove(evidence.current.block);
      await assert.rejects(recomputeDrift({ store, driftWorkers }, evidence), MissingArtefactError);
    } finally {
      driftWorkers.close();
    }
  }));

Deno.test("featureShapes() shows the rows that a look compared, all of them, and that they moved", () =>
  withStore(async (store) => {
    const evidence = await driftEvidence(store);
    const shapes = await featureShapes({ store }, evidence);
    assert.deepEqual(Object.keys(shapes), evidence.watched);
    for (const { edges, reference, current, above } of Object.values(shapes)) {
      const rows = (counts: number[]) => counts.reduce((a, b) => a + b, 0);
      assert.deepEqual([rows(reference) + above.reference, rows(current) + above.current], [ROWS, ROWS]);
      const middle = (counts: number[]) =>
        counts.reduce((sum, n, i) => sum + n * (edges[i] + edges[i + 1]) / 2, 0) / rows(counts);
      assert.ok(middle(current) - middle(reference) > 0.7); // by one standard deviation
    }
  }));
