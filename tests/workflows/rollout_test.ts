/** Rollouts and approvals on the real Temporal server; the world behind the activities is in memory. */
import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import {
  ensureRetrainer,
  ensureRollout,
  retrainerId,
  temporalControl,
} from "../../src/temporal/control_client.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { fakeActivities, hopeless, World } from "./fake_world.ts";
import { ENDING, endWorker } from "../support/worker.ts";

const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const worlds = new Map<string, World>();
const taskQueue = freshTaskQueue();
let connection: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;

Deno.test.beforeAll(async () => {
  installRuntime(() => undefined);
  const { temporalAddress: address } = await sharedInstallation();
  connection = await NativeConnection.connect({ address });
  client = new Client({ connection });
  worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: await bundledWorkflows(cache, { queues: "one" }) },
    activities: fakeActivities((model) => worlds.get(model)!),
    ...ENDING,
  });
  running = worker.run();
});

Deno.test.afterAll(async () => {
  await endWorker(worker, { running, connection });
});

/** A world of a model of its own; its retrainer runs only where a test forces a cycle. */
function aWorld(over: Partial<World> = {}) {
  const model = freshName("model");
  const world = Object.assign(new World(), over);
  worlds.set(model, world);
  return { model, world, control: temporalControl(client, { taskQueue }) };
}

const begun = (world: World) => world.steps.filter((step) => !step.endsWith(" ended"));
async function until(what: string, check: () => boolean): Promise<void> {
  const inTime = await waitUntil(() => Promise.resolve(check()), { withinMs: 60_000, everyMs: 25 });
  assert.ok(inTime, `in vain: ${what}`);
}

async function forced({ model, control }: ReturnType<typeof aWorld>): Promise<void> {
  await ensureRetrainer(client, { model, taskQueue, active: false });
  await control.force(model, { requestId: "r1", by: "ann", why: "to see" });
}
const end = (model: string) => client.workflow.getHandle(retrainerId(model)).terminate("the test has ended");

Deno.test("rollout() looks until it has ended, and concludes once", options, async () => {
  const { model, world } = aWorld({
    intervalMs: 50,
    looks: [{ ended: false, text: "too few" }, { ended: false, text: "25 %" }, {
      ended: true,
      text: "proven",
    }],
  });
  const id = `rollout/${model}/v2`;
  await ensureRollout(client, { id, model, replayed: false, taskQueue });
  await ensureRollout(client, { id, model, replayed: false, taskQueue });
  assert.equal(await client.workflow.getHandle(id).result(), "promoted");
  assert.deepEqual(begun(world), ["look 1", "look 2", "look 3", "conclude"]);
});

Deno.test("rollout() looks again at once when it is told that something happened", options, async () => {
  const { model, world, control } = aWorld({
    looks: [{ ended: false, text: "too few" }, { ended: true, text: "taken back by hand" }],
  });
  const id = `rollout/${model}/v2`;
  await ensureRollout(client, { id, model, replayed: false, taskQueue });
  await until("its first look", () => world.steps.includes("look 1 ended"));
  await control.wakeRollout(id);
  await client.workflow.getHandle(id).result();
  assert.deepEqual(begun(world), ["look 1", "look 2", "conclude"]);
  await control.wakeRollout(id); // it has ended: nobody is there to hear it
});

Deno.test("rollout() of a replayed history looks when it is told to, as of then", options, async () => {
  const { model, world, control } = aWorld({
    looks: [{ ended: false, text: "too few" }, { ended: true, text: "worse" }],
  });
  const id = `rollout/${model}/v2`;
  await ensureRollout(client, { id, model, replayed: true, taskQueue });
  const first = await control.lookAtRollout(id, { asOf: "2011-06-01T00:00:00.000Z", traffic: true });
  assert.deepEqual(first, { ended: false, text: "too few" });
  const second = await control.lookAtRollout(id, { asOf: "2011-07-01T00:00:00.000Z", traffic: true });
  assert.deepEqual(second, { ended: true, text: "worse" });
  await client.workflow.getHandle(id).result();
  assert.deepEqual(begun(world), [
    "look 1 as of 2011-06-01T00:00:00.000Z",
    "traffic",
    "look 2 as of 2011-07-01T00:00:00.000Z",
    "conclude",
  ]);
});

Deno.test("a look that fails for a while is tried again, as the same look", options, async () => {
  const { model, world } = aWorld();
  let failures = 0;
  world.failing.set("look 1", () => failures++ < 2 ? new Error("the database is gone") : undefined);
  const id = `rollout/${model}/v2`;
  await ensureRollout(client, { id, model, replayed: false, taskQueue });
  await client.workflow.getHandle(id).result();
  assert.deepEqual(begun(world), ["look 1", "look 1", "look 1", "conclude"]);
});

Deno.test("beginRollout() begins what a person asked for before it looks, once", options, async () => {
  const { model, world, control } = aWorld();
  const id = `rollout/${model}/drill-1`;
  const wanted = { id, model, version: { drill: { strength: 1 } }, requestId: "r1", by: "ann", why: "drill" };
  await control.beginRollout(wanted);
  await client.workflow.getHandle(id).result();
  assert.deepEqual(begun(world), ["begin rollout", "look 1", "conclude"]);
});

Deno.test("a cycle hands its version over to a rollout, and ends", options, async () => {
  const one = aWorld();
  const { model, world } = one;
  const id = `rollout/${model}/v1`;
  world.rollout = id;
  await forced(one);
  await until("the cycle's end", () => world.outcomes.length === 1);
  assert.deepEqual(world.outcomes, ["rolling out"]);
  await until("the rollout", () => world.steps.includes("conclude ended"));
  const steps = begun(world);
  assert.deepEqual(steps.slice(steps.indexOf("smoke test")), [
    "smoke test",
    "ask",
    "deploy",
    "report",
    "look 1",
    "conclude",
  ]);
  await end(model);
});

Deno.test("a cycle waits for a person, and goes on when they approve", options, async () => {
  const one = aWorld({ approval: { decision: null, waitMs: 3_600_000 } as World["approval"] });
  const { model, world, control } = one;
  await forced(one);
  await until("the question", () => world.steps.includes("read approval ended"));
  assert.ok(!world.steps.includes("deploy"), "nothing is deployed meanwhile");
  world.approval = { decision: "approved" } as World["approval"];
  await control.decided(`retrainer/${model}/cycle/1`);
  await until("the cycle's end", () => world.outcomes.length === 1);
  assert.deepEqual(world.outcomes, ["deployed"]);
  await end(model);
});

for (const decision of ["rejected", "expired"] as const) {
  Deno.test(
    `a cycle whose version is ${decision} ends rejected, with nothing deployed`,
    options,
    async () => {
      const one = aWorld({ approval: { decision: null, waitMs: 100 } as World["approval"] });
      const { model, world } = one;
      await forced(one);
      await until(
        "it is asked again in time",
        () => begun(world).filter((s) => s === "read approval").length >= 2,
      );
      world.approval = { decision } as World["approval"];
      await until("the cycle's end", () => world.outcomes.length === 1);
      assert.deepEqual([world.outcomes, world.steps.includes("deploy")], [["rejected"], false]);
      await end(model);
    },
  );
}

Deno.test("a cycle that cannot be handed over fails, and says why", options, async () => {
  const one = aWorld();
  one.world.failing.set("deploy", () => hopeless("another version serves by now"));
  await forced(one);
  await until("the cycle's end", () => one.world.outcomes.length === 1);
  assert.deepEqual(one.world.outcomes, ["failed"]);
  await end(one.model);
});
