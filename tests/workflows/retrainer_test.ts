/** What the workflows promise, on the real Temporal server; the world behind the activities is in memory. */
import assert from "node:assert/strict";
import { Client, WorkflowUpdateFailedError } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { cacheHome } from "../../src/embedded/home.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { findTemporal } from "../../src/embedded/temporal_binary.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import {
  checkAsOf,
  ensureRetrainer,
  retrainerId,
  temporalControl,
} from "../../src/temporal/control_client.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import type { RetrainerStatus } from "../../workflows/messages.ts";
import { freshName, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { fakeActivities, hopeless, World } from "./fake_world.ts";
import { ENDING, endWorker } from "../support/worker.ts";

const hostEnvironment = { env: Deno.env.toObject(), uid: Deno.uid() };
const cache = cacheHome(hostEnvironment);
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
/** the worlds of retrainers, and of cycles that a test runs by itself */
const worlds = new Map<string, World>();
const cycleWorlds = new Map<string, World>();
const taskQueue = freshTaskQueue();
let address: string;
let connection: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;
let outage: Bench;

Deno.test.beforeAll(async () => {
  installRuntime(() => undefined);
  ({ temporalAddress: address } = await sharedInstallation());
  connection = await NativeConnection.connect({ address });
  client = new Client({ connection });
  worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: await bundledWorkflows(cache, { queues: "one" }) },
    activities: fakeActivities((model) => (worlds.get(model) ?? cycleWorlds.get(model))!),
    ...ENDING,
    maxHeartbeatThrottleInterval: "100ms",
    defaultHeartbeatThrottleInterval: "100ms",
  });
  running = worker.run();
  outage = await bench({ before: (world) => failOnce(world, "noteRetrainer", hopeless("no such table")) });
});

Deno.test.afterAll(async () => {
  const ids = [...worlds.keys()].map(retrainerId);
  await Promise.all(ids.map((id) => client.workflow.getHandle(id).terminate("the tests have ended")));
  await endWorker(worker, { running, connection });
});

interface Bench {
  model: string;
  world: World;
  handle: ReturnType<Client["workflow"]["getHandle"]>;
  control: ReturnType<typeof temporalControl>;
}

/** A retrainer of a model of its own. */
async function bench(
  { active = false, before = () => undefined }: { active?: boolean; before?: (world: World) => void } = {},
): Promise<Bench> {
  const model = freshName("model");
  const world = new World();
  worlds.set(model, world);
  before(world);
  await ensureRetrainer(client, { model, taskQueue, active });
  return {
    model,
    world,
    handle: client.workflow.getHandle(retrainerId(model)),
    control: temporalControl(client, { taskQueue, sign }),
  };
}

/** What the world of these tests takes for a signature. */
const sign = () => ({ signedAt: "2011-06-01T00:00:00.000Z", signature: "ours" });
const status = ({ handle }: Bench) => handle.query<RetrainerStatus>("status");
const change = (requestId: string) => ({ requestId, by: "ann", why: "to see" });

async function until(
  what: string,
  check: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  assert.ok(await waitUntil(async () => await check(), { withinMs, everyMs: 25 }), `in vain: ${what}`);
}

function failOnce(world: World, step: string, error: Error): void {
  let failures = 0;
  world.failing.set(step, () => failures++ === 0 ? error : undefined);
}

async function temporalCli(...args: string[]): Promise<void> {
  const bin = await findTemporal({ cache, env: hostEnvironment.env, log: () => undefined });
  const env = { HOME: "/nonexistent" };
  const { ok, output } = await runProgram(bin, [...args, "--address", address], { timeoutMs: 60_000, env });
  assert.ok(ok, output);
}

for (
  const [place, asked] of [
    ["its input", { input: { scope: "backtest_x_0" }, memo: {} }],
    ["the memo of 0.4.0", { input: {}, memo: { scope: "backtest_x_0" } }],
  ] as const
) {
  Deno.test(`retrainingCycle() asks about the scope that ${place} names`, options, async () => {
    const model = freshName("model");
    const world = new World();
    world.answer = "wait";
    const about = { model, number: 1, trigger: "replay", asOf: null, requestedBy: null };
    cycleWorlds.set(model, world);
    await client.workflow.execute("retrainingCycle", {
      workflowId: model,
      taskQueue,
      args: [{ ...about, ...asked.input }],
      memo: asked.memo,
    });
    assert.deepEqual(world.checks.map(({ scope }) => scope), ["backtest_x_0"]);
  });
}

