import { join } from "node:path";
import { FederatedPlan } from "../../src/federated/plan.ts";
import { MOMENTS_NOISE } from "../../src/federated/moments.ts";
import { epsilonSpent } from "../../src/federated/spent.ts";
import { startBackend } from "../../src/training/backend.ts";
import { solveLogistic } from "../../src/training/linear.ts";
import type { TrainingRows } from "../../src/training/rows.ts";
import type { Bench } from "../shared/bench.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { spread } from "../shared/figures.ts";
import { pythonWithPeers, runPython } from "../shared/python.ts";
import type { Report, Table } from "../shared/report.ts";
import {
  type Effect,
  effectOf,
  effectsTable,
  lossesOf,
  MARGIN,
  type Models,
  testedShoppers,
} from "./effects.ts";
import { bookingsByOutlet, type FederatedSet, retailByCountry } from "./sets.ts";
import { federate, judge, localRows, type Moments, type Quality, type Trained } from "./train.ts";

const PLAIN = FederatedPlan.parse({ rounds: 20 });
/** Rounds with noise: one local step of each sampled shopper. */
const NOISY = { rounds: 40, localEpochs: 1 };
const PRIVACY = { sampling: 0.25, delta: 1e-5 };
/** Rates and clips that rounds with noise may take; which ones, the training rows say at a noise of 2. */
const RATES = [0.1, 0.3, 1];
const CLIPS = [0.1, 0.3];
/** Longer than any step. */
const UNCLIPPED = 1e9;
const NOISES = [0.5, 1, 2, 4, 8, 16];
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

export const federatedBench: Bench = {
  name: "federated",
  about: "rows that stay apart beside pooled and local-only training and Flower's FedAvg; what epsilon costs",
  minutes: 60,
  async run({ say, quick }) {
    const python = await pythonWithPeers(say, {
      requirements: "requirements-federated.txt",
      modules: "dp_accounting, flwr, numpy",
      hint: "they need Python 3.11 to 3.13",
    });
    await startBackend();
    const sets = [await retailByCountry()];
    const outlets = Deno.env.get("FEDERATED_CSV");
    if (outlets !== undefined) sets.push(await bookingsByOutlet(outlets));
    const found: SetResult[] = [];
    let versions = {};
    for (const set of sets) {
      say(`federated: ${set.name}, ${set.parts.size} participants`);
      const result = await compareOn(set, python, quick ? [1] : SEEDS);
      versions = result.versions;
      found.push(result);
    }
    return { report: reportOf(found), versions };
  },
};

interface SetResult {
  set: FederatedSet;
  regimes: { name: string; quality: Quality; seconds: number }[];
  noisy: Steps;
  curve: { noise: number; epsilon: number; runs: Quality[] }[];
  effects: Effect[];
  versions: Record<string, string>;
}

/** How large the steps of rounds with noise are. */
interface Steps {
  learningRate: number;
  clip: number;
}

const noisyPlan = ({ learningRate, clip }: Steps, noise: number) =>
  FederatedPlan.parse({ ...NOISY, learningRate, privacy: { ...PRIVACY, clip, noise } });

/** The steps with the least loss on the rows that train. */
async function chooseSteps(set: FederatedSet, train: ReadonlyMap<string, TrainingRows>): Promise<Steps> {
  const onTraining = {
    ...set,
    parts: new Map([...train].map(([name, rows]) => [name, { train: rows, test: rows }])),
  };
  let best: Steps & { loss: number } = { learningRate: 0, clip: 0, loss: Infinity };
  for (const learningRate of RATES) {
    for (const clip of CLIPS) {
      const plan = noisyPlan({ learningRate, clip }, 2);
      const model = await federate(train, { columns: set.columns, plan, seed: 100 });
      const { logLoss: loss } = judge(onTraining, () => model);
      if (loss < best.loss) best = { learningRate, clip, loss };
    }
  }
  return best;
}

