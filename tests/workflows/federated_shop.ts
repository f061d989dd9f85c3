/** A shop in five countries, whose shoppers keep to their habits, and the activities of federated rounds on it. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { forTemporal } from "../../activities/context.ts";
import type { FederatedDeps } from "../../activities/federated/deps.ts";
import { createFederatedActivities } from "../../activities/federated/mod.ts";
import { createSnapshotActivities } from "../../activities/snapshot.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { seededRandom } from "../../src/core/random.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { saveConfig } from "../../src/db/config/config_versions.ts";
import type { Database } from "../../src/db/connect.ts";
import { openCycle } from "../../src/db/cycles/cycles.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { addFederatedRun } from "../../src/db/federated/runs.ts";
import { FederatedPlan } from "../../src/federated/plan.ts";
import { defineModel } from "../../src/models/model.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { event, pseudonym } from "../db/events_support.ts";

const FIRST_MS = Date.UTC(2024, 0, 1);
const WEEKS = 18;
export const AS_OF_MS = FIRST_MS + WEEKS * 7 * DAY_MS;
export const COUNTRIES = ["France", "Germany", "Netherlands", "Spain", "United Kingdom"];
export const MODEL = "regulars";

const model = defineModel({
  name: MODEL,
  kind: "classification",
  question: "Will this shopper buy within the week?",
  unit: "probability",
  primaryMetric: "auc",
  loss: "logLoss",
  metrics: ["auc", "logLoss"],
  label: (future) => future.some((day) => day.purchases > 0) ? 1 : 0,
  network: "an exact logistic regression",
  candidates: [{ family: "linear", name: "linear", inputs: "log+raw", target: "identity" }],
});

/** Twenty shoppers a country, some of whom buy nearly every week and some hardly ever. */
function events() {
  const random = seededRandom(18);
  return COUNTRIES.flatMap((country) =>
    Array.from({ length: 20 }, (_, i) => {
      const userKey = pseudonym(`${country} ${i}`);
      const often = i % 2 === 0 ? 0.85 : 0.2;
      return Array.from({ length: WEEKS }, (_, week) => {
        const atMs = FIRST_MS + week * 7 * DAY_MS + DAY_MS;
        const view = event({ userKey, country, type: "view", price: null, amount: null, atMs });
        return random() < often ? [view, event({ userKey, country, atMs: atMs + DAY_MS })] : [view];
      }).flat();
    }).flat()
  );
}

/** What activities need on a database and a folder: the same in every process. */
export function depsOf(sql: Database, folder: string): FederatedDeps {
  const trainer = {
    score: (artefact, features, n) => Promise.resolve(loadScorer(artefact).predictPacked(features, n)),
  } as Pick<Trainer, "score"> as Trainer;
  return {
    sql,
    store: fileArtefacts(folder),
    trainer,
    models: new Map([[MODEL, model]]),
    clock: () => AS_OF_MS,
    codeVersion: "c1",
    federationSecret: new Uint8Array(32).fill(8), // noise on a hundred shoppers hides their number for one secret in six
  };
}

export async function fillShop(sql: Database): Promise<void> {
  await insertEvents(sql, events());
  const config = RetrainingConfig.parse({
    horizon_days: 7,
    active_days: 28,
    activity: "any",
    step_days: 7,
    min_validation_rows: 50,
    validation_rows: 200,
  });
  await saveConfig(sql, { config, after: 0, by: "a test", why: "weekly" });
}

/** Runs an activity without a worker. */
export const run = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(activity as never, input as never) as Promise<O>;

/** Asks for a federated training, and begins the cycle that carries it out. */
export async function beginCycle(
  deps: FederatedDeps,
  number: number,
  plan: Partial<FederatedPlan>,
): Promise<{ cycleId: string; model: string; snapshotId: string; run: string }> {
  const cycleId = `retrainer/${MODEL}/cycle/${number}`;
  const id = `asked-${number}`; // the noise follows from it, and is the same each time
  const whole = FederatedPlan.parse({ rounds: 3, leastShoppers: 5, leastParticipants: 3, ...plan });
  await addFederatedRun(deps.sql, { id, model: MODEL, plan: whole, requestedBy: "ann", why: "to see" });
  await openCycle(deps.sql, {
    id: cycleId,
    model: MODEL,
    number,
    runId: "r",
    trigger: "force",
    requestedBy: "ann",
    asOf: new Date(AS_OF_MS).toISOString(),
    reasons: [],
    champion: null,
  });
  const { snapshotId, federated } = await run(createSnapshotActivities(deps).takeSnapshot, {
    cycleId,
    model: MODEL,
    asOf: new Date(AS_OF_MS).toISOString(),
  });
  return { cycleId, model: MODEL, snapshotId, run: federated! };
}

type Activities = ReturnType<typeof createFederatedActivities>;

/** The real activities, of which a test may make some participants' steps fail. */
export function activitiesOf(
  deps: FederatedDeps,
  before: (step: Parameters<Activities["federatedStep"]>[0]) => Promise<void> = () => Promise.resolve(),
): Activities {
  const real = createFederatedActivities(deps);
  return forTemporal({
    ...real,
    async federatedStep(step: Parameters<Activities["federatedStep"]>[0]) {
      await before(step);
      return await real.federatedStep(step);
    },
  });
}
