/** A worker for trainings over shards in a process of its own: DATABASE FOLDER TEMPORAL QUEUE CACHE [SUM], at which it dies by SIGKILL. */
import { NativeConnection } from "@temporalio/worker";
import { connect } from "../../src/db/connect.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { activitiesOf, createWorkers, depsOf } from "./sharded_shop.ts";

const [database, folder, address, taskQueue, cache, fatal] = Deno.args;
let met = 0;
installRuntime(() => undefined);
const deps = await depsOf(connect(database), folder);
const activities = activitiesOf(deps, () => {
  if (++met === Number(fatal)) Deno.kill(Deno.pid, "SIGKILL");
  return Promise.resolve();
});
const connection = await NativeConnection.connect({ address });
const workers = await createWorkers({ connection, taskQueue, cache, activities });
await Promise.all(workers.map((worker) => worker.run()));
