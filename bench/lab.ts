import { parseArgs } from "node:util";
import { DAY_MS } from "../src/core/time.ts";
import { FEATURE_HASH, FEATURES } from "../src/features/definition.ts";
import { classificationScores, regressionScores } from "../src/stats/metrics.ts";
import { quantile } from "../src/stats/quantile.ts";
import { loadModels } from "../src/models/mod.ts";
import type { ModelDefinition } from "../src/models/model.ts";
import type { Recipe, TargetTransform } from "../src/models/recipe.ts";
import type { CompeteResult } from "../src/training/protocol.ts";
import { loadScorer } from "../src/training/scorer.ts";
import { createTrainer, type Trainer } from "../src/training/trainer.ts";
import { buildCutoffs, type Cutoff, type Protocol, stack } from "./lab/cutoffs.ts";
import { readShoppers } from "./lab/events.ts";

/**
 * The models on an event file, without database or workflows: features, competition and scores, cut-off by cut-off.
 * At each test cut-off a model learns only from cut-offs whose outcomes were complete by then.
 *
 *     deno run -A bench/lab.ts data/demo.csv.gz --first 2011-02-01 --last 2011-11-11
 */
const { values: options, positionals: [file] } = parseArgs({
  allowPositionals: true,
  options: {
    policy: { type: "string", default: "always" }, // always | frozen
    first: { type: "string", default: "2011-02-01" },
    last: { type: "string", default: "2011-11-11" },
    "step-days": { type: "string", default: "14" },
    "active-days": { type: "string", default: "90" },
    "horizon-days": { type: "string", default: "28" },
    "min-train": { type: "string", default: "3" },
    activity: { type: "string", default: "purchase" }, // purchase | any
    models: { type: "string", default: "churn,spending" },
    candidate: { type: "string" }, // only this one, to see what it gives by itself
    target: { type: "string" }, // only a linear candidate that learns this transform of the target
    serve: { type: "string" }, // always this candidate, whichever wins
    seed: { type: "string", default: "1" },
    json: { type: "string" },
    quiet: { type: "boolean", default: false },
  },
});

/** One model's scores at one test cut-off. */
interface Tested {
  readonly model: string;
  readonly cutoff: string;
  readonly rows: number;
  readonly trainedOn: number;
  readonly winner: string;
  readonly seconds: number;
  readonly scores: Readonly<Record<string, number>>;
  readonly candidates: CompeteResult["candidates"];
}

const protocol: Protocol = {
  firstMs: Date.parse(options.first),
  lastMs: Date.parse(options.last),
  stepDays: Number(options["step-days"]),
  activeDays: Number(options["active-days"]),
  horizonDays: Number(options["horizon-days"]),
  minTrain: Number(options["min-train"]),
  activity: options.activity === "any" ? "any" : "purchase",
};

async function run(trainer: Trainer): Promise<void> {
  const { shoppers, lines, lastMs } = await readShoppers(file);
  const known = await loadModels();
  const models = options.models.split(",").map((name) => known.get(name)!);
  const cutoffs = buildCutoffs(shoppers, models, protocol, lastMs);
  const featureMs = cutoffs.reduce((sum, c) => sum + c.featureMs, 0) / cutoffs.length;
  console.log(
    `${lines} lines, ${shoppers.length} shoppers, ${cutoffs.length} cut-offs of ` +
      `${Math.min(...cutoffs.map((c) => c.users.length))} to ${
        Math.max(...cutoffs.map((c) => c.users.length))
      } rows; ` +
      `${FEATURES.length} features in ${featureMs.toFixed(0)} ms a cut-off`,
  );
  const tested = await Promise.all(models.map((model) => testModel(trainer, model, cutoffs)));
  for (const [i, model] of models.entries()) printMeans(model, tested[i]);
  if (options.json) await Deno.writeTextFile(options.json, JSON.stringify(tested.flat(), null, 1));
}

/** Every test cut-off of one model, in order. */
async function testModel(
  trainer: Trainer,
  model: ModelDefinition,
  cutoffs: readonly Cutoff[],
): Promise<Tested[]> {
  const tested: Tested[] = [];
  let served: CompeteResult | undefined;
  for (const test of cutoffs) {
    const past = cutoffs.filter((c) => c.cutoffMs + protocol.horizonDays * DAY_MS <= test.cutoffMs);
    if (past.length < protocol.minTrain) continue;
    const started = performance.now();
    if (!served || options.policy === "always") served = await train(trainer, model, past, served?.artifact);
    const seconds = (performance.now() - started) / 1000;
    tested.push(scored(model, test, past, served, seconds));
    if (!options.quiet) printCutoff(tested[tested.length - 1]);
  }
  return tested;
}

