import * as tf from "@tensorflow/tfjs";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { InvalidInputError } from "../core/errors.ts";
import { logisticLoss } from "./probabilities.ts";

/** Rows and targets of one linear fit; an intercept, which is not penalised, is added. */
export interface LinearProblem {
  /** row-major, shape `[n, k]`, standardised */
  readonly x: Float32Array;
  readonly k: number;
  /** shape `[n]`; 0 or 1 for {@link solveLogistic} */
  readonly y: Float32Array;
}

/** Rows that stand for all in the curvature of a loss; its gradient uses every row. */
const CURVATURE_ROWS = 4_000;
const STEPS_MAX = 40;
const STEP_TOLERANCE = 1e-4;
const HALVINGS_MAX = 8;

/**
 * Ridge regression: minimises `sum (x w + b - y)^2 + penalty * |w|^2`, exactly, for each penalty.
 * @returns per penalty `[w (k), b]`; zeros without rows
 */
export function solveRidge({ x, k, y }: LinearProblem, penalties: readonly number[]): Float64Array[] {
  const n = y.length;
  if (n === 0) return penalties.map(() => new Float64Array(k + 1));
  const gram = gramMatrix(x, n, k);
  const right = new Float64Array(k + 1);
  addGradient({ x, k, y }, y, right);
  return penalties.map((penalty) => dampedSolver(gram, penalty, n)(right));
}

/** A generalised linear model whose link is the natural one of its distribution: its parts as functions of `eta = x w + b`. */
interface Family {
  /** the loss of a row, up to what does not depend on `eta` */
  readonly loss: (y: number, eta: number) => number;
  /** the expected outcome */
  readonly mean: (eta: number) => number;
  /** the variance of an outcome whose mean is `m`, which is the curvature of its loss */
  readonly variance: (m: number) => number;
}

const LOGISTIC: Family = {
  loss: logisticLoss,
  mean: (eta) => 1 / (1 + Math.exp(-eta)),
  variance: (p) => p * (1 - p),
};

const POISSON: Family = {
  loss: (y, eta) => Math.exp(eta) - y * eta,
  mean: Math.exp,
  variance: (m) => m,
};

/**
 * Logistic regression: minimises `sum logLoss + penalty / 2 * |w|^2` by Newton steps, to the optimum, for each penalty.
 * A penalty starts from the solution of the one before it, so neighbours should stand together.
 * @returns per penalty `[w (k), b]`; with a single class no weights, and the smoothed log odds as intercept
 */
export function solveLogistic(problem: LinearProblem, penalties: readonly number[]): Float64Array[] {
  const { k, y } = problem;
  const n = y.length;
  const positives = y.reduce((a, b) => a + b, 0);
  const start = new Float64Array(k + 1);
  start[k] = Math.log((positives + 0.5) / (n - positives + 0.5));
  if (positives === 0 || positives === n || k === 0) return penalties.map(() => start.slice());
  return solveByNewton(LOGISTIC, problem, penalties, start);
}

/**
 * Poisson regression with a logarithmic link: minimises `sum (m - y log m) + penalty / 2 * |w|^2` with `m = exp(x w + b)`,
 * half the Poisson deviance up to what does not depend on the weights, in the same way.
 * @param problem.y numbers >= 0   @returns per penalty `[w (k), b]`; where all are 0 no weights
 * @throws {InvalidInputError} an outcome is below 0
 */
export function solvePoisson(problem: LinearProblem, penalties: readonly number[]): Float64Array[] {
  const { k, y } = problem;
  const negative = y.find((v) => v < 0);
  if (negative !== undefined) {
    throw new InvalidInputError(`Cannot count to ${negative}: labels of a count have to be >= 0`, "label");
  }
  const start = new Float64Array(k + 1);
  const sum = y.reduce((a, b) => a + b, 0);
  start[k] = Math.log((sum + 1e-3) / Math.max(1, y.length));
  if (sum === 0 || k === 0) return penalties.map(() => start.slice());
  return solveByNewton(POISSON, problem, penalties, start);
}

const SQUARES: Family = { loss: (y, eta) => (eta - y) ** 2 / 2, mean: (eta) => eta, variance: () => 1 };

const FAMILIES = { logistic: LOGISTIC, poisson: POISSON, squares: SQUARES } as const;

/** The loss of some rows with its derivatives, without a penalty: sums over rows, so that those of shards add up. */
export interface LinearSums {
  /** half the squared distance for squares */
  readonly loss: number;
  /** shape `[k + 1]` */
  readonly gradient: Float64Array;
  /** row-major, shape `[k + 1, k + 1]`; in single precision, as it only says which way to step */
  readonly curvature: Float64Array;
}

