import { join } from "node:path";
import process from "node:process";
import { DAY_MS } from "../src/core/time.ts";
import { DEMO_PROTOCOL } from "../src/demo/protocol.ts";
import { FEATURE_HASH, FEATURES } from "../src/features/definition.ts";
import { loadModels } from "../src/models/mod.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { Recipe } from "../src/models/recipe.ts";
import { mean } from "../src/stats/mean.ts";
import { rowLosses } from "../src/stats/metrics.ts";
import { startBackend } from "../src/training/backend.ts";
import { compete } from "../src/training/compete.ts";
import { loadScorer } from "../src/training/scorer.ts";
import type { TrainingRows } from "../src/training/rows.ts";
import { buildCutoffs, type Cutoff, stack } from "./lab/cutoffs.ts";
import { readShoppers } from "./lab/events.ts";
import type { Bench } from "./shared/bench.ts";
import { temporaryFolder } from "./shared/cleanup.ts";
import { figure, range, ratios, type Spread, spread, whole } from "./shared/figures.ts";
import { pythonWithPeers, runPython } from "./shared/python.ts";
import type { Report } from "./shared/report.ts";
import { BUNDLED } from "./shared/service.ts";

const RUNS = 5;
const MODELS = ["churn", "spending"] as const;
/** Of the cut-offs, the newest ones test. */
const TESTED = 4;
/** The champion of a warm start knows so many cut-offs less than the challenger. */
const NEWER = 3;

/** One training: seconds by the clock and of the processor, and the loss on the test rows. */
interface Trained {
  readonly model: string;
  readonly learner: string;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly loss: number;
}

/** What Perennial trains: by name, the candidates of a model's that take part. */
const OURS: Readonly<Record<string, (recipe: Recipe) => boolean>> = {
  "Perennial, linear": ({ family, name }) => family === "linear" && name === "linear",
  "Perennial, warm start": ({ family }) => family === "warm-start",
  "Perennial, whole competition": () => true,
};

export const trainingBench: Bench = {
  name: "training",
  about: "seconds to train both models, beside scikit-learn and LightGBM, with the loss on newer rows",
  minutes: 15,
  async run({ say, quick }) {
    const python = await pythonWithPeers(say);
    await startBackend();
    const runs = quick ? 1 : RUNS;
    const { models, train, older, test } = await readRows();
    const trained: Trained[] = [];
    for (let run = 0; run <= runs; run++) { // the first compiles: not counted
      say(`training: ours, run ${run}`);
      for (const model of models) {
        const rows = {
          train: stack(train, model.name),
          older: stack(older, model.name),
          test: stack(test, model.name),
        };
        const found = await trainOurs(model, rows);
        if (run > 0) trained.push(...found);
      }
    }
    say("training: the peers");
    const peers = await trainPeers(python, { train, test, runs });
    const rows = { train: stack(train, "churn").target.length, test: stack(test, "churn").target.length };
    return { report: reportOf([...trained, ...peers.results], rows, runs), versions: peers.versions };
  },
};

async function readRows() {
  const known = await loadModels();
  const models = MODELS.map((name) => known.get(name)!);
  const { shoppers, lastMs } = await readShoppers(BUNDLED);
  const { first, last, ...protocol } = DEMO_PROTOCOL;
  const span = { firstMs: Date.parse(first), lastMs: Date.parse(last) };
  const cutoffs = buildCutoffs(shoppers, models, { ...protocol, ...span }, lastMs);
  const test = cutoffs.slice(-TESTED);
  const outcomesBy = (from: number) => ({ cutoffMs }: Cutoff) =>
    cutoffMs + protocol.horizonDays * DAY_MS <= from;
  const train = cutoffs.filter(outcomesBy(test[0].cutoffMs));
  const older = train.slice(0, -NEWER).filter(outcomesBy(train[train.length - NEWER].cutoffMs));
  return { models, train, older, test };
}

