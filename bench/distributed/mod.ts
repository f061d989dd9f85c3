/** Training over shards: how much faster two workers are, from which size on, and what is lost. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "@temporalio/client";
import { NativeConnection, Worker } from "@temporalio/worker";
import { seededRandom } from "../../src/core/random.ts";
import { connect } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { DEMO_PROTOCOL } from "../../src/demo/protocol.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { startInstallation } from "../../src/embedded/installation.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { FEATURES } from "../../src/features/definition.ts";
import churn from "../../src/models/churn.ts";
import { type ArtefactStore, fileArtefacts } from "../../src/registry/artefacts.ts";
import { mean } from "../../src/stats/mean.ts";
import { rowLosses } from "../../src/stats/metrics.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { decodeArtifact, type Predictor, predictWith } from "../../src/training/artifact.ts";
import { startBackend } from "../../src/training/backend.ts";
import { refit } from "../../src/training/compete.ts";
import type { FittedRecipe, TrainingTask } from "../../src/training/protocol.ts";
import {
  closeRound,
  closeRounds,
  decodeRounds,
  encodeRounds,
  isDone,
  openRounds,
  sumShard,
} from "../../src/training/rounds.ts";
import { takeRows, type TrainingRows } from "../../src/training/rows.ts";
import { encodeShard, shardOf } from "../../src/training/shards.ts";
import type { distributedTraining } from "../../workflows/distributed_training.ts";
import { queueOf } from "../../workflows/queues.ts";
import { buildCutoffs, stack } from "../lab/cutoffs.ts";
import { readShoppers } from "../lab/events.ts";
import type { Bench } from "../shared/bench.ts";
import { onEnd, temporaryFolder } from "../shared/cleanup.ts";
import { spread, whole } from "../shared/figures.ts";
import type { Report } from "../shared/report.ts";

const WHOLE_SHOP = fileURLToPath(new URL("../../data/online_retail.csv.gz", import.meta.url));
const SAMPLE = 20_000;
const SHARDS = 2;
const EPOCHS = 3;
const QUEUE = "bench";
const SIZES = {
  quick: [5_000],
  normal: [10_000, 50_000],
  whole: [10_000, 50_000, 200_000, 1_000_000],
};
const EQUAL_ROWS = 30_000;
const EQUAL_SHARDS = [1, 2, 4];
const EQUAL_SEEDS = [1, 2, 3];

/** One training in rounds. */
interface Run {
  recipe: string;
  rows: number;
  workers: number;
  seconds: number[];
  rounds: number;
}

/** How far from one worker's loss shards end. */
interface Equal {
  recipe: string;
  rows: number;
  seed: number;
  one: number;
  /** mean log loss by number of shards */
  sharded: number[];
}

const task: TrainingTask = {
  name: "churn",
  kind: "classification",
  horizonDays: DEMO_PROTOCOL.horizonDays,
  features: [...FEATURES],
  candidates: churn.candidates,
  featureHash: "bench",
};

const RECIPES: readonly FittedRecipe[] = churn.candidates.flatMap((recipe) =>
  recipe.name === "linear" || recipe.name === "deep"
    ? [{ recipe, penalties: { class: 1000 }, epochs: { class: EPOCHS } }]
    : []
);

const quiet = {
  progress: () => undefined,
  checkpoint: () => undefined,
  tick: () => Promise.resolve(),
  judge: () => Promise.reject(new Error("no metric of its own")),
};

export const distributedBench: Bench = {
  name: "distributed",
  about: "training over shards with one and two workers, by rows; what is lost beside one worker",
  minutes: 30,
  minutesWhole: 90,
  async run({ quick, whole, say }) {
    await startBackend();
    installRuntime(() => undefined);
    const folder = await temporaryFolder();
    const shop = await shopRows();
    const sizes = SIZES[quick ? "quick" : whole ? "whole" : "normal"];
    say("distributed: shards beside one worker");
    const equal = await equality(resampled(shop, quick ? 3_000 : EQUAL_ROWS, 1), quick ? [1] : EQUAL_SEEDS);
    const place = await startServers(folder.path);
    const store = fileArtefacts(join(folder.path, "artefacts"));
    const runs: Run[] = [];
    for (const rows of sizes) {
      const jobs = await jobsOf(store, resampled(shop, rows, 2));
      for (const workers of [1, 2]) {
        say(`distributed: ${rows} rows, ${workers} workers`);
        const processes = await startWorkers(place, store.place, workers);
        for (const job of jobs) {
          const { state, ...run } = await timed(place.client, job, quick ? 1 : whole ? 3 : 2);
          const { round } = decodeRounds(await store.get(state));
          runs.push({ ...run, rows, workers, rounds: round });
        }
        await stopWorkers(processes);
      }
    }
    await place.stop();
    return { report: reportOf(equal, runs), versions: {} };
  },
};