for (
  const [name, failing, steps, outcome] of [
    ["as any other challenger", false, ["open rounds", "close rounds", "validate", "refit"], "deployed"],
    ["and fails with it", true, ["open rounds"], "failed"],
  ] as const
) {
  Deno.test(`retrainingCycle() takes what federated rounds come to ${name}`, options, async () => {
    const model = freshName("model");
    const world = new World();
    world.federated = true;
    if (failing) world.failing.set("open rounds", () => hopeless("need >= 3, have 2"));
    cycleWorlds.set(model, world);
    const about = { model, number: 1, trigger: "force", asOf: null, requestedBy: "ann" };
    const result = await client.workflow.execute("retrainingCycle", {
      workflowId: `retrainer/${model}/cycle/1`,
      taskQueue,
      args: [about],
    });
    const wanted = new Set(["train", "open rounds", "close rounds", "validate", "refit"]);
    assert.deepEqual([world.steps.filter((step) => wanted.has(step)), world.outcomes], [steps, [outcome]]);
    assert.match(result.text, failing ? /need >= 3, have 2/ : /version 1/);
  });
}

for (const refits of [true, false]) {
  Deno.test(
    `retrainingCycle() trains over shards${refits ? ", and again before it serves" : ""}`,
    options,
    async () => {
      const model = freshName("model");
      const world = new World();
      world.shards = { refits };
      cycleWorlds.set(model, world);
      await client.workflow.execute("retrainingCycle", {
        workflowId: `retrainer/${model}/cycle/1`,
        taskQueue,
        args: [{ model, number: 1, trigger: "force", asOf: null, requestedBy: "ann" }],
      });
      const began = world.steps.filter((step) => !step.endsWith(" ended"));
      const rounds = ["s0/f0,s0/f1", "s1/f0,s1/f1", "close shards"];
      const again = refits ? ["choose, all rows", ...rounds] : ["refit"];
      assert.deepEqual(
        began.slice(began.indexOf("snapshot") + 1, began.indexOf("smoke test")),
        ["choose, older rows", ...rounds, "validate", ...again],
      );
      assert.deepEqual(world.outcomes, ["deployed"]);
    },
  );
}

for (
  const [name, recalibrates, steps, outcome] of [
    [
      "makes its version without a training",
      true,
      ["snapshot", "recalibrate", "validate", "refit"],
      "deployed",
    ],
    ["ends where too little is known", false, ["snapshot", "recalibrate"], "inconclusive"],
  ] as const
) {
  Deno.test(`retrainingCycle() that recalibrates ${name}`, options, async () => {
    const model = freshName("model");
    const world = new World();
    world.answer = "recalibrate";
    world.recalibrates = recalibrates;
    cycleWorlds.set(model, world);
    const result = await client.workflow.execute("retrainingCycle", {
      workflowId: model,
      taskQueue,
      args: [{ model, number: 1, trigger: "interval", asOf: null, requestedBy: null }],
    });
    assert.equal(result.outcome, outcome, result.text);
    const began = world.steps.filter((step) => !step.endsWith(" ended"));
    assert.deepEqual(began.slice(2, 2 + steps.length), steps);
    assert.ok(!began.includes("train"));
    assert.deepEqual(world.outcomes, [outcome]);
  });
}

for (const obeysUnsigned of [true, false]) {
  const what = obeysUnsigned
    ? "runs in an unknown caller's name"
    : "is refused, where signals without a signature are";
  Deno.test(`retrainingCycle() that was begun by hand ${what}`, options, async () => {
    const model = freshName("model");
    const world = new World();
    world.answer = "wait";
    world.obeysUnsigned = obeysUnsigned;
    cycleWorlds.set(model, world);
    const result = await client.workflow.execute("retrainingCycle", {
      workflowId: model,
      taskQueue,
      args: [{ model, number: 1, trigger: "force", asOf: null, requestedBy: "owner" }],
    });
    assert.deepEqual(world.controls.map(({ action, by }) => [action, by]), [["force", "unknown"]]);
    assert.deepEqual(world.checks.map(({ requestedBy }) => requestedBy), obeysUnsigned ? ["unknown"] : []);
    assert.equal(result.outcome, obeysUnsigned ? "wait" : "refused");
    if (!obeysUnsigned) assert.deepEqual(world.steps, []);
  });
}