/** The sums of all rows at some weights. @param weights `[w (k), b]` */
export function linearSums(
  family: keyof typeof FAMILIES,
  problem: LinearProblem,
  weights: Float64Array,
): LinearSums {
  const { loss: lossOf, mean, variance } = FAMILIES[family];
  const { x, k, y } = problem;
  const d = k + 1;
  const eta = linearOutput(problem, weights);
  const means = eta.map(mean);
  const gradient = new Float64Array(d);
  addGradient(problem, means.map((m, i) => m - y[i]), gradient);
  const curvature = new Float64Array(d * d);
  for (let from = 0; from < y.length; from += CURVATURE_ROWS) {
    const n = Math.min(CURVATURE_ROWS, y.length - from);
    const scaled = new Float32Array(n * d);
    for (let i = 0; i < n; i++) {
      const root = Math.sqrt(Math.max(1e-6, variance(means[from + i])));
      for (let j = 0; j < k; j++) scaled[i * d + j] = root * x[(from + i) * k + j];
      scaled[i * d + k] = root;
    }
    const part = outerProduct(() => tf.tensor2d(scaled, [n, d]), d).to1DArray();
    for (let i = 0; i < part.length; i++) curvature[i] += part[i];
  }
  return { loss: eta.reduce((sum, v, i) => sum + lossOf(y[i], v), 0), gradient, curvature };
}

function solveByNewton(
  family: Family,
  problem: LinearProblem,
  penalties: readonly number[],
  start: Float64Array<ArrayBuffer>,
): Float64Array[] {
  let at = pointOf(problem, start);
  let curvature = curvatureOf(family, problem, at.eta);
  return penalties.map((penalty, i) => {
    let solver = dampedSolver(curvature, penalty, 1);
    for (let step = 0; step < STEPS_MAX; step++) {
      if (i === 0 && step === 1) {
        curvature = curvatureOf(family, problem, at.eta);
        solver = dampedSolver(curvature, penalty, 1);
      }
      const next = newtonStep(family, problem, at, { penalty, solver });
      const largest = next.weights.reduce((most, v, j) => Math.max(most, Math.abs(v - at.weights[j])), 0);
      at = next;
      if (largest < STEP_TOLERANCE) break;
    }
    return at.weights.slice();
  });
}

/** Weights, and what they say of each row. */
interface Point {
  readonly weights: Float64Array<ArrayBuffer>;
  /** shape `[n]` */
  readonly eta: Float64Array;
}

const pointOf = (problem: LinearProblem, weights: Float64Array<ArrayBuffer>): Point => ({
  weights,
  eta: linearOutput(problem, weights),
});

/** One step that does not raise the loss: halved until it does not, or none. */
function newtonStep(
  family: Family,
  problem: LinearProblem,
  at: Point,
  { penalty, solver }: { penalty: number; solver: Solver },
): Point {
  const loss = penalisedLoss(family, problem.y, at, penalty);
  const direction = solver(downhill(family, problem, at, penalty));
  for (let halving = 0, share = 1; halving <= HALVINGS_MAX; halving++, share /= 2) {
    const moved = pointOf(problem, at.weights.map((v, j) => v + share * direction[j]));
    if (penalisedLoss(family, problem.y, moved, penalty) <= loss) return moved;
  }
  return at;
}

/**
 * `x w + b` for each row, in double precision. Four rows at a time: each row's sum has its order, and a processor that
 * waits for one goes on with the others.
 * @param weights `[w (k), b]` @returns shape `[n]`
 */
export function linearOutput({ x, k, y }: LinearProblem, weights: Float64Array): Float64Array {
  const n = y.length;
  const out = new Float64Array(n);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = i * k;
    let first = weights[k];
    let second = first;
    let third = first;
    let fourth = first;
    for (let j = 0; j < k; j++) {
      const w = weights[j];
      first += w * x[at + j];
      second += w * x[at + k + j];
      third += w * x[at + 2 * k + j];
      fourth += w * x[at + 3 * k + j];
    }
    out[i] = first;
    out[i + 1] = second;
    out[i + 2] = third;
    out[i + 3] = fourth;
  }
  for (; i < n; i++) {
    let sum = weights[k];
    for (let j = 0, at = i * k; j < k; j++) sum += weights[j] * x[at + j];
    out[i] = sum;
  }
  return out;
}