async function compareOn(set: FederatedSet, python: string, seeds: readonly number[]): Promise<SetResult> {
  const train = new Map([...set.parts].map(([name, { train }]) => [name, train]));
  const pooled = new Map([["all", together([...train.values()])]]);
  const on = (parts: ReadonlyMap<string, TrainingRows>, plan = PLAIN, seed = 1) =>
    federate(parts, { columns: set.columns, plan, seed });
  const regimes: SetResult["regimes"] = [];
  const timed = async (name: string, work: () => Promise<(participant: string) => Trained>) => {
    const begun = performance.now();
    const modelOf = await work();
    regimes.push({ name, seconds: (performance.now() - begun) / 1000, quality: judge(set, modelOf) });
  };
  const whole = await on(pooled);
  await timed(
    "pooled, the exact logistic regression",
    () => Promise.resolve(exact(whole, pooled.get("all")!)).then((model) => () => model),
  );
  await timed("pooled, the same steps", () => on(pooled).then((model) => () => model));
  await timed("local-only, a model each", async () => {
    const own = new Map<string, Trained>();
    for (const [name, rows] of train) own.set(name, await on(new Map([[name, rows]])));
    return (name) => own.get(name)!;
  });
  await timed("federated, no noise", () => on(train).then((model) => () => model));
  const deep = { ...PLAIN, hidden: [16] };
  await timed("federated, no noise, 16 hidden units", () => on(train, deep).then((model) => () => model));
  let versions = {};
  await timed("Flower's FedAvg, same split and steps", async () => {
    const { model, versions: theirs } = await flower(await on(train, { ...PLAIN, rounds: 1 }), {
      train,
      python,
    });
    versions = theirs;
    return () => model;
  });
  const noisy = await chooseSteps(set, train);
  const curve: SetResult["curve"] = [];
  const noised = new Map<string, Models>();
  for (const noise of NOISES) {
    const plan = noisyPlan(noisy, noise);
    const epsilon = epsilonSpent([{ plan, moments: 1, rounds: plan.rounds }], PRIVACY)!;
    const models = await bySeed(seeds, (seed) => on(train, plan, seed));
    curve.push({ noise, epsilon, runs: models.map((modelOf) => judge(set, modelOf)) });
    noised.set(`noise ${noise}, epsilon ${epsilon.toFixed(2)}`, models);
  }
  const effects = await effectsOf(set, { train, pooled, noisy, seeds, noised });
  return { set, regimes, noisy, curve, effects, versions };
}

async function bySeed(seeds: readonly number[], train: (seed: number) => Promise<Trained>): Promise<Models> {
  const models: (() => Trained)[] = [];
  for (const seed of seeds) {
    const model = await train(seed);
    models.push(() => model);
  }
  return models;
}

/** From pooled steps to rounds with noise, one change at a time: what each costs. */
async function effectsOf(
  set: FederatedSet,
  { train, pooled, noisy, seeds, noised }: {
    train: ReadonlyMap<string, TrainingRows>;
    pooled: ReadonlyMap<string, TrainingRows>;
    noisy: Steps;
    seeds: readonly number[];
    noised: ReadonlyMap<string, Models>;
  },
): Promise<Effect[]> {
  const shoppers = testedShoppers(set);
  const lossesFor = async (
    parts: ReadonlyMap<string, TrainingRows>,
    plan: FederatedPlan,
    moments?: Moments,
  ) =>
    lossesOf(
      set,
      await bySeed(seeds, (seed) => federate(parts, { columns: set.columns, plan, seed, moments })),
    );
  const local: Models = await Promise.all(seeds.map(async (seed) => {
    const own = new Map<string, Trained>();
    for (const [name, rows] of train) {
      own.set(name, await federate(new Map([[name, rows]]), { columns: set.columns, plan: PLAIN, seed }));
    }
    return (name: string) => own.get(name)!;
  }));
  const unclipped = withoutNoise(noisy, UNCLIPPED);
  const clipped = withoutNoise(noisy, noisy.clip);
  const losses = {
    "pooled, the same steps": await lossesFor(pooled, PLAIN),
    "federated, no noise": await lossesFor(train, PLAIN),
    "single steps of sampled shoppers": await lossesFor(train, unclipped, "exact"),
    "and each step clipped": await lossesFor(train, clipped, "exact"),
    "and moments clipped": await lossesFor(train, clipped, "clipped"),
    "and moments noised": await lossesFor(train, clipped, "noised"),
  };
  const names = Object.keys(losses) as (keyof typeof losses)[];
  const effect = (what: string, mine: readonly Float64Array[], against: keyof typeof losses) =>
    effectOf({ what, against }, { losses: mine, base: losses[against], shoppers });
  return [
    effect("local-only, a model each", lossesOf(set, local), names[0]),
    ...names.slice(1).map((name, i) => effect(name, losses[name], names[i])),
    ...[...noised].flatMap(([name, models]) => {
      const mine = lossesOf(set, models);
      return [
        effect(name, mine, "and moments noised"),
        effect(name, mine, "federated, no noise"),
      ];
    }),
  ];
}

