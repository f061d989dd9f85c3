/** A shop whose cycle trains over shards, and the activities of that on it: the same in every process. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { type NativeConnection, Worker } from "@temporalio/worker";
import { forTemporal } from "../../activities/context.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { createShardActivities } from "../../activities/shards.ts";
import { createSnapshotActivities } from "../../activities/snapshot.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import type { Database } from "../../src/db/connect.ts";
import { openCycle } from "../../src/db/cycles/cycles.ts";
import { decodeArtifact } from "../../src/training/artifact.ts";
import { startBackend } from "../../src/training/backend.ts";
import { compete } from "../../src/training/compete.ts";
import { decodeRounds, sumShard } from "../../src/training/rounds.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { decodeShard } from "../../src/training/shards.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { queueOf } from "../../workflows/queues.ts";
import { ENDING } from "../support/worker.ts";
import { quietReporter } from "../training/rows_of.ts";
import { AS_OF_MS, depsOf as federatedDeps, MODEL } from "./federated_shop.ts";

/** Trains in the test's own thread. */
const trainer = {
  compete: (request) => compete(request, quietReporter()),
  sumShard: ({ artifact, state, shard }) =>
    sumShard(decodeArtifact(artifact), decodeRounds(state), decodeShard(shard)),
  score: (artefact, features, n) => Promise.resolve(loadScorer(artefact).predictPacked(features, n)),
} as Pick<Trainer, "compete" | "sumShard" | "score"> as Trainer;

export async function depsOf(sql: Database, folder: string): Promise<ActivityDeps> {
  await startBackend();
  return { ...federatedDeps(sql, folder), trainer };
}

/** Asks for shards, and begins a cycle. */
export async function beginCycle(
  { sql, ...rest }: ActivityDeps,
  number: number,
  settings: Partial<RetrainingConfig>,
) {
  const { version, config } = await currentConfig(sql);
  await saveConfig(sql, { config: { ...config, ...settings }, after: version, by: "a test", why: "shards" });
  const cycleId = `retrainer/${MODEL}/cycle/${number}`;
  const asOf = new Date(AS_OF_MS).toISOString();
  await openCycle(sql, {
    id: cycleId,
    model: MODEL,
    number,
    runId: "r",
    trigger: "force",
    requestedBy: "ann",
    asOf,
    reasons: [],
    champion: null,
  });
  const { takeSnapshot } = createSnapshotActivities({ sql, ...rest });
  const snapshot = await run(takeSnapshot, { cycleId, model: MODEL, asOf });
  return { job: { cycleId, model: MODEL, snapshotId: snapshot.snapshotId }, snapshot };
}

/** Runs an activity without a worker. */
export const run = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(activity as never, input as never) as Promise<O>;

/** Workers on the queues of all kinds of work. */
export const createWorkers = (
  { connection, taskQueue, cache, activities }: {
    connection: NativeConnection;
    taskQueue: string;
    cache: string;
    activities: Activities;
  },
): Promise<Worker[]> =>
  Promise.all((["light", "features", "training"] as const).map(async (kind) =>
    await Worker.create({
      connection,
      taskQueue: queueOf(taskQueue, kind),
      ...kind === "light" && { workflowBundle: { codePath: await bundledWorkflows(cache) } },
      activities,
      ...ENDING,
      maxHeartbeatThrottleInterval: "100ms",
      defaultHeartbeatThrottleInterval: "100ms",
    })
  ));

type Activities = ReturnType<typeof createShardActivities>;

/** The real activities; a test may let something happen before a shard is summed. */
export function activitiesOf(
  deps: ActivityDeps,
  before: () => Promise<void> = () => Promise.resolve(),
): Activities {
  const real = createShardActivities(deps);
  return forTemporal({
    ...real,
    async sumShard(input: Parameters<Activities["sumShard"]>[0]) {
      await before();
      return await real.sumShard(input);
    },
  });
}
