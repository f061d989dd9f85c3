/** A shop in Postgres whose shoppers come less often than when its versions were trained, under the policy "worth". */
import { DAY_MS } from "../../src/core/time.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { type ModelConfig, RetrainingConfig } from "../../src/config/retraining.ts";
import { seededRandom } from "../../src/core/random.ts";
import { saveConfig } from "../../src/db/config/config_versions.ts";
import { endCycle, enterStage, openCycle } from "../../src/db/cycles/cycles.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { addVersion } from "../../src/db/models/versions.ts";
import churn from "../../src/models/churn.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { withDatabase } from "../db/database.ts";
import { event, pseudonym } from "../db/events_support.ts";
import { aManifest, deployment } from "../db/models_support.ts";
import { tinyArtefact } from "../serving/artefact.ts";

/** The first cut-off; versions were trained on this one alone, or on this and some after it. */
export const FIRST_MS = Date.UTC(2024, 2, 4);
const STEP_DAYS = 14;
const SHOPPERS = 260;

/** The moment at which cut-offs 0 to `newest` are labelled, and no more. */
export const labelledTo = (newest: number): string =>
  new Date(FIRST_MS + (newest + 2) * STEP_DAYS * DAY_MS).toISOString();

/** Scores artefacts as serving does; nothing here is trained. */
const trainer = {
  score: (artefact: Uint8Array, features: Float32Array, n: number) =>
    Promise.resolve(loadScorer(artefact).predictPacked(features, n)),
  warm: () => undefined,
} as unknown as Trainer;

/** Each fortnight a shopper buys with a chance that falls from .6 to .25 at the second cut-off. */
function events() {
  const random = seededRandom(7);
  return Array.from({ length: SHOPPERS }, (_, i) => {
    const userKey = pseudonym(`shopper ${i}`);
    const fortnights = Array.from({ length: 28 }, (_, k) => k - 8);
    return fortnights.filter((k) => random() < (k < 1 ? 0.6 : 0.25))
      .map((k) => event({ userKey, atMs: FIRST_MS + (k * STEP_DAYS + 1 + 12 * random()) * DAY_MS }));
  }).flat();
}

/** Runs `work` in the shop whose versions, oldest first, learned from the cut-offs up to these; the last one serves. */
export function inWorthShop(
  { through, settings }: { through: readonly number[]; settings: Partial<ModelConfig> },
  work: (deps: ActivityDeps) => Promise<void>,
): Promise<void> {
  return withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir();
    const store = fileArtefacts(folder);
    const deps: ActivityDeps = {
      sql,
      store,
      trainer,
      models: new Map([["churn", churn]]),
      clock: () => FIRST_MS,
      codeVersion: "c1",
    };
    await insertEvents(sql, events());
    const config = RetrainingConfig.parse({
      retrain_policy: "worth",
      gate: "worth",
      first_cutoff: new Date(FIRST_MS).toISOString().slice(0, 10),
      validation_rows: 200,
      ...settings,
    });
    await saveConfig(sql, { config, after: 0, by: "a test", why: "worth" });
    for (const [i, newest] of through.entries()) await deployed(deps, { version: i + 1, newest });
    await work(deps).finally(() => Deno.remove(folder, { recursive: true }));
  });
}

/** A version that says who stays away as it was before: seldom, a little more often who bought long ago. */
async function deployed(
  { sql, store }: ActivityDeps,
  { version, newest }: { version: number; newest: number },
): Promise<void> {
  const cycleId = `retrainer/churn/cycle/${version}`;
  const asOf = labelledTo(newest);
  await openCycle(sql, {
    id: cycleId,
    model: "churn",
    number: version,
    runId: "r",
    trigger: "interval",
    requestedBy: null,
    asOf,
    reasons: [],
    champion: version === 1 ? null : version - 1,
  });
  await enterStage(sql, cycleId, "train");
  const artefactSha256 = await store.put(tinyArtefact(1.5 + 0.1 * version, { slope: 0.004 }));
  const seen = { rows: 150 * (newest + 1), cutoffs: [], labelledThrough: asOf };
  const manifest = aManifest({
    cycleId,
    asOf,
    baseline: 0.2,
    metrics: { logLoss: 0.45 },
    tested: { sha256: artefactSha256, ...seen },
    served: { ...seen, refitted: true },
  });
  await addVersion(sql, { manifest, artefactSha256 });
  await moveServing(sql, deployment(version, version === 1 ? null : version - 1));
  await endCycle(sql, cycleId, "deployed");
}