async function train(
  trainer: Trainer,
  model: ModelDefinition,
  past: readonly Cutoff[],
  champion?: Uint8Array,
): Promise<CompeteResult> {
  const { name, kind } = model;
  const { horizonDays } = protocol;
  const candidates = candidatesOf(model);
  const task = { name, kind, features: FEATURES, candidates, horizonDays, featureHash: FEATURE_HASH };
  const request = { task, rows: stack(past, name), seed: Number(options.seed), champion };
  const result = await trainer.compete(request);
  const wanted = result.candidates.find((c) => c.name === options.serve && !c.skipped);
  if (!wanted) return result;
  const { artifact } = await trainer.refit({ ...request, recipe: wanted.recipe });
  return { ...result, winner: wanted.recipe, artifact };
}

/** The model's own candidates, unless the options single one out. */
function candidatesOf(model: ModelDefinition): readonly Recipe[] {
  if (options.candidate) return model.candidates.filter((c) => c.name === options.candidate);
  if (!options.target) return model.candidates;
  return [{
    family: "linear",
    name: options.target,
    inputs: "log+raw",
    target: options.target as TargetTransform,
  }];
}

function scored(
  model: ModelDefinition,
  test: Cutoff,
  past: readonly Cutoff[],
  served: CompeteResult,
  seconds: number,
): Tested {
  const y = test.targets.get(model.name)!;
  const rows = y.length;
  const predictions = loadScorer(served.artifact).predictPacked(test.features, rows);
  const learned = stack(past, model.name).target;
  const scores = model.kind === "classification"
    ? classificationScores(y, predictions)
    : regressionScores(y, predictions, { cap: quantile(learned, 0.99) });
  return {
    model: model.name,
    cutoff: new Date(test.cutoffMs).toISOString().slice(0, 10),
    rows,
    trainedOn: learned.length,
    winner: served.winner.recipe.name,
    seconds,
    scores: Object.fromEntries(Object.entries(scores).map(([name, value]) => [name, value ?? NaN])),
    candidates: served.candidates,
  };
}

const shown = (value: number) => Math.abs(value) < 10 ? value.toFixed(4) : value.toFixed(0);

function scoresText(
  model: Pick<ModelDefinition, "metrics">,
  scores: Readonly<Record<string, number>>,
): string {
  return model.metrics.map((m) => `${m} ${shown(scores[m])}`.padEnd(18)).join("");
}

function printCutoff(t: Tested): void {
  const text = Object.keys(t.scores).filter((k) => k !== "n").map((m) =>
    `${m} ${shown(t.scores[m])}`.padEnd(18)
  ).join("");
  const field = t.candidates.map((c) => `${c.name}=${c.criterion === undefined ? "-" : shown(c.criterion)}`)
    .join(" ");
  console.log(
    `${t.cutoff} ${t.model.padEnd(9)} ${String(t.trainedOn).padStart(6)} rows ${t.seconds.toFixed(1)} s  ` +
      `${text} ${t.winner.padEnd(10)} (${field})`,
  );
}

function printMeans(model: ModelDefinition, tested: readonly Tested[]): void {
  const mean = (of: (t: Tested) => number) => tested.reduce((sum, t) => sum + of(t), 0) / tested.length;
  const scores = Object.fromEntries(model.metrics.map((m) => [m, mean((t) => t.scores[m])]));
  const wins = new Map<string, number>();
  for (const t of tested) wins.set(t.winner, (wins.get(t.winner) ?? 0) + 1);
  console.log(
    `MEAN of ${tested.length} ${model.name}: ${scoresText(model, scores)}` +
      `${mean((t) => t.seconds).toFixed(1)} s a training, ${
        Math.max(...tested.map((t) => t.seconds)).toFixed(1)
      } s at most; ` +
      `winners ${[...wins].map(([name, n]) => `${name} ${n}`).join(", ")}`,
  );
}

if (!file) throw new TypeError("Cannot run the lab: name an event file, .csv or .csv.gz");
const trainer = createTrainer({ workers: 2 });
try {
  await run(trainer);
} finally {
  trainer.close();
}
