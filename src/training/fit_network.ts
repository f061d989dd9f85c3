import * as tf from "@tensorflow/tfjs";
import { permutation, seededRandom } from "../core/random.ts";
import type { NetworkOptions } from "../models/recipe.ts";
import { logisticLoss } from "./probabilities.ts";
import { type LayerPlace, layerPlaces, type Network } from "./network.ts";
import type { CurvePoint } from "./protocol.ts";

/** Rows as a network takes them. */
interface NetworkRows {
  /** shape `[n, k]` */
  readonly x: Float32Array;
  /** shape `[n]`; 0 or 1 for the logistic loss, else in units of the part's scale */
  readonly y: Float32Array;
}

export interface NetworkFit {
  readonly start: Network;
  readonly loss: "logistic" | "squares";
  /** whether the linear path learns too, or stays the exact solution that the hidden layers correct */
  readonly trainLinear: boolean;
  readonly train: NetworkRows;
  /** with it: stops early, and gives the best epoch; without: runs all of `epochs` */
  readonly validation?: NetworkRows;
  readonly options: Omit<NetworkOptions, "hidden">;
  readonly epochs: number;
  readonly seed: number;
  /** goes on from here */
  readonly state?: NetworkState;
  /** awaited after each epoch; throws to stop */
  readonly onEpoch: (state: NetworkState) => Promise<void>;
}

/** All that is needed to go on with a fit in another process. */
export interface NetworkState {
  readonly epoch: number;
  readonly weights: Float32Array;
  /** Adam's running means of the gradient and of its square */
  readonly gradient: Float32Array;
  readonly square: Float32Array;
  readonly best: Float32Array;
  readonly bestEpoch: number;
  readonly curve: readonly CurvePoint[];
}

const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
const GRADIENT_NORM_MAX = 5;

/** Fresh hidden layers on a linear path: He's initial weights, and a last layer of zeros, so that the fit starts at the linear solution. */
export function freshNetwork(linear: Float64Array, hidden: readonly number[], random: () => number): Network {
  const inputs = linear.length - 1;
  const places = layerPlaces(inputs, hidden);
  const last = places[places.length - 1];
  const weights = new Float32Array(last ? last.weightsAt + last.rows : inputs + 1);
  weights.set(linear);
  for (const { rows, cols, weightsAt, biasAt } of places) {
    if (biasAt === undefined) continue;
    const spread = Math.sqrt(2 / rows);
    for (let i = 0; i < rows * cols; i++) weights[weightsAt + i] = spread * random();
  }
  return { inputs, hidden, weights };
}

/**
 * Mini-batch training with Adam and decoupled weight decay. Each epoch's order of rows follows from the seed and the
 * epoch, so a fit that goes on from a stored state ends where an uninterrupted one ends.
 */
export async function fitNetwork(fit: NetworkFit): Promise<NetworkState> {
  let state = fit.state ?? initialState(fit);
  const offsets = fit.trainLinear ? undefined : linearPath(fit.start, fit.train.x);
  while (
    state.epoch < fit.epochs && !(fit.validation && state.epoch - state.bestEpoch >= fit.options.patience)
  ) {
    state = runEpoch(fit, state, offsets);
    await fit.onEpoch(state);
  }
  return fit.validation ? state : { ...state, best: state.weights, bestEpoch: state.epoch };
}

function initialState(fit: NetworkFit): NetworkState {
  const { weights } = fit.start;
  const zeros = () => new Float32Array(weights.length);
  const curve = [{ epoch: 0, loss: null, validationLoss: validationLoss(fit, weights) }];
  return { epoch: 0, weights, gradient: zeros(), square: zeros(), best: weights, bestEpoch: 0, curve };
}

