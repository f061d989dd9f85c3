import { DAY_MS } from "../core/time.ts";
import { quantile } from "../stats/quantile.ts";
import type { Recipe } from "../models/recipe.ts";
import type { TrainingTask } from "../training/protocol.ts";
import type { TrainingRows } from "../training/rows.ts";
import type { Trainer } from "../training/trainer.ts";
import type { Features } from "./features.ts";
import type { Target } from "./target.ts";
import { cellText } from "./table.ts";

/** Predictions of a fixed model for some rows. Arrays are parallel, shape `[n]`. */
export interface Answers {
  /** 0 or 1 (right, wrong) for classes, else the absolute error */
  readonly errors: Float64Array;
  /** the class it said; of a quantity, whether it said more than the middle of what it said of the rows learned from */
  readonly groups: Int32Array;
}

/** A model that learns no more. */
export interface FixedModel {
  /** the candidates that won, one for each network */
  readonly winners: readonly string[];
  /** @param rows shape `[n]` */
  answer(rows: readonly number[]): Promise<Answers>;
}

export interface FitOptions {
  readonly trainer: Trainer;
  readonly features: Features;
  readonly target: Target;
  /** the rows to learn from, in order of time */
  readonly rows: readonly number[];
  readonly seed: number;
  /** 0 to 1 */
  readonly onProgress: (fraction: number) => void;
}

/** More penalty than this is for customers; here a model has a few thousand clean rows. */
const PENALTIES = [1, 10, 100];
const NETWORK = {
  hidden: [32, 16],
  weightDecay: 0.01,
  learningRate: 5e-3,
  batchSize: 128,
  epochsMax: 100,
  patience: 10,
};
const CLASS_CANDIDATES: readonly Recipe[] = [
  {
    family: "linear",
    name: "linear",
    inputs: "log+raw",
    target: "identity",
    penalties: { class: PENALTIES },
  },
  {
    family: "network",
    name: "deep",
    inputs: "log+raw",
    target: "identity",
    penalties: { class: PENALTIES },
    network: NETWORK,
  },
];
const NUMBER_PENALTIES = { value: PENALTIES, body: PENALTIES, tail: [100], log: PENALTIES };
const NUMBER_CANDIDATES: readonly Recipe[] = [
  {
    family: "linear",
    name: "linear",
    inputs: "log+raw",
    target: "identity",
    penalties: NUMBER_PENALTIES,
  },
  {
    family: "network",
    name: "deep",
    inputs: "log+raw",
    target: "body+tail",
    penalties: NUMBER_PENALTIES,
    network: NETWORK,
  },
];

/** Blocks of rows that follow each other and stand for days: the newest validate what the older ones fit. */
const BLOCKS = 10;

/** Trains on the given rows: one network for two classes or a quantity, one per class for more. */
export async function fitModel(options: FitOptions): Promise<FixedModel> {
  const { target } = options;
  if (target.kind === "number") {
    return await fitNumber(options, target.column.numbers, target.low, target.high);
  }
  return await fitClasses(options, target.classes);
}

async function fitNumber(
  options: FitOptions,
  numbers: Float64Array,
  low: number,
  high: number,
): Promise<FixedModel> {
  const unit = high - low;
  const scaled = (row: number) => (numbers[row] - low) / unit; // a trained quantity is never below 0
  const { artifact, winner } = await compete(options, "regression", scaled, options.onProgress);
  const predict = predictor(options);
  const middle = quantile(await predict(artifact, options.rows), 0.5);
  return {
    winners: [winner.recipe.name],
    async answer(rows) {
      const guesses = await predict(artifact, rows);
      return {
        errors: Float64Array.from(rows, (row, i) => Math.abs(low + unit * guesses[i] - numbers[row])),
        groups: Int32Array.from(guesses, (guess) => guess > middle ? 1 : 0),
      };
    },
  };
}

async function fitClasses(options: FitOptions, classes: readonly string[]): Promise<FixedModel> {
  const { column } = options.target;
  const asked = classes.length === 2 ? classes.slice(0, 1) : classes;
  const done = asked.map(() => 0);
  const fitted = await Promise.all(
    asked.map((name, k) =>
      compete(options, "classification", (row) => cellText(column, row) === name ? 1 : 0, (fraction) => {
        done[k] = fraction;
        options.onProgress(done.reduce((a, b) => a + b, 0) / done.length);
      })
    ),
  );
  const predict = predictor(options);
  return {
    winners: fitted.map(({ winner }) => winner.recipe.name),
    async answer(rows) {
      const chances = await Promise.all(fitted.map(({ artifact }) => predict(artifact, rows)));
      if (classes.length === 2) chances.push(chances[0].map((p) => 1 - p));
      const groups = Int32Array.from(rows, (_, i) => mostLikely(chances, i));
      const errors = Float64Array.from(
        rows,
        (row, i) => cellText(column, row) === classes[groups[i]] ? 0 : 1,
      );
      return { errors, groups };
    },
  };
}

function mostLikely(chances: readonly Float32Array[], i: number): number {
  let best = 0;
  for (let k = 1; k < chances.length; k++) if (chances[k][i] > chances[best][i]) best = k;
  return best;
}

function compete(
  { trainer, features, rows, seed }: FitOptions,
  kind: TrainingTask["kind"],
  value: (row: number) => number,
  onProgress: (fraction: number) => void,
) {
  const candidates = kind === "classification" ? CLASS_CANDIDATES : NUMBER_CANDIDATES;
  const task: TrainingTask = {
    name: "detect",
    kind,
    candidates,
    horizonDays: 0,
    features: features.names,
    featureHash: features.names.join("/"),
  };
  const training: TrainingRows = {
    features: take(features, rows),
    width: features.names.length,
    target: Float64Array.from(rows, value),
    cutoffMs: Float64Array.from(rows, (_, i) => DAY_MS * Math.floor(BLOCKS * i / rows.length)),
    user: Int32Array.from(rows),
  };
  return trainer.compete({ task, rows: training, seed }, {
    onProgress: ({ fraction }) => onProgress(fraction),
  });
}

const predictor = ({ trainer, features }: FitOptions) => (artifact: Uint8Array, rows: readonly number[]) =>
  trainer.score(artifact, take(features, rows), rows.length);

function take({ names, values }: Features, rows: readonly number[]): Float32Array {
  const width = names.length;
  const taken = new Float32Array(rows.length * width);
  rows.forEach((row, i) => taken.set(values.subarray(row * width, (row + 1) * width), i * width));
  return taken;
}
