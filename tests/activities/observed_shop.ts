/** A shop in Postgres whose serving version was validated, as the activities that observe it find it. */
import { DAY_MS } from "../../src/core/time.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { seededRandom } from "../../src/core/random.ts";
import { openCycle, saveVerdict } from "../../src/db/cycles/cycles.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { saveSnapshot } from "../../src/db/cycles/snapshots.ts";
import { addVersion } from "../../src/db/models/versions.ts";
import { featureBlock, labelBlock } from "../../src/app/features/blocks.ts";
import { FEATURE_HASH } from "../../src/features/definition.ts";
import churn from "../../src/models/churn.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import type { SnapshotBlock } from "../../src/training/snapshot.ts";
import { event, pseudonym } from "../db/events_support.ts";
import { withDatabase } from "../db/database.ts";
import { aManifest } from "../db/models_support.ts";
import { tinyArtefact } from "../serving/artefact.ts";

/** A Monday at which version 1 was deployed. */
export const DEPLOYED_MS = Date.UTC(2024, 4, 6);
export const config = configOf(RetrainingConfig.parse({}), "churn");

/** Half buy every ten days, half hardly ever; `swapFromDay` days after the deployment they change places. */
function events(shoppers: number, swapFromDay: number) {
  const random = seededRandom(3);
  return Array.from({ length: shoppers }, (_, i) => {
    const userKey = pseudonym(`shopper ${i}`);
    const country = i % 3 === 0 ? "France" : null;
    const days = Array.from({ length: 300 }, (_, d) => d - 180).filter((day) => {
      const isLoyal = (i % 2 === 0) === (day < swapFromDay);
      return random() < (isLoyal ? 0.1 : 0.012);
    });
    return days.map((day) => event({ userKey, country, atMs: DEPLOYED_MS + (day + 0.5) * DAY_MS }));
  }).flat();
}

/** Scores artefacts as serving does; nothing here is trained. */
const trainer = {
  score: (artefact: Uint8Array, features: Float32Array, n: number) =>
    Promise.resolve(loadScorer(artefact).predictPacked(features, n)),
} as unknown as Trainer;

/** Runs `work` in a shop whose version 1 says `0.1 + 0.01 x recency`, validated on the outcomes before its deployment. */
export function inObservedShop(
  work: (deps: ActivityDeps) => Promise<void>,
  { shoppers = 300, swapFromDay = Infinity } = {},
): Promise<void> {
  return withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    const store = fileArtefacts(folder);
    const deps: ActivityDeps = {
      sql,
      store,
      trainer,
      models: new Map([["churn", churn]]),
      clock: () => DEPLOYED_MS,
      codeVersion: "c1",
    };
    await insertEvents(sql, events(shoppers, swapFromDay));
    await deployed(deps);
    await work(deps).finally(() => Deno.remove(folder, { recursive: true }));
  });
}

async function deployed(deps: ActivityDeps): Promise<void> {
  const { sql, store } = deps;
  const asOf = new Date(DEPLOYED_MS).toISOString();
  const cycleId = "retrainer/churn/cycle/1";
  const cutoffMs = DEPLOYED_MS - 28 * DAY_MS;
  const cutoff = new Date(cutoffMs).toISOString();
  const { sha256: features, rows } = await featureBlock(deps, protocolOf(churn, config), cutoffMs);
  const labels = await labelBlock(deps, churn, protocolOf(churn, config), { cutoffMs, features });
  const blocks: SnapshotBlock[] = [{ cutoff, rows, features, labels }];
  await saveSnapshot(sql, {
    id: "s1",
    model: "churn",
    asOf,
    featureHash: FEATURE_HASH,
    horizonDays: 28,
    eventsSeen: 1,
    rows,
    blocks,
  });
  await openCycle(sql, {
    id: cycleId,
    model: "churn",
    number: 1,
    runId: "r",
    trigger: "interval",
    requestedBy: null,
    asOf,
    reasons: [],
    champion: null,
  });
  const difference = { mean: -0.29, low: -0.35, high: -0.2, n: rows, clusters: rows, confidence: 0.9 };
  await saveVerdict(sql, cycleId, "promote", {
    gate: "evidence" as const,
    loss: "logLoss",
    against: "baseline" as const,
    championLoss: 0.69,
    challengerLoss: 0.4,
    difference,
    margin: 0.01,
    threshold: 0.05,
    expected: null,
    stale: false,
    staleBecause: null,
    failing: false,
    segments: [],
    segmentMargin: 0.1,
    cutoffs: [cutoff],
    championMetrics: {},
    challengerMetrics: { accuracy: 0.8 },
  });
  const artefactSha256 = await store.put(tinyArtefact(1, { slope: 0.01 }));
  const manifest = aManifest({ cycleId, asOf, baseline: 0.4, metrics: { logLoss: 0.45, accuracy: 0.8 } });
  const tested = { ...manifest.tested, sha256: artefactSha256, cutoffs: [] };
  await addVersion(sql, { manifest: { ...manifest, tested }, artefactSha256, state: "deployed" });
}