/** The plan of rounds with noise, but without it. */
function withoutNoise(steps: Steps, clip: number): FederatedPlan {
  const plan = noisyPlan(steps, 1);
  return { ...plan, privacy: { ...plan.privacy!, noise: 0, clip } };
}

/** Rows of several participants as one's; shoppers of two of them are never the same. */
function together(parts: readonly TrainingRows[]): TrainingRows {
  const n = parts.reduce((sum, { target }) => sum + target.length, 0);
  const { width } = parts[0];
  const all: TrainingRows = {
    features: new Float32Array(n * width),
    width,
    target: new Float64Array(n),
    cutoffMs: new Float64Array(n),
    user: new Int32Array(n),
  };
  let at = 0;
  for (const { features, target, cutoffMs, user } of parts) {
    all.features.set(features, at * width);
    all.target.set(target, at);
    all.cutoffMs.set(cutoffMs, at);
    all.user.set(user, at);
    at += target.length;
  }
  return all;
}

/** The minimum that the steps go towards. */
function exact({ agreed, shape }: Trained, rows: TrainingRows): Trained {
  const { x } = localRows(agreed, rows);
  const problem = { x, k: shape.inputs, y: Float32Array.from(rows.target) };
  const [weights] = solveLogistic(problem, [PLAIN.weightDecay * rows.target.length]);
  return { agreed, shape, weights };
}

/** Trains by Flower on columns as we standardise them. */
async function flower(
  { agreed, shape }: Trained,
  { train, python }: { train: ReadonlyMap<string, TrainingRows>; python: string },
): Promise<{ model: Trained; versions: Record<string, string> }> {
  const folder = await temporaryFolder();
  try {
    const paths: string[] = [];
    for (const rows of train.values()) {
      const path = join(folder.path, `${paths.length}.f32`);
      await Deno.writeFile(path, packed(agreed, rows));
      paths.push(path);
    }
    const job = JSON.stringify({ plan: PLAIN, inputs: shape.inputs, paths, seed: 1 });
    const script = new URL("flower.py", import.meta.url);
    const { weights, versions } = await runPython<{ weights: number[]; versions: Record<string, string> }>(
      python,
      script,
      [job],
      20 * 60_000,
    );
    return { model: { agreed, shape, weights: Float64Array.from(weights) }, versions };
  } finally {
    await folder.remove();
  }
}

function packed(agreed: Trained["agreed"], rows: TrainingRows): Uint8Array {
  const k = agreed.preprocessing.columns.length;
  const { x, y } = localRows(agreed, rows);
  const numbers = new Float32Array(y.length * (k + 1));
  for (let i = 0; i < y.length; i++) {
    numbers.set(x.subarray(i * k, (i + 1) * k), i * (k + 1));
    numbers[i * (k + 1) + k] = y[i];
  }
  return new Uint8Array(numbers.buffer);
}