/** Adds `[x, 1]^T r` to `into`, row after row; four of them at a time, so that `into` is read and written less often. */
export function addGradient({ x, k }: LinearProblem, r: ArrayLike<number>, into: Float64Array): void {
  const n = r.length;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = i * k;
    const [first, second, third, fourth] = [r[i], r[i + 1], r[i + 2], r[i + 3]];
    for (let j = 0; j < k; j++) {
      into[j] = into[j] + first * x[at + j] + second * x[at + k + j] + third * x[at + 2 * k + j] +
        fourth * x[at + 3 * k + j];
    }
    into[k] = into[k] + first + second + third + fourth;
  }
  for (; i < n; i++) {
    const v = r[i];
    for (let j = 0, at = i * k; j < k; j++) into[j] += v * x[at + j];
    into[k] += v;
  }
}

/** `[x, 1]^T [x, 1]`, shape `[k + 1, k + 1]`. */
export function gramMatrix(x: Float32Array, n: number, k: number): Matrix {
  return outerProduct(() => tf.concat([tf.tensor2d(x, [n, k]), tf.ones([n, 1])], 1), k + 1);
}

/** Solves one system for a right-hand side. */
type Solver = (right: Float64Array) => Float64Array<ArrayBuffer>;

/** For `(gram + penalty I) w = right`, factorised once; the intercept gets next to no penalty. */
export function dampedSolver(gram: Matrix, penalty: number, n: number): Solver {
  const last = gram.rows - 1;
  for (let damping = penalty, tries = 0; tries < 8; tries++, damping = damping * 10 + 1e-3 * n) {
    const damped = gram.clone();
    for (let j = 0; j < last; j++) damped.set(j, j, damped.get(j, j) + damping);
    damped.set(last, last, damped.get(last, last) + 1e-6 * n);
    const cholesky = new CholeskyDecomposition(symmetric(damped));
    if (!cholesky.isPositiveDefinite()) continue;
    return (right) => Float64Array.from(cholesky.solve(Matrix.columnVector(Array.from(right))).to1DArray());
  }
  throw new RangeError(`Cannot solve a linear system of ${last + 1} columns: it is not positive definite`);
}

/** Single precision leaves the two halves apart in the last digit. */
function symmetric(m: Matrix): Matrix {
  for (let i = 0; i < m.rows; i++) for (let j = 0; j < i; j++) m.set(i, j, m.get(j, i));
  return m;
}

function penalisedLoss(
  family: Family,
  y: Float32Array,
  { weights, eta }: Point,
  penalty: number,
): number {
  let loss = 0;
  for (let i = 0; i < y.length; i++) loss += family.loss(y[i], eta[i]);
  for (let j = 0; j < weights.length - 1; j++) loss += penalty / 2 * weights[j] ** 2;
  return loss;
}

/** The second derivative of the loss without its penalty, from evenly spaced rows. */
function curvatureOf(family: Family, { x, k, y }: LinearProblem, eta: Float64Array): Matrix {
  const n = y.length;
  const m = Math.min(n, CURVATURE_ROWS);
  const scaled = new Float32Array(m * (k + 1));
  for (let s = 0; s < m; s++) {
    const i = Math.floor(s * n / m);
    const root = Math.sqrt(Math.max(1e-6, family.variance(family.mean(eta[i]))) * n / m);
    for (let j = 0; j < k; j++) scaled[s * (k + 1) + j] = root * x[i * k + j];
    scaled[s * (k + 1) + k] = root;
  }
  return outerProduct(() => tf.tensor2d(scaled, [m, k + 1]), k + 1);
}

/** `rows^T rows`; a transpose made first runs ten times faster than one inside matMul. */
function outerProduct(rows: () => tf.Tensor, size: number): Matrix {
  let product = new Float32Array();
  tf.tidy(() => {
    const made = rows();
    product = tf.matMul(tf.transpose(made), made).dataSync<"float32">().slice();
  });
  return Matrix.from1DArray(size, size, Array.from(product));
}

/** The negative gradient of the penalised loss. */
function downhill(
  family: Family,
  problem: LinearProblem,
  { weights, eta }: Point,
  penalty: number,
): Float64Array {
  const { k, y } = problem;
  const down = new Float64Array(k + 1);
  addGradient(problem, Float64Array.from(y, (v, i) => v - family.mean(eta[i])), down);
  for (let j = 0; j < k; j++) down[j] -= penalty * weights[j];
  return down;
}