Deno.test(
  "retrainer() hears signals of the temporal command line, with and without payload",
  options,
  async () => {
    const one = await bench();
    const { model, world } = one;
    const signal = (name: string, ...input: string[]) =>
      temporalCli("workflow", "signal", "--workflow-id", retrainerId(model), "--name", name, ...input);
    await signal("start");
    await until("it is active", async () => (await status(one)).active);
    await until("its first check", () => world.outcomes.length === 1);
    await signal("stop");
    await until("it is stopped", async () => !(await status(one)).active);
    await signal("force", "--input", JSON.stringify(change("r1")));
    await until("the forced cycle", () => world.outcomes.length === 2);
    const asked = world.controls.map(({ action, by, why }) => [action, by, why]);
    assert.deepEqual(asked, [
      ["start", "unknown", ""],
      ["stop", "unknown", ""],
      ["force", "unknown", "to see"], // whatever name it gives: nobody signed it
    ]);
    assert.deepEqual(world.checks.map(({ trigger, requestedBy }) => [trigger, requestedBy]), [
      ["first", null],
      ["force", "unknown"],
    ]);
  },
);

Deno.test(
  "retrainer() does nothing of what an unsigned signal says, where such are refused",
  options,
  async () => {
    const one = await bench({ before: (world) => void (world.obeysUnsigned = false) });
    const { world, handle, model } = one;
    await handle.signal("start", change("forged"));
    await handle.signal("force", change("forged too"));
    const sign = () => ({ signedAt: "2011-06-01T00:00:00.000Z", signature: "ours" });
    await temporalControl(client, { taskQueue, sign }).force(model, change("ours"));
    await until("the signed one", () => world.outcomes.length === 1);
    assert.deepEqual(world.checks.map(({ trigger, requestedBy }) => [trigger, requestedBy]), [[
      "force",
      "ann",
    ]]);
    assert.equal((await status(one)).active, false);
    assert.deepEqual(world.controls.map(({ by }) => by), ["unknown", "unknown", "ann"]);
  },
);

Deno.test("retrainer() lives on when a signal's payload is not what it should be", options, async () => {
  const one = await bench();
  const { world, handle } = one;
  for (
    const payload of [null, "please", 7, [], { by: null, requestId: 5, why: { a: 1 } }, {
      by: "x".repeat(9000),
    }]
  ) {
    await handle.signal("force", payload);
  }
  await until("six cycles", () => world.outcomes.length === 6);
  assert.ok(
    world.controls.every(({ by, why, requestId }) =>
      by.length <= 500 && why === "" && requestId.length === 36
    ),
  );
  await handle.signal("stop", "at once");
  await until("what was asked is written down", () => world.controls.length === 7);
});

Deno.test(
  "retrainer() makes what a signal says storable, and drops and alerts what can never be written",
  options,
  async () => {
    const one = await bench();
    const { world, handle } = one;
    await handle.signal("start", { requestId: "a\0", by: "\ud83d", why: "b\0c" });
    await until("the start is written down", () => world.controls.length === 1);
    assert.deepEqual(
      world.controls.map(({ requestId, by, why }) => [requestId, by, why]),
      [["a\uFFFD", "unknown", "b\uFFFDc"]],
    );
    world.failing.set("admitControl", () => hopeless("the value is refused"));
    await handle.signal("force", { requestId: "never", by: "ann", why: "" });
    await until("a person is told", () => world.dropped.length === 1);
    assert.deepEqual(world.dropped, [{ model: one.model, action: "force", error: "the value is refused" }]);
    world.failing.delete("admitControl");
    await handle.signal("stop", { requestId: "later", by: "ann", why: "" });
    await until(
      "the next note is written down",
      () => world.controls.some((note) => note.requestId === "later"),
    );
    assert.ok(!world.controls.some((note) => note.requestId === "never"));
  },
);

