/** A line through a model's predictions: intercept and slope, refitted on newer outcomes than the model learned from. */
import { mean } from "../stats/mean.ts";
import type { ModelKind } from "../models/model.ts";
import { brief } from "../format/numbers.ts";

/** Moves predictions along a line; `intercept` 0 and `slope` 1 change nothing. */
export interface Line {
  /** `logit`: on the log odds of a probability; `value`: on an amount */
  readonly on: "logit" | "value";
  readonly intercept: number;
  readonly slope: number;
  /** amounts above this are moved as far as this one is: a few giants neither bend the line nor are bent by it */
  readonly until?: number;
}

/** "intercept −0.25, slope 1.1" */
export const lineText = ({ intercept, slope }: Line): string =>
  `intercept ${brief(intercept)}, slope ${brief(slope)}`;

/** A fitted line, or what is missing for one. */
export type LineFit =
  | { readonly kind: "fitted"; readonly line: Line; readonly rows: number }
  | { readonly kind: "not enough"; readonly text: string };

/** Fewer labelled rows, or fewer of the rarer outcome of a classification, say too little about two numbers. */
export const LINE_ROWS_MIN = 50;
const RARER_MIN = 5;
/** Rows' worth of belief that nothing has to be moved. */
const RIDGE = 10;
/** A line outside of these bounds would be another model. */
const SLOPE_MIN = 0.1;
const SLOPE_MAX = 10;
/** Probabilities are kept so far from 0 and 1: their log odds are finite. */
const PROBABILITY_MIN = 1e-7;
const STEPS_MAX = 50;
const STEP_TOLERANCE = 1e-8;

/**
 * Fits intercept `a` and slope `b` of a line through predictions, shrunk towards 0 and 1 by ten rows' worth.
 *
 * - Classification: minimises `sum logLoss(sigmoid(a + b * logit(p)), y)`, as Platt scaling does (Platt, Advances in Large
 *   Margin Classifiers, 1999).
 * - Regression: minimises `sum (min(y, cap) - a - b * min(p, cap))^2`.
 *
 * Both sums are convex and have the penalty `5 * (w a^2 + v (b - 1)^2)`, with `w` the curvature of a row and `v` the spread of
 * what is moved, so that an optimum exists; Newton's steps that would raise the sum are halved.
 * @param predictions of the model without a line, shape `[n]`   @param outcomes shape `[n]`
 * @throws {RangeError} lengths differ, or a number is not finite
 */
export function fitLine(
  kind: ModelKind,
  predictions: ArrayLike<number>,
  outcomes: ArrayLike<number>,
  { cap = Infinity }: { cap?: number } = {},
): LineFit {
  if (kind === "classes") return { kind: "not enough", text: "several classes are moved along no line" };
  check(predictions, outcomes);
  const isBinary = kind === "classification";
  const x = Float64Array.from(predictions, isBinary ? logit : (p) => Math.min(p, cap));
  const y = Float64Array.from(outcomes, (value) => Math.min(value, cap));
  const text = missing(x, y, isBinary);
  if (text !== null) return { kind: "not enough", text };
  const problem = problemOf(x, y, isBinary);
  const free = minimise(problem, null);
  const slope = Math.min(SLOPE_MAX, Math.max(SLOPE_MIN, free.slope));
  const { intercept } = slope === free.slope ? free : minimise(problem, slope);
  const line: Line = isBinary
    ? { on: "logit", intercept, slope }
    : { on: "value", intercept, slope, ...Number.isFinite(cap) ? { until: cap } : {} };
  return { kind: "fitted", line, rows: y.length };
}

/** Moves predictions along a line: probabilities stay probabilities, amounts do not fall below 0. */
export function alongLine(line: Line, predictions: Float32Array): Float32Array {
  const { on, intercept, slope, until = Infinity } = line;
  if (on === "logit") return predictions.map((p) => sigmoid(intercept + slope * logit(p)));
  return predictions.map((p) => Math.max(0, intercept + slope * Math.min(p, until) + Math.max(0, p - until)));
}

function check(predictions: ArrayLike<number>, outcomes: ArrayLike<number>): void {
  if (predictions.length !== outcomes.length) {
    throw new RangeError(
      `Cannot fit a line: ${predictions.length} predictions, ${outcomes.length} outcomes`,
    );
  }
  for (let i = 0; i < outcomes.length; i++) {
    if (!Number.isFinite(predictions[i]) || !Number.isFinite(outcomes[i])) {
      throw new RangeError(`Cannot fit a line: row ${i} is not a number`);
    }
  }
}