async function trainOurs(
  model: ModelDefinition,
  { train, older, test }: Record<"train" | "older" | "test", TrainingRows>,
): Promise<Trained[]> {
  const trained: Trained[] = [];
  const reporter = {
    progress: () => undefined,
    checkpoint: () => undefined,
    tick: () => Promise.resolve(),
    judge: () => Promise.reject(new Error("no metric of a shop's own")),
  };
  const run = (rows: TrainingRows, candidates: readonly Recipe[], champion?: Uint8Array) =>
    compete({
      task: {
        name: model.name,
        kind: model.kind,
        features: FEATURES,
        candidates,
        horizonDays: DEMO_PROTOCOL.horizonDays,
        featureHash: FEATURE_HASH,
        loss: model.loss,
      },
      rows,
      seed: 1,
      champion,
    }, reporter);
  const fresh = model.candidates.filter(({ family }) => family === "network" || family === "linear");
  const { artifact: champion } = await run(older, fresh.slice(-1));
  for (const [learner, takesPart] of Object.entries(OURS)) {
    const used = process.cpuUsage();
    const started = performance.now();
    const { artifact } = await run(train, model.candidates.filter(takesPart), champion);
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(used);
    const answers = loadScorer(artifact).predictPacked(test.features, test.target.length);
    const loss = mean(rowLosses(model.name === "churn" ? "logLoss" : "mse", test.target, answers));
    trained.push({ model: model.name, learner, seconds, cpuSeconds: (user + system) / 1e6, loss });
  }
  return trained;
}

async function trainPeers(
  python: string,
  { train, test, runs }: { train: readonly Cutoff[]; test: readonly Cutoff[]; runs: number },
) {
  const folder = await temporaryFolder();
  const path = join(folder.path, "rows.bin");
  const parts = [train, test].flatMap((cutoffs) => {
    const { features, target: churn, cutoffMs } = stack(cutoffs, "churn");
    return [features, churn, stack(cutoffs, "spending").target, cutoffMs.map((ms) => ms / DAY_MS)];
  });
  await Deno.writeFile(path, await new Blob(parts as BlobPart[]).bytes());
  const rowsOf = (cutoffs: readonly Cutoff[]) => stack(cutoffs, "churn").target.length;
  const shape = {
    train: rowsOf(train),
    test: rowsOf(test),
    width: FEATURES.length,
    horizonDays: DEMO_PROTOCOL.horizonDays,
  };
  const script = new URL("./training_peer.py", import.meta.url);
  const args = [path, JSON.stringify(shape), String(runs)];
  const found = await runPython<{ results: Trained[]; versions: Record<string, string> }>(
    python,
    script,
    args,
    600_000,
  );
  await folder.remove();
  return found;
}

function reportOf(trained: readonly Trained[], rows: { train: number; test: number }, runs: number): Report {
  const s = (value: number) => `${value.toFixed(2)} s`;
  const of = (model: string, learner: string, value: "seconds" | "cpuSeconds" | "loss") =>
    trained.filter((one) => one.model === model && one.learner === learner).map((one) => one[value]);
  const learners = [...new Set(trained.map(({ learner }) => learner))];
  const cpu = (model: string, learner: string) => of(model, learner, "cpuSeconds");
  const together = (model: string) => cpu(model, "MLP").map((v, i) => v + cpu(model, "LightGBM")[i]);
  const aims = MODELS.flatMap((model) => [
    held(
      `${model}: linear, at most the processor time of scikit-learn's`,
      ratios(cpu(model, "Perennial, linear"), cpu(model, "linear")),
      1,
    ),
    held(
      `${model}: the whole competition, at most 1.5 times MLP and LightGBM`,
      ratios(cpu(model, "Perennial, whole competition"), together(model)),
      1.5,
    ),
    held(
      `${model}: a warm start, less than MLP and LightGBM`,
      ratios(cpu(model, "Perennial, warm start"), together(model)),
      1,
    ),
  ]);
  return {
    name: "training",
    title: "Training",
    method:
      `The bundled shop's rows: ${whole(rows.train)} of older cut-offs to train on, ${
        whole(rows.test)
      } of the newest ` +
      `${TESTED} to test, ${FEATURES.length} features. Each learner gets the raw features, chooses penalties, epochs or rounds on the newest ` +
      "of the training rows, and is fitted again on all of them. Perennial's whole competition tries every candidate of the " +
      "model: linear models, a network on top of one, its warm start, a blend. scikit-learn's linear models try four " +
      "penalties, its MLP has the same layers, rate, batches and epochs; LightGBM tries three sizes of trees, up to 300 " +
      `rounds. Two threads for the peers, one for ours. Medians of ${runs} runs, lowest and highest beside them.`,
    tables: MODELS.map((model) => ({
      title: model,
      head: ["", "seconds", "of the processor", `${model === "churn" ? "log loss" : "MSE"} on newer rows`],
      rows: learners.map((learner) => [
        learner,
        range(spread(of(model, learner, "seconds")), s),
        range(spread(of(model, learner, "cpuSeconds")), s),
        figure(spread(of(model, learner, "loss")).median),
      ]),
    })),
    notes: aims,
    figures: trained,
  };
}

const held = (text: string, found: Spread, aim: number) =>
  `${found.median <= aim ? "YES" : "NO"}: ${text}: ${range(found, (value) => value.toFixed(2))}.`;