function reportOf(found: readonly SetResult[]): Report {
  const { rounds, localEpochs, batchSize, learningRate, weightDecay } = PLAIN;
  return {
    name: "federated",
    title: "Federated training: rows that stay apart, beside pooled and local-only ones and Flower",
    method:
      `Logistic regressions on logarithms, ${rounds} rounds of ${localEpochs} local epochs (batches of ${batchSize}, rate ` +
      `${learningRate}, decay ${weightDecay}), standardised by moments that participants sum. Older rows train, newer ones ` +
      `test. With noise: ${NOISY.rounds} rounds, each shopper in a round with chance ${PRIVACY.sampling}, one clipped step, ` +
      `delta ${PRIVACY.delta}, moments with noise ${MOMENTS_NOISE}; rate and clip have the least loss on the training rows ` +
      `of ${RATES.length * CLIPS.length} pairs at noise 2, a choice that epsilon does not count. ` +
      "Sums are taken in the clear: tests show that the secure ones come to the same numbers. Flower: its FedAvg strategy " +
      "in one process, without Ray, on the same columns.",
    tables: found.flatMap(tablesOf),
    notes: [
      '"Others": the tested rows of all participants but the one with most rows.',
      "Epsilon is for the presence of one shopper, by add or remove; whatever a shopper's rows are.",
      "With noise each participant adds its part of it for the case that only the threshold of them stays: with all present " +
      "the noise is stronger than epsilon asks for.",
      "The first table of a set is one seed each. The last one compares all seeds, pair by pair: the interval over seeds is of " +
      "the order of rows, of who is sampled and of the noise; the one over shoppers is of who was tested, on losses averaged " +
      `over the seeds. Equal: both lie within ${MARGIN} of 0. Not shown: they neither do, nor leave 0 out.`,
      '"Would be seen": the difference that so many tested shoppers show with a chance of 80 %. Neither interval holds ' +
      "the chance of which shoppers trained.",
      "From one row to the next a single thing changes: what rounds with noise cost beyond the noise stands in the rows between.",
      "A seed keeps its noise along the curve, scaled, so that the rows of a curve are not independent.",
      "Rates and clips were chosen from few, and the chosen clip is the largest that was tried: better steps may exist.",
      "Of bookings each counts as a shopper of its own, which makes epsilon cheap there: who books twice is not covered.",
      ...found.length === 1
        ? ["The second set, bookings by outlet, was not at hand: FEDERATED_CSV names its file."]
        : [],
    ],
    figures: found.map(({ set, regimes, noisy, curve, effects }) => ({
      set: set.name,
      participants: [...set.parts].map(([name, { train, test }]) => ({
        name,
        rows: train.target.length,
        shoppers: new Set(train.user).size,
        tested: test.target.length,
      })),
      regimes,
      noisy,
      curve,
      effects,
    })),
  };
}

const four = (value: number) => value.toFixed(4);

function tablesOf({ set, regimes, noisy, curve, effects }: SetResult): Table[] {
  const head = ["log loss", "AUC", "log loss, others", "AUC, others"];
  const cells = (quality: Quality) =>
    [quality.logLoss, quality.auc, quality.logLossSmall, quality.aucSmall].map(four);
  const median = (runs: readonly Quality[], of: keyof Quality) =>
    four(spread(runs.map((run) => run[of])).median);
  return [
    {
      title: `${set.name}: ${set.parts.size} participants`,
      head: ["", ...head, "seconds"],
      rows: regimes.map(({ name, quality, seconds }) => [name, ...cells(quality), seconds.toFixed(1)]),
    },
    {
      title: `${set.name}: the price of epsilon, medians of ${
        curve[0].runs.length
      } seeds (rate ${noisy.learningRate}, clip ${noisy.clip})`,
      head: ["noise", "epsilon", ...head],
      rows: curve.map(({ noise, epsilon, runs }) => [
        String(noise),
        epsilon.toFixed(2),
        median(runs, "logLoss"),
        median(runs, "auc"),
        median(runs, "logLossSmall"),
        median(runs, "aucSmall"),
      ]),
    },
    effectsTable(`${set.name}: what each change costs, ${curve[0].runs.length} seeds`, effects),
  ];
}
