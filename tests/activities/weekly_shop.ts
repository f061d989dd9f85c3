/** A shop of a hundred shoppers who review each week, and whose stars tell whether they buy: activities run on it as they are. */
import assert from "node:assert/strict";
import { MockActivityEnvironment } from "@temporalio/testing";
import type { ActivityDeps } from "../../activities/deps.ts";
import { createSnapshotActivities } from "../../activities/snapshot.ts";
import { createTrainActivities } from "../../activities/train.ts";
import { createValidateActivities } from "../../activities/validate.ts";
import { withDeclared } from "../../src/config/declared.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { seededRandom } from "../../src/core/random.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { saveConfig } from "../../src/db/config/config_versions.ts";
import { getCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { versionOfCycle } from "../../src/db/models/versions.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import type { Seen } from "../../src/features/own.ts";
import { defineModel, type ModelDefinition } from "../../src/models/model.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { compete } from "../../src/training/compete.ts";
import { startBackend } from "../../src/training/backend.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { withDatabase } from "../db/database.ts";
import { event, pseudonym } from "../db/events_support.ts";
import { quietReporter } from "../training/rows_of.ts";

export const FIRST_MS = Date.UTC(2024, 0, 1);
export const WEEKS = 20;
export const AS_OF_MS = FIRST_MS + WEEKS * 7 * DAY_MS;
const iso = (ms: number) => new Date(ms).toISOString();
export const settings = {
  horizon_days: 7,
  active_days: 14,
  activity: "any",
  step_days: 7,
  min_validation_rows: 50,
  validation_rows: 100,
  refit: false,
} as const;

export const newestStars = (version: number) => ({
  name: "newest_stars",
  means: "stars of the newest review",
  version,
  of: ({ days }: Pick<Seen, "days">) => days.flatMap((day) => day.own ?? []).at(-1)?.fields.stars ?? null,
});

/** Whether a shopper buys within the week: the stars of the newest review tell, and nothing else does. */
export const modelWith = (declared: Partial<ModelDefinition>) =>
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
function weeklyReviews(): AcceptedEvent[] {
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
  warm: () => undefined,
} as Pick<Trainer, "compete" | "score" | "warm"> as Trainer;

/** What activities of the shop are given. */
export type ShopDeps = ActivityDeps & { models: Map<string, ModelDefinition> };

export const inShop = (
  work: (deps: ShopDeps) => Promise<void>,
  model: ModelDefinition = modelWith({ ownFeatures: [newestStars(1)] }),
  events: readonly AcceptedEvent[] = weeklyReviews(),
) =>
  withDatabase(async (sql) => {
    await startBackend();
    const folder = await Deno.makeTempDir();
    const store = fileArtefacts(folder);
    const models = new Map([[model.name, model]]);
    const deps = { sql, store, trainer, models, clock: () => AS_OF_MS, codeVersion: "c1" };
    await insertEvents(sql, events);
    const plain = RetrainingConfig.parse(settings);
    const config = withDeclared(plain, [model], []) ?? plain;
    await saveConfig(sql, { config, after: 0, by: "a test", why: "weekly" });
    await work(deps).finally(() => Deno.remove(folder, { recursive: true }));
  });

export const run = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(activity as never, input as never) as Promise<O>;

/** A cycle up to its verdict. @param options.passes whether its version has to pass; left out: it has to */
export async function cycle(deps: ActivityDeps, number: number, asOfMs: number, { passes = true } = {}) {
  const [model] = deps.models.keys();
  const cycleId = `retrainer/${model}/cycle/${number}`;
  await openCycle(deps.sql, {
    id: cycleId,
    model,
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
    model,
    asOf: iso(asOfMs),
  });
  const job = { cycleId, model, snapshotId };
  await run(createTrainActivities(deps).trainChallenger, job);
  const { verdict, why } = await run(createValidateActivities(deps).validateChallenger, job);
  if (passes) assert.equal(verdict, "promote", why);
  if (passes) assert.equal((await run(createValidateActivities(deps).smokeTest, job)).asked, 64);
  const challenger = (await versionOfCycle(deps.sql, cycleId))!;
  return { cycleId, challenger, evidence: (await getCycle(deps.sql, cycleId)).evidence! };
}

export const EARLIER_MS = AS_OF_MS - 4 * 7 * DAY_MS;
