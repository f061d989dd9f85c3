/** A worker that sums one shard at a time, in a process of its own: DATABASE FOLDER TEMPORAL QUEUE. */
import { NativeConnection, Worker } from "@temporalio/worker";
import { forTemporal } from "../../activities/context.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { createShardActivities } from "../../activities/shards.ts";
import { systemClock } from "../../src/core/clock.ts";
import { connect } from "../../src/db/connect.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { createTrainer } from "../../src/training/trainer.ts";

const [database, folder, address, taskQueue] = Deno.args;
installRuntime(() => undefined);
const deps: ActivityDeps = {
  sql: connect(database, { max: 2 }),
  store: fileArtefacts(folder),
  trainer: await createTrainer({ workers: 1 }),
  models: new Map(),
  clock: systemClock,
  codeVersion: "bench",
};
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  activities: forTemporal({
    ...createShardActivities(deps),
    // no cycle is there to have a version: what the rounds came to is told instead
    closeShardTraining: ({ state }: { state: string }) =>
      Promise.resolve({ version: 1, candidate: state, rows: 0 }),
  }),
  maxConcurrentActivityTaskExecutions: 1,
});
console.log("ready");
await worker.run();