Deno.test("force runs one cycle a request, and past the trigger only", options, async () => {
  const one = await bench();
  const { model, world, control } = one;
  world.hold("train");
  await control.force(model, change("same"));
  await until("the training", () => world.steps.includes("train"));
  await control.force(model, change("same"));
  await control.force(model, change("other"));
  world.release("train");
  await until("two cycles", () => world.outcomes.length === 2);
  await control.force(model, change("same"));
  await until("the last request is written down", () => world.controls.length === 4);
  assert.deepEqual(world.checks.map(({ number, trigger }) => [number, trigger]), [[1, "force"], [
    2,
    "force",
  ]]);
  assert.equal((await status(one)).active, false);
});

Deno.test(
  "stop with `cancel` ends a running cycle after its activity, and it is reported once",
  options,
  async () => {
    const one = await bench({ active: true });
    const { model, world, control } = one;
    world.hold("train");
    await until("the training", () => world.steps.includes("train"));
    await control.stop(model, { ...change("s"), running: "cancel" });
    await until("the report", () => world.outcomes.length > 0);
    const steps = world.steps.slice(world.steps.indexOf("train"));
    assert.deepEqual(steps, ["train", "cancellation heard", "report", "report ended"]);
    assert.deepEqual(world.outcomes, ["cancelled"]);
    await until("it says so", async () => (await status(one)).last?.outcome === "cancelled");
    world.release("train");
    await control.force(model, change("again"));
    await until("another cycle", () => world.outcomes.length === 2);
    assert.deepEqual(world.outcomes, ["cancelled", "deployed"]);
  },
);

Deno.test(
  "stop with `cancel` in the middle of a deployment comes too late, and the outcome says so",
  options,
  async () => {
    const one = await bench();
    const { model, world, control } = one;
    world.hold("deploy");
    await control.force(model, change("f"));
    await until("the deployment", () => world.steps.includes("deploy"));
    await control.stop(model, { ...change("s"), running: "cancel" });
    await until("it is told", () => world.controls.length === 2);
    world.release("deploy");
    await until("the report", () => world.outcomes.length > 0);
    assert.deepEqual(world.outcomes, ["deployed"]);
    await until("it says so", async () => (await status(one)).last?.outcome === "deployed");
  },
);

Deno.test(
  "stop with `finish` lets a running cycle end, and is written down before that",
  options,
  async () => {
    const one = await bench({ active: true });
    const { model, world, control } = one;
    world.hold("train");
    await until("the training", () => world.steps.includes("train"));
    await control.stop(model, { ...change("s"), running: "finish" });
    await until("the page shows it", () => world.shown.at(-1)?.active === false);
    assert.equal(world.shown.at(-1)?.runningCycle, `retrainer/${model}/cycle/1`);
    assert.equal(world.controls[0].action, "stop");
    world.release("train");
    await until("the report", () => world.outcomes.length > 0);
    assert.deepEqual(world.outcomes, ["deployed"]);
  },
);

Deno.test(
  "retrainer() checks once an interval, under the same cycle number while the answer is wait",
  options,
  async () => {
    const one = await bench({
      active: true,
      before: (world) => void (world.intervalMs = 1500, world.answer = "wait"),
    });
    const { world, control, model } = one;
    await until("three checks", () => world.checks.length >= 3);
    const gaps = world.checks.slice(1, 3).map(({ atMs }, i) => atMs - world.checks[i].atMs);
    assert.ok(gaps.every((gap) => gap >= 1400), `checks were ${gaps.map(Math.round).join(" and ")} ms apart`);
    assert.deepEqual(world.checks.slice(0, 3).map(({ number, trigger }) => [number, trigger]), [
      [1, "first"],
      [1, "interval"],
      [1, "interval"],
    ]);
    await control.stop(model, { ...change("s"), running: "finish" });
    await until("no next check", async () => (await status(one)).nextCheckAt === null);
  },
);

for (const [answer, outcome] of [["retrain", "deployed"], ["wait", "wait"]] as const) {
  Deno.test(
    `a cycle that ends with "${outcome}" does so, when its impact cannot be measured`,
    options,
    async () => {
      let asked = 0;
      const one = await bench({
        before: (world) => {
          world.answer = answer;
          world.failing.set("measureImpact", () => (asked++, hopeless("no impact today")));
        },
      });
      const result = await checkAsOf(client, one.model, "2011-06-01T00:00:00.000Z");
      assert.deepEqual([result.outcome, asked], [outcome, 1]);
    },
  );
}