function runEpoch(fit: NetworkFit, from: NetworkState, offsets?: Float32Array): NetworkState {
  const { train, options } = fit;
  const n = train.y.length;
  const epoch = from.epoch + 1;
  const order = permutation(n, seededRandom(fit.seed * 1009 + epoch));
  const weights = from.weights.slice();
  const gradient = from.gradient.slice();
  const square = from.square.slice();
  const batches = Math.ceil(n / options.batchSize);
  let total = 0;
  for (let b = 0; b < batches; b++) {
    const rows = order.subarray(b * options.batchSize, Math.min(n, (b + 1) * options.batchSize));
    const { loss, slope } = batchGradient(fit, weights, rows, offsets);
    total += loss;
    adamStep(fit, weights, { gradient, square, slope, step: (epoch - 1) * batches + b + 1 });
  }
  const point = { epoch, loss: total / n, validationLoss: validationLoss(fit, weights) };
  const lowest = from.curve[from.bestEpoch].validationLoss;
  const better = point.validationLoss !== null && lowest !== null && point.validationLoss < lowest;
  return {
    epoch,
    weights,
    gradient,
    square,
    best: better ? weights : from.best,
    bestEpoch: better ? epoch : from.bestEpoch,
    curve: [...from.curve, point],
  };
}

/** Sum of the batch's losses, and the slope of their mean for every weight. */
export function batchGradient(
  fit: NetworkFit,
  weights: Float32Array,
  rows: Int32Array,
  offsets?: Float32Array,
): { loss: number; slope: Float32Array } {
  const { inputs: k, hidden } = fit.start;
  const size = rows.length;
  const places = layerPlaces(k, hidden);
  const slope = new Float32Array(weights.length);
  let loss = 0;
  tf.tidy(() => {
    const batch = tf.tensor2d(takeBatch(fit.train.x, k, rows), [size, k]);
    const turned = tf.tensor2d(takeTurned(columnsOf(fit.train.x, k), k, rows), [k, size]);
    const layers = places.map((p) => layerTensors(p, weights));
    const signals: tf.Tensor2D[] = [batch];
    layers.forEach(({ w, b }) => {
      const z = tf.matMul(signals[signals.length - 1], w);
      signals.push((b ? tf.relu(tf.add(z, b)) : z) as tf.Tensor2D);
    });
    const out = layers.length > 0
      ? signals[signals.length - 1].dataSync<"float32">().slice()
      : new Float32Array(size);
    if (offsets) { for (let i = 0; i < size; i++) out[i] += offsets[rows[i]]; }
    else addLinear(out, batch, weights, k);
    const pull = new Float32Array(size);
    for (let i = 0; i < size; i++) {
      const y = fit.train.y[rows[i]];
      loss += rowLoss(fit.loss, y, out[i]);
      pull[i] = ((fit.loss === "logistic" ? 1 / (1 + Math.exp(-out[i])) : out[i]) - y) / size;
    }
    let back = tf.tensor2d(pull, [size, 1]);
    if (!offsets) {
      slope.set(tf.matMul(turned, back).dataSync<"float32">());
      slope[k] = pull.reduce((a, b) => a + b, 0);
    }
    for (let l = layers.length - 1; l >= 0; l--) {
      const { weightsAt, biasAt } = places[l];
      const signal = l === 0 ? turned : tf.transpose(signals[l]);
      slope.set(tf.matMul(signal, back).dataSync<"float32">(), weightsAt);
      if (biasAt !== undefined) slope.set(tf.sum(back, 0).dataSync<"float32">(), biasAt);
      if (l === 0) break;
      const open = tf.cast(tf.greater(signals[l], 0), "float32");
      back = tf.mul(tf.matMul(back, tf.transpose(layers[l].w)), open) as tf.Tensor2D;
    }
  });
  return { loss, slope };
}

/** Copies the rows of a batch: several times faster than the backend's own `gather`. */
function takeBatch(x: Float32Array, k: number, rows: Int32Array): Float32Array {
  const batch = new Float32Array(rows.length * k);
  for (let i = 0; i < rows.length; i++) batch.set(x.subarray(rows[i] * k, (rows[i] + 1) * k), i * k);
  return batch;
}

/** The same, column by column: the backend would take longer to transpose the batch than to multiply it. */
function takeTurned(columns: Float32Array, k: number, rows: Int32Array): Float32Array {
  const n = columns.length / k;
  const size = rows.length;
  const batch = new Float32Array(k * size);
  for (let j = 0; j < k; j++) {
    const from = j * n;
    for (let i = 0, to = j * size; i < size; i++, to++) batch[to] = columns[from + rows[i]];
  }
  return batch;
}

