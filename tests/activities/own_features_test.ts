/** A model with features and events of its own: read, trained on, proven, served, watched, and defined anew. */
import assert from "node:assert/strict";
import { MockActivityEnvironment } from "@temporalio/testing";
import { deployVersion } from "../../activities/deploy.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { observeDrift } from "../../activities/observe/drift.ts";
import { createSnapshotActivities } from "../../activities/snapshot.ts";
import { createTrainActivities } from "../../activities/train.ts";
import { createValidateActivities } from "../../activities/validate.ts";
import { buildFeatures } from "../../src/app/features/blocks.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { seededRandom } from "../../src/core/random.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { saveConfig } from "../../src/db/config/config_versions.ts";
import { getCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { versionOfCycle } from "../../src/db/models/versions.ts";
import { compareWindows } from "../../src/drift/windows.ts";
import { DriftReport } from "../../src/drift/report.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { defineModel, type ModelDefinition } from "../../src/models/model.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { createPredictor } from "../../src/serving/predictor.ts";
import { readMonitoringView } from "../../src/dashboard/reads/monitoring.ts";
import { compete } from "../../src/training/compete.ts";
import { startBackend } from "../../src/training/backend.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { withDatabase } from "../db/database.ts";
import { event, pseudonym } from "../db/events_support.ts";
import { quietReporter } from "../training/rows_of.ts";

const FIRST_MS = Date.UTC(2024, 0, 1);
const WEEKS = 20;
const AS_OF_MS = FIRST_MS + WEEKS * 7 * DAY_MS;
const iso = (ms: number) => new Date(ms).toISOString();
const settings = {
  horizon_days: 7,
  active_days: 14,
  activity: "any",
  step_days: 7,
  min_validation_rows: 50,
  validation_rows: 100,
  refit: false,
} as const;

const newestStars = (version: number) => ({
  name: "newest_stars",
  means: "stars of the newest review",
  version,
  of: ({ days }: { days: ModelDefinition["label"] extends (days: infer D) => number ? D : never }) =>
    days.flatMap((day) => day.own ?? []).at(-1)?.fields.stars ?? null,
});

/** Whether a shopper buys within the week: the stars of the newest review tell, and nothing else does. */
const modelWith = (declared: Partial<ModelDefinition>) =>
  defineModel({
    name: "buyers",
    kind: "classification",
    question: "Will this shopper buy within the week?",
    unit: "probability",
    primaryMetric: "auc",
    loss: "logLoss",
    metrics: ["auc", "logLoss"],
    label: (future) => future.some((day) => day.purchases > 0) ? 1 : 0,
    network: "an exact logistic regression",
    candidates: [{ family: "linear", name: "linear", inputs: "log+raw", target: "identity" }],
    events: ["review"],
    ...declared,
  });

/** Each week every shopper reviews with stars drawn anew, and who gives four or five buys in the week after. */
function events() {
  const random = seededRandom(5);
  return Array.from({ length: 100 }, (_, i) => {
    const userKey = pseudonym(`shopper ${i}`);
    return Array.from({ length: WEEKS }, (_, week) => {
      const stars = 1 + Math.floor(5 * random());
      const atMs = FIRST_MS + week * 7 * DAY_MS + DAY_MS / 4;
      const review = event({
        userKey,
        type: "review",
        amount: null,
        price: null,
        fields: { stars },
        atMs: atMs + 5 * DAY_MS,
      });
      const buys = random() < (stars >= 4 ? 0.9 : 0.1);
      return buys ? [review, event({ userKey, atMs: atMs + 8 * DAY_MS })] : [review];
    }).flat();
  }).flat();
}

const trainer = {
  compete: (request) => compete(request, quietReporter()),
  score: (artefact, features, n) => Promise.resolve(loadScorer(artefact).predictPacked(features, n)),
} as Pick<Trainer, "compete" | "score"> as Trainer;

const inShop = (work: (deps: ActivityDeps & { models: Map<string, ModelDefinition> }) => Promise<void>) =>
  withDatabase(async (sql) => {
    await startBackend();
    const folder = await Deno.makeTempDir();
    const store = fileArtefacts(folder);
    const models = new Map([["buyers", modelWith({ ownFeatures: [newestStars(1)] })]]);
    const deps = { sql, store, trainer, models, clock: () => AS_OF_MS, codeVersion: "c1" };
    await insertEvents(sql, events());
    const config = RetrainingConfig.parse(settings);
    await saveConfig(sql, { config, after: 0, by: "a test", why: "weekly" });
    await work(deps).finally(() => Deno.remove(folder, { recursive: true }));
  });

const run = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(activity as never, input as never) as Promise<O>;

/** A cycle up to its verdict. */
async function cycle(deps: ActivityDeps, number: number, asOfMs: number) {
  const cycleId = `retrainer/buyers/cycle/${number}`;
  await openCycle(deps.sql, {
    id: cycleId,
    model: "buyers",
    number,
    runId: "r",
    trigger: "force",
    requestedBy: "ann",
    asOf: iso(asOfMs),
    reasons: [],
    champion: number > 1 ? number - 1 : null,
  });
  const { snapshotId } = await run(createSnapshotActivities(deps).takeSnapshot, {
    cycleId,
    model: "buyers",
    asOf: iso(asOfMs),
  });
  const job = { cycleId, model: "buyers", snapshotId };
  await run(createTrainActivities(deps).trainChallenger, job);
  const { verdict, why } = await run(createValidateActivities(deps).validateChallenger, job);
  assert.equal(verdict, "promote", why);
  assert.equal((await run(createValidateActivities(deps).smokeTest, job)).asked, 64);
  const challenger = (await versionOfCycle(deps.sql, cycleId))!;
  return { cycleId, challenger, evidence: (await getCycle(deps.sql, cycleId)).evidence! };
}

const EARLIER_MS = AS_OF_MS - 4 * 7 * DAY_MS;

Deno.test("own features are trained on and served as trained, and another definition of them serves no more", () =>
  inShop(async (deps) => {
    const { sql, models, store, clock } = deps;
    const first = await cycle(deps, 1, EARLIER_MS);
    const { auc } = first.evidence.challengerMetrics;
    assert.ok(auc! > 0.8, `the stars tell who buys: AUC ${auc}`);
    await deployVersion(deps, await getCycle(sql, first.cycleId), {
      challenger: first.challenger,
      why: "better",
    });

    const predictor = createPredictor({ sql, store, clock, models });
    const protocol = protocolOf(models.get("buyers")!, configOf(RetrainingConfig.parse(settings), "buyers"));
    const { users, features, width, own } = await buildFeatures(sql, protocol, EARLIER_MS);
    assert.deepEqual([width, own], [FEATURES.length + 1, ["newest_stars"]]);
    const scorer = loadScorer(await store.get(first.challenger.artefactSha256));
    const ask = async () => await predictor.predict({ model: "buyers", users, asOfMs: EARLIER_MS });
    const served = await ask();
    assert.equal(served.version, 1);
    assert.deepEqual(
      served.predictions.map(({ prediction }) => Math.fround(prediction!)),
      [...scorer.predictPacked(features, users.length)],
    );

    models.set("buyers", modelWith({ ownFeatures: [newestStars(2)] }));
    const anew = createPredictor({ sql, store, clock, models });
    const guess = await anew.predict({ model: "buyers", users, asOfMs: EARLIER_MS });
    assert.ok(guess.predictions.every(({ arm }) => arm === "baseline"), "version 1 knows other features");
    const second = await cycle(deps, 2, AS_OF_MS);
    assert.equal(second.evidence.against, "baseline");
    assert.notEqual(second.challenger.manifest.featureHash, first.challenger.manifest.featureHash);
  }));

Deno.test("without the feature the same model cannot tell who buys", () =>
  inShop(async (deps) => {
    deps.models.set("buyers", modelWith({}));
    await assert.rejects(cycle(deps, 1, EARLIER_MS), /reject|inconclusive|'promote'/);
    const challenger = (await versionOfCycle(deps.sql, "retrainer/buyers/cycle/1"))!;
    assert.ok(challenger.manifest.metrics.auc! < 0.7, `AUC ${challenger.manifest.metrics.auc}`);
  }));

Deno.test("own features are watched for drift, and the page shows them under their label", () =>
  inShop(async (deps) => {
    const { cycleId, challenger } = await cycle(deps, 1, EARLIER_MS);
    await deployVersion(deps, await getCycle(deps.sql, cycleId), { challenger, why: "better" });
    const driftWorkers = {
      compareWindows: (...args: Parameters<typeof compareWindows>) =>
        Promise.resolve(compareWindows(...args)),
    };
    const observing = { ...deps, driftWorkers: driftWorkers as never };
    const look = { model: "buyers", version: 1, key: "now", asOfMs: AS_OF_MS };
    const { report } = await observeDrift(observing, look);
    const shift = DriftReport.parse(report).features.find(({ feature }) => feature === "newest_stars");
    assert.ok(shift && shift.importance! > 0.1, `the stars matter: ${shift?.importance}`);
    const view = await readMonitoringView({ ...deps, log: () => undefined } as never, { model: "buyers" });
    assert.deepEqual(view!.labels, { newest_stars: "stars of the newest review" });
    assert.ok(view!.shapes!.newest_stars);
  }));
