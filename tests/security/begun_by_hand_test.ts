/** Workflows begun by hand with an input that is none: they end, and no task of theirs is tried again for ever. */
import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import * as workflows from "../../workflows/mod.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { fakeActivities, World } from "../workflows/fake_world.ts";

/** Those that do without: what they are told is nothing, or a word that no activity takes for another. */
const WITHOUT_INPUT = ["cleanup", "monitor", "reconcile", "sweep"];
/** None of these is what a workflow is begun with. */
const INPUTS: unknown[][] = [[], [null], ["x"], [5], [[]], [{}], [{
  constructor: null,
  request: {},
  run: 7,
}]];

const types = Object.keys(workflows).filter((name) => !WITHOUT_INPUT.includes(name));

Deno.test({
  name: "a workflow that is begun by hand with no input of its kind fails, and is tried no more",
  sanitizeOps: false, // the SDK keeps its native runtime for the process
  sanitizeResources: false,
  fn: async () => {
    installRuntime(() => undefined);
    const connection = await NativeConnection.connect({
      address: (await sharedInstallation()).temporalAddress,
    });
    const { workflow } = new Client({ connection });
    const [taskQueue, world, name] = [freshTaskQueue(), new World(), freshName("hand")];
    const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
    const worker = await Worker.create({
      connection,
      taskQueue,
      workflowBundle: { codePath: await bundledWorkflows(cache, { queues: "one" }) },
      activities: fakeActivities(() => world),
      shutdownGraceTime: "1 second",
    });
    assert.ok(types.length >= 9, types.join(" "));
    await worker.runUntil(async () => {
      for (const type of types) {
        const begun = INPUTS.map((args, n) =>
          workflow.execute(type, { workflowId: `${name}/${type}/${n}`, taskQueue, args })
        );
        const ended = await Promise.allSettled(begun);
        for (const [n, one] of ended.entries()) {
          const why = one.status === "rejected" ? String(one.reason.cause?.message) : "it went on";
          assert.match(why, /Cannot run \w+: its input has no "\w+"/, `${type} ${JSON.stringify(INPUTS[n])}`);
        }
      }
    });
    await connection.close();
  },
});