const turned = new WeakMap<Float32Array, Float32Array>();

/** The columns of a matrix of rows one after another, made once. */
function columnsOf(x: Float32Array, k: number): Float32Array {
  const known = turned.get(x);
  if (known) return known;
  const n = k === 0 ? 0 : x.length / k;
  const columns = new Float32Array(x.length);
  for (let i = 0; i < n; i++) for (let j = 0; j < k; j++) columns[j * n + i] = x[i * k + j];
  turned.set(x, columns);
  return columns;
}

function layerTensors(p: LayerPlace, weights: Float32Array): { w: tf.Tensor2D; b?: tf.Tensor1D } {
  const w = tf.tensor2d(weights.slice(p.weightsAt, p.weightsAt + p.rows * p.cols), [p.rows, p.cols]);
  return {
    w,
    b: p.biasAt === undefined ? undefined : tf.tensor1d(weights.slice(p.biasAt, p.biasAt + p.cols)),
  };
}

function addLinear(out: Float32Array, batch: tf.Tensor2D, weights: Float32Array, k: number): void {
  const linear = tf.matMul(batch, tf.tensor2d(weights.slice(0, k), [k, 1])).dataSync<"float32">();
  for (let i = 0; i < out.length; i++) out[i] += linear[i] + weights[k];
}

function rowLoss(loss: NetworkFit["loss"], y: number, out: number): number {
  return loss === "squares" ? (out - y) ** 2 : logisticLoss(y, out);
}

function adamStep(
  fit: NetworkFit,
  weights: Float32Array,
  adam: { gradient: Float32Array; square: Float32Array; slope: Float32Array; step: number },
): void {
  const { gradient, square, slope, step } = adam;
  const { beta1, beta2, epsilon } = ADAM;
  const { learningRate, weightDecay } = fit.options;
  const norm = Math.sqrt(slope.reduce((sum, g) => sum + g * g, 0));
  const shrink = norm > GRADIENT_NORM_MAX ? GRADIENT_NORM_MAX / norm : 1;
  const from = fit.trainLinear ? 0 : fit.start.inputs + 1; // the exact linear path stays
  const rate = learningRate * Math.sqrt(1 - beta2 ** step) / (1 - beta1 ** step);
  for (let i = from; i < weights.length; i++) {
    const g = slope[i] * shrink;
    gradient[i] = beta1 * gradient[i] + (1 - beta1) * g;
    square[i] = beta2 * square[i] + (1 - beta2) * g * g;
    weights[i] -= rate * gradient[i] / (Math.sqrt(square[i]) + epsilon) +
      learningRate * weightDecay * weights[i];
  }
}

function linearPath({ inputs: k, weights }: Network, x: Float32Array): Float32Array {
  const out = new Float32Array(x.length / k);
  for (let i = 0; i < out.length; i++) {
    let sum = weights[k];
    for (let j = 0; j < k; j++) sum += weights[j] * x[i * k + j];
    out[i] = sum;
  }
  return out;
}

/** Mean loss on the validation rows; none without any. */
function validationLoss(fit: NetworkFit, weights: Float32Array): number | null {
  const rows = fit.validation;
  if (!rows || rows.y.length === 0) return null;
  const { inputs: k, hidden } = fit.start;
  const n = rows.y.length;
  const out = linearPath({ inputs: k, hidden, weights }, rows.x);
  const places = layerPlaces(k, hidden);
  if (places.length > 0) {
    let extra = new Float32Array();
    tf.tidy(() => {
      let signal = tf.tensor2d(rows.x, [n, k]);
      for (const { w, b } of places.map((p) => layerTensors(p, weights))) {
        const z = tf.matMul(signal, w);
        signal = (b ? tf.relu(tf.add(z, b)) : z) as tf.Tensor2D;
      }
      extra = signal.dataSync<"float32">().slice();
    });
    for (let i = 0; i < n; i++) out[i] += extra[i];
  }
  let sum = 0;
  for (let i = 0; i < n; i++) sum += rowLoss(fit.loss, rows.y[i], out[i]);
  return sum / n;
}
