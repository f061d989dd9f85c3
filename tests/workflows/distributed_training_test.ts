/** Training over shards on the real Temporal server and a real database, with workers that die or are slow. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Context } from "@temporalio/activity";
import { Client } from "@temporalio/client";
import { NativeConnection, type Worker } from "@temporalio/worker";
import type { ActivityDeps } from "../../activities/deps.ts";
import { createTrainActivities } from "../../activities/train.ts";
import { createValidateActivities } from "../../activities/validate.ts";
import { connect } from "../../src/db/connect.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { versionOfCycle } from "../../src/db/models/versions.ts";
import { createReportActivities } from "../../activities/report.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { decodeRounds } from "../../src/training/rounds.ts";
import { decodeShard } from "../../src/training/shards.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import type { DistributedInput, distributedTraining } from "../../workflows/distributed_training.ts";
import { freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { endWorker } from "../support/worker.ts";
import { fillShop, MODEL } from "./federated_shop.ts";
import { activitiesOf, beginCycle, createWorkers, depsOf, run } from "./sharded_shop.ts";

const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const SHARDED = { training_shards: 3, training_min_rows_per_shard: 100 };
const taskQueue = freshTaskQueue();
let before: () => Promise<void> = () => Promise.resolve();
let address: string;
let connection: NativeConnection;
let client: Client;
let workers: Worker[];
let running: Promise<void>;
let database: Awaited<ReturnType<typeof migratedDatabase>>;
let folder: string;
let deps: ActivityDeps;
let cycles = 0;

Deno.test.beforeAll(async () => {
  installRuntime(() => undefined);
  ({ temporalAddress: address } = await sharedInstallation());
  database = await migratedDatabase();
  folder = await Deno.makeTempDir();
  deps = await depsOf(connect(database.url), folder);
  await fillShop(deps.sql);
  connection = await NativeConnection.connect({ address });
  client = new Client({ connection });
  workers = await createWorkers({
    connection,
    taskQueue,
    cache,
    activities: activitiesOf(deps, () => before()),
  });
  running = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
});

Deno.test.afterAll(async () => {
  const [worker, ...others] = workers;
  for (const other of others) other.shutdown();
  await endWorker(worker, { running, connection });
  await deps.sql.end({ timeout: 5 });
  await database.dispose();
  await Deno.remove(folder, { recursive: true });
});

/** Starts a training of a new cycle over shards. */
async function start(input: Partial<DistributedInput> = {}, { queue = taskQueue } = {}) {
  const { job, snapshot } = await beginCycle(deps, ++cycles, SHARDED);
  const { shards, why } = snapshot.distributed!;
  const handle = await begin({ ...job, shards, why, refit: false, ...input }, { queue });
  return { job, handle, input: { ...job, shards, why, refit: false } };
}

const begin = (input: DistributedInput, { queue = taskQueue } = {}) =>
  client.workflow.start<typeof distributedTraining>("distributedTraining", {
    workflowId: `shards/${crypto.randomUUID()}`,
    taskQueue: queue,
    args: [input],
  });

/** Ends a cycle, so that the next one may begin. */
const report = (cycleId: string) =>
  run(createReportActivities(deps).reportCycle, { cycleId, model: MODEL, outcome: "rejected" as const });

const versionOf = async (cycleId: string) => (await versionOfCycle(deps.sql, cycleId))!;

/** What each activity of a workflow answered, in the order of the history. */
async function answersOf(
  handle: Awaited<ReturnType<typeof begin>>,
): Promise<{ type: string; value: Record<string, string> }[]> {
  const { events } = await handle.fetchHistory();
  const types = new Map(
    events!.flatMap((event) =>
      event.activityTaskScheduledEventAttributes
        ? [[String(event.eventId), event.activityTaskScheduledEventAttributes.activityType!.name!] as const]
        : []
    ),
  );
  return events!.flatMap(({ activityTaskCompletedEventAttributes: done }) =>
    done
      ? [{
        type: types.get(String(done.scheduledEventId))!,
        value: JSON.parse(new TextDecoder().decode(done.result!.payloads![0].data!)),
      }]
      : []
  );
}

Deno.test(
  "distributedTraining() makes the challenger that one worker makes of the same rows",
  options,
  async () => {
    const { job, handle } = await start();
    const { candidate } = await handle.result();
    assert.equal(candidate, "linear");
    const { manifest, artefactSha256 } = await versionOf(job.cycleId);
    assert.ok(manifest.distributed!.shards === 3 && manifest.distributed!.rounds >= 1);
    assert.equal(manifest.tested.sha256, artefactSha256);

    const answers = await answersOf(handle);
    const shards = await Promise.all(
      answers.filter(({ type }) => type === "cutShard").map(async ({ value }) =>
        decodeShard(await deps.store.get(value.file)).target.length
      ),
    );
    assert.equal(shards.reduce((a, b) => a + b, 0), manifest.tested.rows, "each row is in one shard");
    assert.ok(Math.min(...shards) > 100, `${shards}`);
    const history = JSON.stringify(await handle.fetchHistory());
    assert.ok(history.length < 200_000 && !history.includes("weights"), "payloads are ids");

    const { verdict, why } = await run(createValidateActivities(deps).validateChallenger, job);
    assert.equal(verdict, "promote", why);
    const divided = (await versionOf(job.cycleId)).manifest.metrics;
    await report(job.cycleId);

    const alone = await beginCycle(deps, ++cycles, { training_shards: 0 });
    assert.equal(alone.snapshot.distributed, undefined);
    await run(createTrainActivities(deps).trainChallenger, alone.job);
    await run(createValidateActivities(deps).validateChallenger, alone.job);
    const whole = (await versionOf(alone.job.cycleId)).manifest;
    assert.equal(whole.distributed, undefined, "nobody asked for it");
    const apart = Math.abs(whole.metrics.logLoss! - divided.logLoss!);
    assert.ok(apart < 1e-6, `log losses differ by ${apart}`); // one worker stops at 1e-4 of the weights
    await report(alone.job.cycleId);
  },
);

