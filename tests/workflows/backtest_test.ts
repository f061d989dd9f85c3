/** Backtests on the real Temporal server; the world behind the activities is in memory. */
import assert from "node:assert/strict";
import { ApplicationFailure } from "@temporalio/activity";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import type { BacktestActivities } from "../../activities/mod.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { ensureBacktest, temporalControl } from "../../src/temporal/control_client.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { ENDING, endWorker } from "../support/worker.ts";

const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const taskQueue = freshTaskQueue();
const MOMENTS = 3;
const POLICIES = 5;
let connection: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;

/** What one backtest asked of the world. */
class Asked {
  lanes = 1;
  walking = 0;
  most = 0;
  recorded: string[] = [];
  ends: string[] = [];
  failing: number | null = null;
  /** the policy that runs on what serves */
  live: number | null = null;
  /** the moments that were checked there, and the cycles that steps were recorded with */
  checked: number[] = [];
  cycles: (string | undefined)[] = [];
  held: Promise<void> = Promise.resolve();
}
const worlds = new Map<string, Asked>();
const world = (over: Partial<Asked> = {}) => {
  const id = freshName("backtest");
  const made = Object.assign(new Asked(), over);
  worlds.set(id, made);
  return { id, asked: made };
};

const activities: BacktestActivities = {
  openBacktest: ({ backtest }) =>
    Promise.resolve({
      policies: POLICIES,
      models: 1,
      moments: MOMENTS,
      lanes: worlds.get(backtest)!.lanes,
      ended: false,
    }),
  openLane({ backtest, policy }) {
    const asked = worlds.get(backtest)!;
    asked.most = Math.max(asked.most, ++asked.walking);
    return Promise.resolve({ label: `p${policy}`, ended: false });
  },
  planStep: ({ backtest, policy, moment }) =>
    Promise.resolve({
      scope: worlds.get(backtest)!.live === policy ? undefined : "backtest_x_0",
      label: `p${policy}`,
      model: "m",
      asOf: "2011-02-01T00:00:00.000Z",
      number: moment + 1,
      done: false,
      looks: false,
    }),
  decideStep({ backtest, policy }) {
    if (worlds.get(backtest)!.failing === policy) throw ApplicationFailure.nonRetryable("no such policy");
    return worlds.get(backtest)!.live === policy
      ? Promise.resolve({ run: "cycle", trigger: "replay", why: "" })
      : Promise.resolve({ run: "nothing", trigger: null, why: "" });
  },
  checkLive({ backtest, moment }) {
    worlds.get(backtest)!.checked.push(moment);
    return Promise.resolve({ outcome: "wait", cycleId: "retrainer/m/cycle/7" });
  },
  trainStep: () => Promise.resolve(),
  async recordStep({ backtest, policy, moment, cycleId }) {
    const asked = worlds.get(backtest)!;
    if (policy === asked.live) asked.cycles.push(cycleId);
    asked.recorded.push(`${policy}/${moment}`);
    await asked.held;
  },
  closeLane({ backtest, policy, state }) {
    const asked = worlds.get(backtest)!;
    asked.walking--;
    asked.ends.push(`${policy} ${state}`);
    return Promise.resolve();
  },
  closeBacktest({ backtest, cancelled }) {
    worlds.get(backtest)!.ends.push(cancelled ? "cancelled" : "closed");
    return Promise.resolve({ state: cancelled ? "cancelled" : "finished", text: "" });
  },
};

Deno.test.beforeAll(async () => {
  installRuntime(() => undefined);
  const { temporalAddress: address } = await sharedInstallation();
  connection = await NativeConnection.connect({ address });
  client = new Client({ connection });
  const workflowBundle = { codePath: await bundledWorkflows(cache, { queues: "one" }) };
  worker = await Worker.create({ connection, taskQueue, workflowBundle, activities, ...ENDING });
  running = worker.run();
});

Deno.test.afterAll(async () => {
  await endWorker(worker, { running, connection });
});

const result = (id: string) => client.workflow.getHandle(`backtest/${id}`).result();

for (const lanes of [1, 3]) {
  Deno.test(
    `backtest() walks ${lanes} of its policies at once, each moment of each once`,
    options,
    async () => {
      const { id, asked } = world({ lanes });
      await ensureBacktest(client, { id, taskQueue });
      await ensureBacktest(client, { id, taskQueue });
      assert.equal(await result(id), "finished");
      assert.equal(asked.most, lanes);
      assert.deepEqual([asked.recorded.length, new Set(asked.recorded).size], [
        POLICIES * MOMENTS,
        POLICIES * MOMENTS,
      ]);
      assert.equal(asked.ends.length, POLICIES + 1);
      assert.equal(asked.ends.at(-1), "closed", "after every policy");
    },
  );
}

Deno.test("backtest() goes on with the others where a policy fails", options, async () => {
  const { id, asked } = world({ lanes: 2, failing: 1 });
  await ensureBacktest(client, { id, taskQueue });
  assert.equal(await result(id), "finished");
  assert.deepEqual(asked.ends.toSorted(), [
    "0 finished",
    "1 failed",
    "2 finished",
    "3 finished",
    "4 finished",
    "closed",
  ]);
});

Deno.test(
  "backtest() has the retrainer itself check for a policy that runs on what serves",
  options,
  async () => {
    const { id, asked } = world({ live: 0 });
    await ensureBacktest(client, { id, taskQueue });
    assert.equal(await result(id), "finished");
    assert.deepEqual(asked.checked, [0, 1, 2]);
    assert.deepEqual(asked.cycles, Array(MOMENTS).fill("retrainer/m/cycle/7"));
    assert.equal(asked.recorded.length, POLICIES * MOMENTS);
  },
);

Deno.test("backtest() told to end closes what is open, once", options, async () => {
  const gate = Promise.withResolvers<void>();
  const { id, asked } = world({ lanes: 2, held: gate.promise });
  await ensureBacktest(client, { id, taskQueue });
  const begun = () => Promise.resolve(asked.recorded.length === 2);
  assert.ok(await waitUntil(begun, { withinMs: 60_000, everyMs: 25 }));
  assert.ok(await temporalControl(client, { taskQueue }).cancelBacktest(id));
  gate.resolve();
  assert.equal(await result(id), "cancelled");
  assert.deepEqual([asked.ends, asked.recorded.length], [["cancelled"], 2]);
});
