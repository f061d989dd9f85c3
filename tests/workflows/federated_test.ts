/** Federated rounds on the real Temporal server and a real database, with participants and a worker that drop out. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { ApplicationFailure } from "@temporalio/activity";
import { Client, WorkflowFailedError } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { createReportActivities } from "../../activities/report.ts";
import type { FederatedDeps } from "../../activities/federated/deps.ts";
import { refitVersion } from "../../activities/train.ts";
import { createValidateActivities } from "../../activities/validate.ts";
import { configOf } from "../../src/config/retraining.ts";
import { messageOf } from "../../src/core/errors.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import { connect } from "../../src/db/connect.ts";
import { addFederatedRun, getFederatedRun, listFederatedRuns } from "../../src/db/federated/runs.ts";
import { messagesOf } from "../../src/db/federated/rounds.ts";
import { versionOfCycle } from "../../src/db/models/versions.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import type { FederatedPlan } from "../../src/federated/plan.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import type { federatedRounds } from "../../workflows/federated_rounds.ts";
import { freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { ENDING, endWorker } from "../support/worker.ts";
import { activitiesOf, beginCycle, COUNTRIES, depsOf, fillShop, MODEL, run } from "./federated_shop.ts";

const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const taskQueue = freshTaskQueue();
type Before = NonNullable<Parameters<typeof activitiesOf>[1]>;
let before: Before = () => Promise.resolve();
let address: string;
let connection: NativeConnection;
let client: Client;
let worker: Worker;
let running: Promise<void>;
let database: Awaited<ReturnType<typeof migratedDatabase>>;
let folder: string;
let deps: FederatedDeps;
let cycles = 0;

Deno.test.beforeAll(async () => {
  installRuntime(() => undefined);
  ({ temporalAddress: address } = await sharedInstallation());
  database = await migratedDatabase();
  folder = await Deno.makeTempDir();
  deps = depsOf(connect(database.url), folder);
  await fillShop(deps.sql);
  connection = await NativeConnection.connect({ address });
  client = new Client({ connection });
  worker = await Worker.create({
    connection,
    taskQueue,
    workflowBundle: { codePath: await bundledWorkflows(cache) },
    activities: activitiesOf(deps, (step) => before(step)),
    ...ENDING,
  });
  running = worker.run();
});

Deno.test.afterAll(async () => {
  await endWorker(worker, { running, connection });
  await deps.sql.end({ timeout: 5 });
  await database.dispose();
  await Deno.remove(folder, { recursive: true });
});

/** Starts the rounds of a new cycle. */
async function start(plan: Partial<FederatedPlan>, { queue = taskQueue } = {}) {
  before = () => Promise.resolve();
  const job = await beginCycle(deps, ++cycles, plan);
  const handle = await client.workflow.start<typeof federatedRounds>("federatedRounds", {
    workflowId: `${job.run}/federated`,
    taskQueue: queue,
    args: [{ run: job.run }],
  });
  return { job, handle };
}

/** Ends the cycle of a run, so that the next one may begin. */
const report = (cycleId: string, outcome: "rejected" | "failed", error?: string) =>
  run(createReportActivities(deps).reportCycle, { cycleId, model: MODEL, outcome, error });

const manifestOf = async (cycleId: string) => (await versionOfCycle(deps.sql, cycleId))!.manifest;

Deno.test(
  "federatedRounds() trains a challenger that the gate promotes, and what is stored tells of no participant",
  options,
  async () => {
    const { job, handle } = await start({ rounds: 5, learningRate: 0.3, batchSize: 16 });
    assert.equal((await handle.result()).candidate, "federated");

    const { federated, curve, candidate, tested } = await manifestOf(job.cycleId);
    assert.equal(candidate, "federated");
    assert.deepEqual(federated, {
      run: job.run,
      rounds: 5,
      participants: COUNTRIES,
      dropOuts: 0,
      privacy: null,
    });
    const losses = curve[0].points.map(({ loss }) => loss!);
    assert.ok(losses.length === 5 && Math.min(...losses) < losses[0] - 0.1, `${losses}`);
    assert.ok(tested.rows > 500);

    const { verdict, why } = await run(createValidateActivities(deps).validateChallenger, job);
    assert.equal(verdict, "promote", why);
    const metrics = (await manifestOf(job.cycleId)).metrics;
    assert.ok(metrics.auc! > 0.75, `habits tell who buys: AUC ${metrics.auc}`);
    assert.equal((await run(createValidateActivities(deps).smokeTest, job)).asked, 64);

    const challenger = (await versionOfCycle(deps.sql, job.cycleId))!;
    const config = configOf((await currentConfig(deps.sql)).config, MODEL);
    assert.ok(config.refit);
    const model = deps.models.get(MODEL)!;
    assert.equal(
      await refitVersion(deps, { model, config, challenger }),
      challenger,
      "rows do not come together",
    );

    const masked = await Promise.all(
      [1, 2, 3].flatMap((round) => [messagesOf(deps.sql, { run: job.run, round, attempt: 1 }, "masked")]),
    );
    const bytes: number[] = [];
    for (const { sha256 } of masked.flat()) bytes.push(...await deps.store.get(sha256));
    assert.ok(masked.flat().length === 15);
    const counts = new Float64Array(256);
    bytes.forEach((byte) => counts[byte]++);
    const chi = counts.reduce((sum, n) => sum + (n - bytes.length / 256) ** 2 / (bytes.length / 256), 0);
    assert.ok(Math.abs(chi - 255) < 6 * 22.6, `masked vectors are not uniform: ${chi}`);

    const history = JSON.stringify(await handle.fetchHistory());
    assert.ok(!history.includes("letters") && !history.includes("weights"), "payloads are ids");
    await report(job.cycleId, "rejected");
    assert.deepEqual(await messagesOf(deps.sql, { run: job.run, round: 1, attempt: 1 }, "masked"), []);
    const [listed] = await listFederatedRuns(deps.sql, { model: MODEL, limit: 10 });
    assert.deepEqual([listed.state, listed.rounds.length, listed.rounds[5].summed], ["done", 6, 5]);
  },
);