Deno.test("a training over shards is made again on all rows before it serves", options, async () => {
  const { job, handle, input } = await start();
  await handle.result();
  const tested = await versionOf(job.cycleId);
  await (await begin({ ...input, refit: true })).result();
  const served = await versionOf(job.cycleId);
  assert.equal(served.version, tested.version);
  assert.deepEqual(served.manifest.tested, tested.manifest.tested);
  assert.ok(served.manifest.served.refitted && served.manifest.served.rows > tested.manifest.tested.rows);
  assert.notEqual(served.artefactSha256, tested.artefactSha256);
  await report(job.cycleId);
});

Deno.test(
  "too few rows for two shards are trained on one worker, and the cycle says so",
  options,
  async () => {
    const settings = { training_shards: 4, training_min_rows_per_shard: 10_000 };
    const { job, snapshot } = await beginCycle(deps, ++cycles, settings);
    assert.equal(snapshot.distributed, undefined);
    const { progress } = await getCycle(deps.sql, job.cycleId);
    assert.match(
      progress!.text,
      /one worker trains: \d+ rows are too few to divide: need 20000 for two shards/,
    );
    await run(createTrainActivities(deps).trainChallenger, job);
    const { distributed } = (await versionOf(job.cycleId)).manifest;
    assert.ok(distributed!.shards === 1 && /too few to divide/.test(distributed!.why));
    await report(job.cycleId);
  },
);

Deno.test("rounds go on from a checkpoint, without a shard written again", options, async () => {
  const whole = await start();
  await whole.handle.result();
  const { artefactSha256 } = await versionOf(whole.job.cycleId);
  const { rounds } = (await versionOf(whole.job.cycleId)).manifest.distributed!;
  await report(whole.job.cycleId);

  const reached = Promise.withResolvers<void>();
  let sums = 0;
  before = async () => {
    if (++sums <= 3) return;
    reached.resolve();
    await Context.current().cancelled.catch(() => undefined);
  };
  const first = await start();
  await reached.promise;
  const answers = await answersOf(first.handle);
  await first.handle.terminate("the cluster is gone");
  before = () => Promise.resolve();
  const files = answers.filter(({ type }) => type === "cutShard").map(({ value }) => value.file);
  const { draft, artefact, state } = answers.find(({ type }) => type === "closeShardRound")!.value;
  assert.equal(decodeRounds(await deps.store.get(state)).round, 1);

  const again = await begin({ ...first.input, files, checkpoint: { draft, artefact, state } });
  await again.result();
  const types = (await answersOf(again)).map(({ type }) => type);
  assert.ok(!types.includes("cutShard") && !types.includes("chooseOnSample"));
  assert.equal(types.filter((type) => type === "closeShardRound").length, rounds - 1);
  assert.equal((await versionOf(first.job.cycleId)).artefactSha256, artefactSha256);
  await report(first.job.cycleId);
});

Deno.test("a shard's step that takes too long is given to somebody else", options, async () => {
  let held = 0;
  before = async () => {
    if (++held === 2) await Context.current().cancelled.catch(() => undefined);
  };
  const { job, handle } = await start({ stepSeconds: 3 });
  await handle.result();
  before = () => Promise.resolve();
  assert.ok((await versionOf(job.cycleId)).manifest.distributed!.rounds >= 1);
  await report(job.cycleId);
});

Deno.test(
  "a worker killed amid a round leaves its shards to the next one, and the result is the same",
  options,
  async () => {
    const queue = freshTaskQueue();
    const script = fileURLToPath(import.meta.resolve("./sharded_worker.ts"));
    const workerProcess = (...fate: string[]) =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", "-q", script, database.url, folder, address, queue, cache, ...fate],
        stdin: "null",
        stdout: "null",
        stderr: "inherit",
      }).spawn();
    const undisturbed = await start();
    await undisturbed.handle.result();
    const { artefactSha256 } = await versionOf(undisturbed.job.cycleId);
    await report(undisturbed.job.cycleId);

    const { job, handle } = await start({}, { queue });
    const { signal } = await workerProcess("5").status; // amid the second round
    assert.equal(signal, "SIGKILL");
    const heir = workerProcess();
    try {
      await handle.result();
    } finally {
      heir.kill("SIGKILL");
      await heir.status;
    }
    assert.equal((await versionOf(job.cycleId)).artefactSha256, artefactSha256);
    const summed = (await answersOf(handle)).filter(({ type }) => type === "sumShard").length;
    const { shards, rounds } = (await versionOf(job.cycleId)).manifest.distributed!;
    assert.equal(summed, shards * rounds, "each step counts once");
    await report(job.cycleId);
  },
);
