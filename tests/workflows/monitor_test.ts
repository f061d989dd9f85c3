/** What the monitor promises, on the real Temporal server; the world behind the activities is in memory. */
import assert from "node:assert/strict";
import { ApplicationFailure } from "@temporalio/activity";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import type { Activities } from "../../activities/mod.ts";
import type { MonitorPlan } from "../../activities/monitor.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { ensureRetrainer } from "../../src/temporal/control_client.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { fakeActivities, World } from "./fake_world.ts";
import { ENDING, endWorker } from "../support/worker.ts";

const AS_OF = "2011-06-01T00:00:00.000Z";
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process

/** What the monitor's activities were asked, and what they answer. */
class Shop {
  plan: MonitorPlan = { events: false, models: [], waitMs: 60_000 };
  due: string[] = [];
  readonly looks: string[] = [];
  readonly delivered: string[] = [];
  turns = 0;
  fails = 0;
  alarm: string | null = null;

  activities(world: World): Partial<Activities> {
    return {
      ...fakeActivities(() => world),
      planLooks: () => {
        this.turns++;
        return Promise.resolve(this.plan);
      },
      observeEvents: () => {
        this.looks.push("events");
        if (this.fails-- > 0) throw ApplicationFailure.nonRetryable("the table is gone");
        return Promise.resolve({ asOf: AS_OF, observations: ["q"], text: "sound" });
      },
      observeModel: ({ model }) => {
        this.looks.push(model);
        return Promise.resolve({ asOf: AS_OF, observations: ["d"], text: "", alarm: this.alarm });
      },
      pruneLooks: () => Promise.resolve({ gone: 0 }),
      settleAlerts: () => Promise.resolve({ opened: 0 }),
      dueDeliveries: () => Promise.resolve(this.due),
      deliver: async ({ id }) => {
        this.delivered.push(id);
        return await Promise.resolve({ state: "delivered" as const });
      },
    };
  }
}

interface Bench {
  shop: Shop;
  world: World;
  client: Client;
  taskQueue: string;
  handle: ReturnType<Client["workflow"]["getHandle"]>;
}

/** A monitor on a task queue of its own. */
async function withMonitor(
  before: (shop: Shop) => void,
  work: (bench: Bench) => Promise<void>,
): Promise<void> {
  installRuntime(() => undefined);
  const { temporalAddress: address } = await sharedInstallation();
  const connection = await NativeConnection.connect({ address });
  const client = new Client({ connection });
  const shop = new Shop();
  const world = new World();
  const taskQueue = freshTaskQueue();
  before(shop);
  const worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: {
      codePath: await bundledWorkflows(cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() }), {
        queues: "one",
      }),
    },
    activities: shop.activities(world),
    ...ENDING,
  });
  const running = worker.run();
  const handle = await client.workflow.start("monitor", { workflowId: freshName("monitor"), taskQueue });
  try {
    await work({ shop, world, client, taskQueue, handle });
  } finally {
    await handle.terminate("the test has ended");
    await endWorker(worker, { running, connection });
  }
}

async function until(what: string, check: () => boolean): Promise<void> {
  assert.ok(
    await waitUntil(() => Promise.resolve(check()), { withinMs: 60_000, everyMs: 25 }),
    `in vain: ${what}`,
  );
}

Deno.test(
  "monitor() looks at the events before the models, and only at what is due",
  options,
  () =>
    withMonitor((shop) => {
      shop.plan = { events: true, models: ["churn", "spending"], waitMs: 60_000 };
    }, async ({ shop, handle }) => {
      await until("the looks", () => shop.looks.length === 3);
      assert.deepEqual(shop.looks, ["events", "churn", "spending"]);
      shop.plan = { ...shop.plan, events: false, models: [] };
      await handle.signal("wake");
      await until("a second turn", () => shop.turns === 2);
      assert.equal(shop.looks.length, 3);
    }),
);

Deno.test(
  "monitor() begins each delivery once, however often it is told that it is due",
  options,
  () =>
    withMonitor((shop) => {
      shop.due = [crypto.randomUUID(), crypto.randomUUID()];
    }, async ({ shop, handle }) => {
      await until("the deliveries", () => shop.delivered.length === 2);
      await handle.signal("wake");
      await until("a second turn", () => shop.turns >= 2);
      shop.due.push(crypto.randomUUID());
      await handle.signal("wake");
      await until("the new delivery", () => shop.delivered.length === 3);
      assert.deepEqual([...shop.delivered].sort(), [...shop.due].sort());
    }),
);

Deno.test("monitor() goes on after a look that failed", options, () =>
  withMonitor((shop) => {
    shop.plan = { events: true, models: [], waitMs: 60_000 };
    shop.fails = 1;
  }, async ({ shop, handle }) => {
    await until("the look", () => shop.looks.length === 1);
    await handle.signal("wake");
    await until("another look", () => shop.looks.length === 2);
  }));

Deno.test(
  "monitor() has the retrainer check at once, when a model turned for the worse",
  options,
  () =>
    withMonitor((shop) => {
      shop.plan = { events: false, models: [], waitMs: 60_000 };
    }, async ({ shop, world, client, taskQueue, handle }) => {
      const model = freshName("model");
      world.answer = "wait";
      await ensureRetrainer(client, { model, taskQueue, active: true });
      await until("the first check", () => world.checks.length === 1);
      shop.alarm = "its loss rose";
      shop.plan = { events: false, models: [model], waitMs: 60_000 };
      await handle.signal("wake");
      await until("the check", () => world.checks.length === 2);
      assert.equal(world.checks[1].trigger, "alarm");
      await client.workflow.getHandle(`retrainer/${model}`).terminate("the test has ended");
    }),
);
