/**
 * A worker for federated rounds in a process of its own, to be killed: DATABASE FOLDER TEMPORAL QUEUE CACHE [ROUND STEP].
 * With a round and a step it dies by SIGKILL in the midst of the third participant's.
 */
import { NativeConnection, Worker } from "@temporalio/worker";
import { connect } from "../../src/db/connect.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { ENDING } from "../support/worker.ts";
import { activitiesOf, depsOf } from "./federated_shop.ts";

const [database, folder, address, taskQueue, cache, dieRound, dieStep] = Deno.args;
let met = 0;
installRuntime(() => undefined);
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  workflowBundle: { codePath: await bundledWorkflows(cache) },
  activities: activitiesOf(depsOf(connect(database), folder), ({ round, step }) => {
    if (round === Number(dieRound) && step === dieStep && ++met === 3) Deno.kill(Deno.pid, "SIGKILL");
    return Promise.resolve();
  }),
  ...ENDING,
  maxHeartbeatThrottleInterval: "100ms",
  defaultHeartbeatThrottleInterval: "100ms",
});
await worker.run();