Deno.test("alarm checks at once while active, and leaves the decision to the trigger", options, async () => {
  const one = await bench({ active: true });
  await until(
    "the first check ends",
    async () => (await status(one)).last !== null && (await status(one)).nextCheckAt !== null,
  );
  const before = one.world.checks.length;
  for (let told = 0; told < 2; told++) { // a message of the outbox may be sent twice
    await one.control.checkSoon(one.model, { ...change("import/1/churn"), by: "an import" });
  }
  await until("a check for the import", () => one.world.checks.length > before);
  await until("it ended", async () => (await status(one)).runningCycle === null);
  await one.control.stop(one.model, { ...change("enough"), running: "finish" });
  await until("it stopped", async () => !(await status(one)).active);
  const asked = one.world.checks.slice(before).map(({ trigger, requestedBy }) => [trigger, requestedBy]);
  assert.deepEqual(asked, [["alarm", "an import"]]);
  const stopped = one.world.checks.length;
  await one.control.checkSoon(one.model, { ...change("import/2/churn"), by: "an import" });
  await one.control.force(one.model, change("after it")); // handled in order: once this ran, the alarm was passed over
  await until("the forced cycle ends", () => one.world.checks.length > stopped);
  assert.equal(one.world.checks.length, stopped + 1);
});

Deno.test("configure moves the next check", options, async () => {
  const one = await bench({ active: true, before: (world) => void (world.answer = "wait") });
  const { model, world, control } = one;
  await until("the first check", async () => (await status(one)).last !== null);
  await until("the next is planned", async () => (await status(one)).nextCheckAt !== null);
  const planned = Date.parse((await status(one)).nextCheckAt!);
  assert.ok(planned > Date.now() + 3_000_000, "an hour from now");
  world.intervalMs = 1000;
  await control.configure(model);
  await until("the second check", () => world.checks.length === 2);
  await control.stop(model, { ...change("s"), running: "finish" });
});

Deno.test(
  "check answers the same moment again from memory, also after the workflow continued as new",
  options,
  async () => {
    const one = await bench();
    const { model, world, control, handle } = one;
    const asOf = "2011-06-01T00:00:00.000Z";
    const want = {
      cycleId: `retrainer/${model}/cycle/1`,
      outcome: "deployed",
      text: "version 1: it is promote",
    };
    assert.deepEqual(await checkAsOf(client, model, asOf), want);
    assert.deepEqual(await checkAsOf(client, model, asOf), want);
    await control.start(model, change("a"));
    await until("it is active", async () => (await status(one)).nextCheckAt !== null);
    const { runId } = await handle.describe();
    for (let i = 0; i < 9; i++) await handle.signal("configure", "x".repeat(500_000));
    await until("a new run", async () => { // the server suggests one with the first task after a history of 4 MB
      await handle.signal("configure");
      await new Promise((done) => setTimeout(done, 500));
      return (await handle.describe()).runId !== runId;
    });
    assert.deepEqual(await checkAsOf(client, model, asOf), want);
    assert.equal(world.checks.length, 1);
    const { active, last, nextCheckAt } = await status(one);
    assert.deepEqual([active, last?.outcome, Date.parse(nextCheckAt!) > Date.now()], [
      true,
      "deployed",
      true,
    ]);
    const { memo, searchAttributes } = await handle.describe();
    assert.deepEqual([memo, searchAttributes.PerennialModel], [{ model }, [model]]);
    const { currentDetails } = await handle.query<{ currentDetails: string }>("__temporal_workflow_metadata");
    assert.match(currentDetails, new RegExp(`^Watches over the ${model} model: next check `));
  },
);

