import { logisticLoss } from "../training/probabilities.ts";
import { layerPlaces } from "../training/network.ts";

/** The shape of a network: `src/training/network.ts` says how its weights lie in one array. */
export interface Shape {
  readonly inputs: number;
  readonly hidden: readonly number[];
}

/** Rows as a network takes them. */
export interface LocalRows {
  /** row-major, shape `[n, inputs]` */
  readonly x: Float32Array;
  /** 0 or 1, shape `[n]` */
  readonly y: ArrayLike<number>;
  /** the shopper of each row, shape `[n]` */
  readonly shopper: Int32Array;
}

/**
 * Adds the slope of some rows' log loss to `slope`, row by row: unlike tfjs it can tell one shopper's part from the others'.
 * @param weights shape `[d]`   @param places which rows   @returns the sum of their losses
 */
export function addGradient(
  { inputs: k, hidden }: Shape,
  weights: Float64Array,
  { x, y }: LocalRows,
  places: Iterable<number>,
  slope: Float64Array,
): number {
  const layers = layerPlaces(k, hidden);
  const signals = [new Float64Array(k), ...layers.map(({ cols }) => new Float64Array(cols))];
  const pulls = signals.map(({ length }) => new Float64Array(length));
  let loss = 0;
  for (const row of places) {
    let out = weights[k];
    for (let j = 0; j < k; j++) {
      signals[0][j] = x[row * k + j];
      out += weights[j] * signals[0][j];
    }
    layers.forEach((layer, l) => forwards(layer, weights, signals[l], signals[l + 1]));
    if (layers.length > 0) out += signals[layers.length][0];
    loss += logisticLoss(y[row], out);
    const pull = 1 / (1 + Math.exp(-out)) - y[row];
    for (let j = 0; j < k; j++) slope[j] += pull * signals[0][j];
    slope[k] += pull;
    if (layers.length === 0) continue;
    pulls[layers.length][0] = pull;
    for (let l = layers.length - 1; l >= 0; l--) {
      backwards(layers[l], { weights, slope, from: signals[l], pull: pulls[l + 1], below: pulls[l] });
    }
  }
  return loss;
}

type Layer = ReturnType<typeof layerPlaces>[number];

function forwards(layer: Layer, weights: Float64Array, from: Float64Array, to: Float64Array): void {
  const { rows, cols, weightsAt, biasAt } = layer;
  for (let c = 0; c < cols; c++) to[c] = biasAt === undefined ? 0 : weights[biasAt + c];
  for (let r = 0; r < rows; r++) {
    if (from[r] === 0) continue;
    for (let c = 0; c < cols; c++) to[c] += from[r] * weights[weightsAt + r * cols + c];
  }
  if (biasAt !== undefined) { for (let c = 0; c < cols; c++) to[c] = Math.max(0, to[c]); }
}

/** Adds a layer's slope, and writes what pulls at the signals that enter it; those of a closed unit pull at nothing. */
function backwards(
  { rows, cols, weightsAt, biasAt }: Layer,
  { weights, slope, from, pull, below }: {
    weights: Float64Array;
    slope: Float64Array;
    from: Float64Array;
    pull: Float64Array;
    below: Float64Array;
  },
): void {
  if (biasAt !== undefined) { for (let c = 0; c < cols; c++) slope[biasAt + c] += pull[c]; }
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    const at = weightsAt + r * cols;
    if (from[r] !== 0) { for (let c = 0; c < cols; c++) slope[at + c] += from[r] * pull[c]; }
    for (let c = 0; c < cols; c++) sum += weights[at + c] * pull[c];
    below[r] = from[r] > 0 ? sum : 0;
  }
}