const gone = () => Promise.reject(ApplicationFailure.nonRetryable("no route to the region"));

Deno.test(
  "a round goes on without those who drop out before or after their vectors, and without stragglers",
  options,
  async () => {
    const started = await start({ deadlineSeconds: 2 });
    before = async ({ round, step, participant }) => {
      if (round === 1 && step === "masked" && participant === "Spain") await gone();
      if (round === 1 && step === "revealed" && participant === "France") await gone();
      if (round === 2 && step === "shares" && participant === "Germany") {
        await new Promise((r) => setTimeout(r, 4000));
      }
    };
    await started.handle.result();
    const { federated } = await manifestOf(started.job.cycleId);
    assert.equal(federated!.dropOuts, 2, "France was in the sum");
    const [{ rounds }] = await listFederatedRuns(deps.sql, { model: MODEL, limit: 1 });
    assert.deepEqual(rounds.map(({ members, summed }) => [members, summed]), [[5, 5], [5, 4], [5, 4], [
      5,
      5,
    ]]);
    await report(started.job.cycleId, "rejected");
  },
);

Deno.test(
  "a round that loses too many is tried again, and ends the training with a clear error",
  options,
  async () => {
    const once = await start({ rounds: 1 });
    before = async ({ round, attempt, step }) => {
      if (round === 1 && attempt === 1 && step === "masked") await gone();
    };
    await once.handle.result();
    const [{ rounds }] = await listFederatedRuns(deps.sql, { model: MODEL, limit: 1 });
    assert.deepEqual(rounds.map(({ attempt }) => attempt), [1, 2]);
    await report(once.job.cycleId, "rejected");

    const never = await start({ rounds: 1 });
    before = async ({ round, step, participant }) => {
      if (round === 1 && step === "revealed" && participant > "Germany") await gone();
    };
    const error = await never.handle.result().then(() => null, (error) => error);
    assert.ok(error instanceof WorkflowFailedError);
    assert.match(messageOf(error.cause!.cause), /Cannot use shares of a secure sum: need >= 3, have 2/);
    await report(never.job.cycleId, "failed", "too few");
    assert.deepEqual(
      await getFederatedRun(deps.sql, never.job.run).then(({ state, error }) => [state, error]),
      [
        "failed",
        "too few",
      ],
    );
  },
);

Deno.test(
  "with privacy the manifest says what was spent, and what all trainings here spent together",
  options,
  async () => {
    const privacy = { sampling: 0.5, noise: 2, clip: 1, delta: 1e-4 };
    await deps.sql`delete from federated_rounds`; // what came before had no noise, and would be told as null
    const spent: { epsilon: number; epsilonInAll: number | null }[] = [];
    for (const rounds of [2, 2]) {
      const { job, handle } = await start({ rounds, privacy, hidden: [4] });
      await handle.result();
      spent.push((await manifestOf(job.cycleId)).federated!.privacy!);
      const [{ rounds: told }] = await listFederatedRuns(deps.sql, { model: MODEL, limit: 1 });
      assert.equal(told.at(-1)!.epsilon, spent.at(-1)!.epsilon);
      assert.equal(told.at(-1)!.loss, null, "no loss is told without noise");
      await report(job.cycleId, "rejected");
    }
    const [first, second] = spent;
    assert.ok(first.epsilon > 0.5 && first.epsilon < 10, `${first.epsilon}`);
    assert.deepEqual([first.epsilonInAll, second.epsilon], [first.epsilon, first.epsilon]);
    assert.ok(second.epsilonInAll! > first.epsilon && second.epsilonInAll! < 2 * first.epsilon);
  },
);

Deno.test("a second training waits for the first: one at a time and model", options, async () => {
  const { job, handle } = await start({ rounds: 1 });
  const { plan } = await getFederatedRun(deps.sql, job.run);
  const again = { id: "another", model: MODEL, plan, requestedBy: "ann", why: "" };
  await assert.rejects(addFederatedRun(deps.sql, again), /waits or runs already/);
  await addFederatedRun(deps.sql, { ...again, id: job.run });
  await handle.result();
  await report(job.cycleId, "rejected");
});

for (const step of ["masked", "revealed"]) {
  Deno.test(`a worker killed amid the ${step} of a round leaves it to the next worker`, options, async () => {
    const queue = freshTaskQueue();
    const script = fileURLToPath(import.meta.resolve("./federated_worker.ts"));
    const worker = (...fate: string[]) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "-q", script, database.url, folder, address, queue, cache, ...fate],
        stdin: "null",
        stdout: "null",
        stderr: "inherit",
      }).spawn();
    const { job, handle } = await start({ rounds: 2 }, { queue });
    const { signal } = await worker("1", step).status;
    assert.equal(signal, "SIGKILL");
    const heir = worker();
    try {
      await handle.result();
    } finally {
      heir.kill("SIGKILL");
      await heir.status;
    }
    const [{ rounds }] = await listFederatedRuns(deps.sql, { model: MODEL, limit: 1 });
    assert.deepEqual(rounds.map(({ attempt, summed }) => [attempt, summed]), [[1, 5], [1, 5], [1, 5]]);
    assert.equal((await manifestOf(job.cycleId)).federated!.dropOuts, 0);
    await report(job.cycleId, "rejected");
  });
}