/** The churn rows of the whole Online Retail set. */
async function shopRows(): Promise<TrainingRows> {
  const { first, last, stepDays, activeDays, horizonDays, minTrain, activity } = DEMO_PROTOCOL;
  const { shoppers, lastMs } = await readShoppers(WHOLE_SHOP);
  const times = { firstMs: Date.parse(first), lastMs: Date.parse(last) };
  const protocol = { ...times, stepDays, activeDays, horizonDays, minTrain, activity };
  return stack(buildCutoffs(shoppers, [churn], protocol, lastMs), "churn");
}

/** As many rows as wanted, drawn with replacement. */
function resampled(rows: TrainingRows, n: number, seed: number): TrainingRows {
  const random = seededRandom(seed);
  const places = Int32Array.from({ length: n }, () => Math.floor(random() * rows.target.length));
  const drawn = takeRows(rows, places);
  return { ...drawn, user: Int32Array.from(places.keys()) };
}

async function fitted(rows: TrainingRows, recipe: FittedRecipe, seed: number): Promise<Predictor> {
  return decodeArtifact((await refit({ task, rows, recipe, seed }, quiet)).artifact);
}

const shardsOf = (rows: TrainingRows, shards: number): TrainingRows[] =>
  Array.from(
    { length: shards },
    (_, shard) => takeRows(rows, [...rows.target.keys()].filter((place) => shardOf(place, shards) === shard)),
  );

/** Rounds in this process, beside one worker's fit of the same recipe on the same rows. */
async function equality(rows: TrainingRows, seeds: readonly number[]): Promise<Equal[]> {
  const lossOf = (predictor: Predictor) =>
    mean(rowLosses("logLoss", rows.target, predictWith(predictor, rows.features, rows.target.length)));
  const found: Equal[] = [];
  for (const recipe of RECIPES) {
    for (const seed of recipe.recipe.family === "linear" ? seeds.slice(0, 1) : seeds) {
      const one = await fitted(rows, recipe, seed);
      const sharded: number[] = [];
      for (const shards of EQUAL_SHARDS) {
        const parts = shardsOf(rows, shards);
        let state = openRounds(one);
        while (!isDone(state)) {
          const sums: Float64Array[] = [];
          for (const part of parts) sums.push(await sumShard(one, state, part));
          state = closeRound(one, state, sums);
        }
        sharded.push(lossOf(closeRounds(one, state, rows.target.length)));
      }
      found.push({ recipe: recipe.recipe.name, rows: rows.target.length, seed, one: lossOf(one), sharded });
    }
  }
  return found;
}

interface Job {
  recipe: string;
  files: string[];
  checkpoint: { draft: string; artefact: string; state: string };
}

/** Writes the shards of some rows, and what each recipe comes to on a sample of them. */
async function jobsOf(store: ArtefactStore, rows: TrainingRows): Promise<Job[]> {
  const files: string[] = [];
  for (const shard of shardsOf(rows, SHARDS)) files.push(await store.put(encodeShard(shard)));
  const sample = takeRows(
    rows,
    Int32Array.from({ length: Math.min(SAMPLE, rows.target.length) }, (_, i) => i),
  );
  const jobs: Job[] = [];
  for (const recipe of RECIPES) {
    const { artifact } = await refit({ task, rows: sample, recipe, seed: 1 }, quiet);
    const artefact = await store.put(artifact);
    const state = await store.put(encodeRounds(openRounds(decodeArtifact(artifact))));
    jobs.push({ recipe: recipe.recipe.name, files, checkpoint: { draft: "", artefact, state } });
  }
  return jobs;
}

interface Place {
  databaseUrl: string;
  temporalAddress: string;
  client: Client;
  stop(): Promise<void>;
}

/** Postgres and Temporal, and a worker for the workflows alone. */
async function startServers(folder: string): Promise<Place> {
  const env = Deno.env.toObject();
  const uid = Deno.uid();
  const cache = cacheHome({ env, uid });
  const ports = { postgres: await freePort(), temporal: await freePort(), temporalUi: await freePort() };
  const home = join(folder, "servers");
  const servers = await startInstallation({ env, uid, cache, home, ports, log: () => undefined });
  const stopServers = onEnd(() => servers.stop());
  const { databaseUrl, temporalAddress } = servers;
  const sql = connect(databaseUrl, { max: 1 });
  await migrate(sql);
  await sql.end();
  const connection = await NativeConnection.connect({ address: temporalAddress });
  const workflowBundle = { codePath: await bundledWorkflows(cache) };
  const worker = await Worker.create({ connection, taskQueue: QUEUE, workflowBundle });
  const running = worker.run();
  return {
    databaseUrl,
    temporalAddress,
    client: new Client({ connection }),
    async stop() {
      worker.shutdown();
      await running;
      await connection.close();
      await stopServers();
    },
  };
}

