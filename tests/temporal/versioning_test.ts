/** Workers of two builds side by side on a real Temporal server. */
import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { readQueues } from "../../src/temporal/control_client.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { becomeCurrent, versionedBy } from "../../src/temporal/versioning.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { ENDING } from "../support/worker.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process

Deno.test(
  "becomeCurrent() hands workflows over to a new build, and not back to an old one that starts again",
  options,
  async () => {
    installRuntime(() => undefined);
    const { temporalAddress: address } = await sharedInstallation();
    const connection = await NativeConnection.connect({ address });
    const client = new Client({ connection });
    const namespace = "default";
    const taskQueue = freshTaskQueue();
    const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
    const codePath = await bundledWorkflows(cache, { queues: "one" });
    const sweptBy: string[] = [];
    const ending = new AbortController();
    const started: { worker: Worker; running: Promise<void> }[] = [];
    const start = async (buildId: string) => {
      const build = { deploymentName: taskQueue, buildId };
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue,
        workflowBundle: { codePath },
        workerDeploymentOptions: versionedBy(build),
        activities: {
          sweepArtefacts() {
            sweptBy.push(buildId);
            return { orphans: 0, deleted: 0 };
          },
        },
        ...ENDING,
      });
      started.push({ worker, running: worker.run() });
      const limits = { namespace, signal: ending.signal, log: () => undefined };
      return await becomeCurrent(connection.workflowService, build, limits);
    };
    const sweep = () => client.workflow.execute("sweep", { workflowId: freshName("sweep"), taskQueue });
    const sweptUntil = (buildId: string) =>
      waitUntil(async () => {
        await sweep();
        return sweptBy.at(-1) === buildId;
      }, { withinMs: 60_000, everyMs: 100 });
    try {
      assert.equal(await start("old"), true);
      assert.ok(await sweptUntil("old"));
      assert.equal(await start("new"), true);
      assert.ok(await sweptUntil("new"), "the new build takes what begins now, the old one still runs");
      const [first] = started.splice(0, 1);
      first.worker.shutdown();
      await first.running;
      assert.equal(await start("old"), false);
      sweptBy.length = 0;
      for (let i = 0; i < 3; i++) await sweep();
      assert.deepEqual(sweptBy, ["new", "new", "new"]);
      const [workflows] = await readQueues(client, taskQueue);
      assert.ok(workflows.pollers > 0, "versioned workers are seen");
    } finally {
      ending.abort();
      started.forEach(({ worker }) => worker.shutdown());
      await Promise.all(started.map(({ running }) => running));
      await connection.close();
    }
  },
);