/** Says what is missing for a line; null: nothing. */
function missing(x: Float64Array, y: Float64Array, isBinary: boolean): string | null {
  if (y.length < LINE_ROWS_MIN) return `${y.length} labelled rows, ${LINE_ROWS_MIN} needed to recalibrate`;
  const rarer = Math.min(y.reduce((sum, v) => sum + v, 0), y.length - y.reduce((sum, v) => sum + v, 0));
  if (isBinary && rarer < RARER_MIN) {
    return `${rarer} rows of the rarer outcome, ${RARER_MIN} needed to recalibrate`;
  }
  if (!isBinary && y.every((v) => v === y[0])) return "all outcomes are the same: there is no slope to fit";
  if (x.every((v) => v === x[0])) return "all predictions are the same: there is no slope to fit";
  return null;
}

interface Problem {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly isBinary: boolean;
  readonly penalties: { readonly intercept: number; readonly slope: number };
}

function problemOf(x: Float64Array, y: Float64Array, isBinary: boolean): Problem {
  const center = mean(x);
  const spread = mean(x.map((v) => (v - center) ** 2));
  const curvature = isBinary ? 0.25 : 1;
  return {
    x,
    y,
    isBinary,
    penalties: { intercept: RIDGE * curvature, slope: RIDGE * curvature * Math.max(1e-9, spread) },
  };
}

interface Weights {
  readonly intercept: number;
  readonly slope: number;
}

/** Finds the optimum by Newton's steps from the line that changes nothing. @param slope fixed at this; null: free */
function minimise(problem: Problem, slope: number | null): Weights {
  let weights: Weights = { intercept: 0, slope: slope ?? 1 };
  let sum = penalisedSum(problem, weights);
  for (let step = 0; step < STEPS_MAX; step++) {
    const direction = newtonDirection(problem, weights, slope !== null);
    let share = 1;
    let moved = weights;
    let next = sum;
    for (let halving = 0; halving < 30; halving++, share /= 2) {
      const tried = {
        intercept: weights.intercept + share * direction.intercept,
        slope: weights.slope + share * direction.slope,
      };
      next = penalisedSum(problem, tried);
      if (next <= sum) {
        moved = tried;
        break;
      }
    }
    if (moved === weights) break;
    const size = Math.abs(moved.intercept - weights.intercept) + Math.abs(moved.slope - weights.slope);
    weights = moved;
    sum = next;
    if (size < STEP_TOLERANCE * (1 + Math.abs(weights.intercept))) break;
  }
  return weights;
}

function newtonDirection({ x, y, isBinary, penalties }: Problem, at: Weights, isFixed: boolean): Weights {
  const down = { a: -penalties.intercept * at.intercept, b: -penalties.slope * (at.slope - 1) };
  let aa = penalties.intercept;
  let ab = 0;
  let bb = penalties.slope;
  for (let i = 0; i < x.length; i++) {
    const eta = at.intercept + at.slope * x[i];
    const expected = isBinary ? sigmoid(eta) : eta;
    const weight = isBinary ? expected * (1 - expected) : 1;
    down.a += y[i] - expected;
    down.b += (y[i] - expected) * x[i];
    aa += weight;
    ab += weight * x[i];
    bb += weight * x[i] * x[i];
  }
  if (isFixed) return { intercept: down.a / aa, slope: 0 };
  const determinant = aa * bb - ab * ab;
  return {
    intercept: (bb * down.a - ab * down.b) / determinant,
    slope: (aa * down.b - ab * down.a) / determinant,
  };
}

/** The sum that is minimised: half squares, or log losses, and the penalty. */
function penalisedSum({ x, y, isBinary, penalties }: Problem, { intercept, slope }: Weights): number {
  let sum = 0.5 * (penalties.intercept * intercept ** 2 + penalties.slope * (slope - 1) ** 2);
  for (let i = 0; i < x.length; i++) {
    const eta = intercept + slope * x[i];
    sum += isBinary ? softplus(eta) - y[i] * eta : 0.5 * (y[i] - eta) ** 2;
  }
  return sum;
}

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
const softplus = (v: number) => v > 0 ? v + Math.log1p(Math.exp(-v)) : Math.log1p(Math.exp(v));

function logit(p: number): number {
  const inside = Math.min(1 - PROBABILITY_MIN, Math.max(PROBABILITY_MIN, p));
  return Math.log(inside) - Math.log1p(-inside);
}
