/**
 * A network: a linear path from its inputs to its output, plus hidden layers that add a correction.
 * Weights lie in one array: `[w (k), b (1), per hidden layer: W (in x out, row-major), b (out), last: v (out)]`.
 */
export interface Network {
  /** columns that enter, `k` */
  readonly inputs: number;
  /** units of the hidden layers; none: the network is linear */
  readonly hidden: readonly number[];
  readonly weights: Float32Array;
}

/** Returns the offsets of each layer's weights. */
export interface LayerPlace {
  readonly rows: number;
  readonly cols: number;
  readonly weightsAt: number;
  /** none for the last layer: the linear path holds the bias */
  readonly biasAt?: number;
}

/** The hidden layers and the last one, which leads to the output. */
export function layerPlaces(inputs: number, hidden: readonly number[]): LayerPlace[] {
  if (hidden.length === 0) return [];
  const places: LayerPlace[] = [];
  let offset = inputs + 1;
  let rows = inputs;
  for (const cols of hidden) {
    places.push({ rows, cols, weightsAt: offset, biasAt: offset + rows * cols });
    offset += rows * cols + cols;
    rows = cols;
  }
  return [...places, { rows, cols: 1, weightsAt: offset }];
}

/** Counts the weights of a network of this shape. */
export function weightCount(inputs: number, hidden: readonly number[]): number {
  const last = layerPlaces(inputs, hidden).at(-1);
  return last ? last.weightsAt + last.rows : inputs + 1;
}

/**
 * Returns the output of the network for each row; plain loops, so that serving needs no tensors.
 * @param x shape `[n, inputs]` @param n rows, for a network without inputs @returns shape `[n]`
 */
export function forward(network: Network, x: Float32Array, n: number): Float32Array {
  const { inputs: k, weights } = network;
  const out = new Float32Array(n);
  const layers = layerPlaces(k, network.hidden);
  const widest = Math.max(k, ...network.hidden);
  let from = new Float64Array(widest);
  let to = new Float64Array(widest);
  for (let i = 0; i < n; i++) {
    let y = weights[k];
    for (let j = 0; j < k; j++) y += weights[j] * x[i * k + j];
    for (let j = 0; j < k; j++) from[j] = x[i * k + j];
    for (const layer of layers) {
      applyLayer(layer, weights, from, to);
      [from, to] = [to, from];
    }
    out[i] = y + (layers.length > 0 ? from[0] : 0);
  }
  return out;
}

/** One layer for one row; hidden layers end in a rectifier, the last does not. */
function applyLayer(layer: LayerPlace, weights: Float32Array, from: Float64Array, to: Float64Array): void {
  const { rows, cols, weightsAt, biasAt } = layer;
  for (let c = 0; c < cols; c++) to[c] = biasAt === undefined ? 0 : weights[biasAt + c];
  let r = 0;
  for (; r + 4 <= rows; r += 4) { // in the order of one after the other; `to` is read and written less often
    const [first, second, third, fourth] = [from[r], from[r + 1], from[r + 2], from[r + 3]];
    const row = weightsAt + r * cols;
    for (let c = 0; c < cols; c++) {
      const at = row + c;
      to[c] = to[c] + first * weights[at] + second * weights[at + cols] + third * weights[at + 2 * cols] +
        fourth * weights[at + 3 * cols];
    }
  }
  for (; r < rows; r++) {
    const v = from[r];
    const row = weightsAt + r * cols;
    for (let c = 0; c < cols; c++) to[c] += v * weights[row + c];
  }
  if (biasAt === undefined) return;
  for (let c = 0; c < cols; c++) if (to[c] < 0) to[c] = 0;
}

/** The inverse of `log1p` for outputs of a network: never below 0, and kept from overflowing. */
export const expm1Clipped = (v: number): number => Math.expm1(Math.min(14, Math.max(0, v)));