Deno.test("retrainer() loses no signal that comes in while it continues as new", options, async () => {
  const one = await bench({ before: (world) => void (world.answer = "wait") });
  const { model, world, control, handle } = one;
  const { runId } = await handle.describe();
  const sent: string[] = [];
  const isNew = async () => (await handle.describe()).runId !== runId;
  while (!await isNew() && sent.length < 80) {
    const asked = Array.from({ length: 4 }, (_, i) => `r${sent.length + i}`);
    sent.push(...asked);
    await Promise.all([ // a new run is suggested once the history has 4 MB: in the middle of these
      ...asked.map((id) => control.force(model, change(id))),
      ...Array.from({ length: 3 }, () => handle.signal("configure", "x".repeat(500_000))),
    ]);
    await until("what was asked for is checked", () => world.checks.length >= sent.length, 60_000);
  }
  assert.ok(await isNew(), `it continued as new in ${sent.length} signals`);
  const obeyed = world.controls.map(({ action, requestId }) => `${action} ${requestId}`);
  assert.deepEqual(obeyed.toSorted(), sent.map((id) => `force ${id}`).toSorted(), "each was heard once");
  assert.equal(world.checks.length, sent.length, "and checked once");
  assert.deepEqual(world.dropped, []);
});

for (const [name, args] of [["no time", [{ asOf: "soon" }]], ["nothing", []]] as const) {
  Deno.test(`check refuses ${name} before it becomes part of the history`, options, async () => {
    const { handle, world } = await bench();
    await assert.rejects(
      handle.executeUpdate("check", { args: args as unknown as [unknown] }),
      WorkflowUpdateFailedError,
    );
    assert.equal(world.checks.length, 0);
  });
}

Deno.test(
  "a step that fails for good ends its cycle as failed, and the retrainer lives on",
  options,
  async () => {
    const one = await bench();
    const { model, world } = one;
    for (const [i, step] of ["judge", "check", "train", "deploy"].entries()) {
      failOnce(world, step, hopeless(`no ${step} today`));
      const { outcome, text } = await checkAsOf(client, model, new Date(i * 86_400_000).toISOString());
      assert.deepEqual([outcome, text], ["failed", `no ${step} today`]);
    }
    assert.deepEqual(world.outcomes, ["failed", "failed", "failed", "failed"]);
    failOnce(world, "report", hopeless("no report today"));
    world.verdict = "reject";
    const next = await checkAsOf(client, model, new Date(5 * 86_400_000).toISOString());
    assert.equal(next.outcome, "failed");
    assert.equal(
      (await checkAsOf(client, model, new Date(6 * 86_400_000).toISOString())).outcome,
      "rejected",
    );
  },
);

Deno.test("a step that fails for a moment is tried again", options, async () => {
  const { model, world } = await bench();
  for (const step of ["train", "deploy", "noteRetrainer"]) {
    failOnce(world, step, new Error("connection lost"));
  }
  assert.equal((await checkAsOf(client, model, "2011-06-01T00:00:00.000Z")).outcome, "deployed");
  assert.equal(world.steps.filter((step) => step === "deploy ended").length, 1);
});

Deno.test("a cycle can be read and found in the Temporal UI", options, async () => {
  const { model, handle, control } = await bench();
  await control.force(model, change("f"));
  const cycle = client.workflow.getHandle(`retrainer/${model}/cycle/1`);
  await until("it began", async () => await cycle.describe().then(() => true, () => false));
  await cycle.result();
  const { searchAttributes, memo, ...about } = await cycle.describe();
  assert.deepEqual(
    [searchAttributes.PerennialModel, searchAttributes.PerennialTrigger, searchAttributes.PerennialVerdict],
    [[model], ["force"], ["deployed"]],
  );
  assert.deepEqual(memo, { trigger: "force", asOf: "now", requestedBy: "ann" });
  assert.equal(await about.staticSummary(), `${model}, cycle 1 (force)`);
  assert.equal(await (await handle.describe()).staticSummary(), `Watches over the ${model} model`);
  const { events } = await cycle.fetchHistory();
  const summaries = events!.flatMap(({ userMetadata }) => userMetadata?.summary?.data ?? []);
  const texts = summaries.map((data) => JSON.parse(new TextDecoder().decode(data)));
  for (
    const text of ["Retrain now?", "Train on 100 rows", "Compare on 20 unseen rows", "Let version 1 serve"]
  ) {
    assert.ok(texts.includes(text), `no "${text}" among: ${texts.join(", ")}`);
  }
});

Deno.test("retrainer() outlives a database that cannot answer", options, async () => {
  await until("the next try", () => outage.world.shown.length > 0, 60_000);
  assert.equal((await checkAsOf(client, outage.model, "2011-06-01T00:00:00.000Z")).outcome, "deployed");
});