async function startWorkers(
  { databaseUrl, temporalAddress }: Place,
  folder: string,
  count: number,
): Promise<Deno.ChildProcess[]> {
  const script = fileURLToPath(new URL("worker.ts", import.meta.url));
  const queue = queueOf(QUEUE, "training");
  return await Promise.all(Array.from({ length: count }, async () => {
    const args = ["run", "-A", "--no-check", "-q", script, databaseUrl, folder, temporalAddress, queue];
    const child = new Deno.Command(Deno.execPath(), {
      args,
      stdin: "null",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    onEnd(() => Promise.resolve(killed(child)));
    const reader = child.stdout.getReader();
    const { done } = await reader.read();
    if (done) throw new Error("A worker of the bench did not start");
    return child;
  }));
}

function killed(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended
  }
}

async function stopWorkers(processes: readonly Deno.ChildProcess[]): Promise<void> {
  for (const child of processes) killed(child);
  await Promise.all(processes.map((child) => child.status));
}

/** Runs a training several times; a first one, which is not counted, warms the workers up. */
async function timed(
  client: Client,
  job: Job,
  times: number,
): Promise<Pick<Run, "recipe" | "seconds"> & { state: string }> {
  const { recipe, files, checkpoint } = job;
  const seconds: number[] = [];
  let state = "";
  for (let i = 0; i <= times; i++) {
    const begun = performance.now();
    const { candidate } = await client.workflow.execute<typeof distributedTraining>("distributedTraining", {
      workflowId: crypto.randomUUID(),
      taskQueue: QUEUE,
      args: [{
        cycleId: "bench",
        model: "churn",
        snapshotId: "",
        refit: false,
        shards: SHARDS,
        why: "",
        files,
        checkpoint,
      }],
    });
    if (i > 0) seconds.push((performance.now() - begun) / 1000);
    state = candidate;
  }
  return { recipe, seconds, state };
}

const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toExponential(1)}`;

function reportOf(equal: readonly Equal[], runs: readonly Run[]): Report {
  const ofOne = ({ recipe, rows }: Run) =>
    runs.find((run) => run.recipe === recipe && run.rows === rows && run.workers === 1)!;
  const medianOf = ({ seconds }: Run) => spread(seconds).median;
  return {
    name: "scale-distributed",
    title: "Training over shards, with one and two workers",
    method:
      `Churn rows of the whole Online Retail set, drawn with replacement, ${FEATURES.length} features. Workers are processes ` +
      `that sum one shard at a time on a Temporal, a Postgres and a folder of their own, all on this machine; the rows ` +
      `are in ${SHARDS} shards whatever the workers. Timed: the rounds alone, from a fit on a sample of at most ` +
      `${
        whole(SAMPLE)
      } rows to the last checkpoint; writing the shards is not in it. "deep" is the exact linear path, then ` +
      `${EPOCHS} rounds of its hidden layers. Medians of ${
        runs[0].seconds.length
      }, after one that is not counted.`,
    tables: [
      {
        title: "Speed",
        head: ["", "rows", "workers", "rounds", "seconds", "a round", "against one worker"],
        rows: runs.map((run) => [
          run.recipe,
          whole(run.rows),
          String(run.workers),
          String(run.rounds),
          medianOf(run).toFixed(2),
          `${(1000 * medianOf(run) / run.rounds).toFixed(0)} ms`,
          `${(medianOf(ofOne(run)) / medianOf(run)).toFixed(2)} times`,
        ]),
      },
      {
        title: `Mean log loss beside one worker's fit of the same recipe on the same ${
          whole(equal[0].rows)
        } rows`,
        head: ["", "seed", "one worker", ...EQUAL_SHARDS.map((n) => `${n} shard${n > 1 ? "s" : ""}`)],
        rows: equal.map(({ recipe, seed, one, sharded }) => [
          recipe,
          String(seed),
          one.toFixed(6),
          ...sharded.map((loss) => signed(loss - one)),
        ]),
      },
    ],
    notes: [
      "One worker's linear fit stops when a step is shorter than 1e-4, rounds at 1e-7: their minimum is the lower one.",
      "Hidden layers take fewer steps over more shards: a shard's epoch has that much fewer batches, and the rounds are " +
      "as many as one worker's epochs.",
      "Two workers need two cores: on a machine that others use too the speed-up is a lower bound.",
    ],
    figures: { equal, runs },
  };
}
