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

/** Sums that are made together, in as many registers. */
const LANES = 8;

/** A layer as its loop reads it: double precision, and the weights of LANES outputs beside each other, row by row. */
interface PackedLayer {
  readonly rows: number;
  /** filled up to whole groups of LANES, as the weights are: what is too much is never read */
  readonly biases: Float64Array;
  readonly weights: Float64Array;
  readonly isLast: boolean;
}

const packedLayers = new WeakMap<Network, readonly PackedLayer[]>();

/** The layers of a network, whose weights no longer change. */
function layersOf(network: Network): readonly PackedLayer[] {
  let layers = packedLayers.get(network);
  if (!layers) {
    layers = layerPlaces(network.inputs, network.hidden).map((place) => packed(place, network.weights));
    packedLayers.set(network, layers);
  }
  return layers;
}

function packed({ rows, cols, weightsAt, biasAt }: LayerPlace, weights: Float32Array): PackedLayer {
  const filled = Math.ceil(cols / LANES) * LANES;
  const biases = new Float64Array(filled);
  const out = new Float64Array(rows * filled);
  for (let c = 0; c < cols; c++) {
    if (biasAt !== undefined) biases[c] = weights[biasAt + c];
    const lane = c % LANES;
    for (let r = 0; r < rows; r++) {
      out[(c - lane) * rows + r * LANES + lane] = weights[weightsAt + r * cols + c];
    }
  }
  return { rows, biases, weights: out, isLast: biasAt === undefined };
}

/**
 * Returns the output of the network for each row; plain loops, so that serving needs no tensors.
 * @param network its weights do not change after the first call with it
 * @param x shape `[n, inputs]` @param n rows, for a network without inputs @returns shape `[n]`
 */
export function forward(network: Network, x: Float32Array, n: number): Float32Array {
  const { inputs: k, weights } = network;
  const out = new Float32Array(n);
  const layers = layersOf(network);
  const widest = layers.reduce((most, { biases }) => Math.max(most, biases.length), k);
  let from = new Float64Array(widest);
  let to = new Float64Array(widest);
  for (let i = 0; i < n; i++) {
    let y = weights[k];
    for (let j = 0; j < k; j++) {
      from[j] = x[i * k + j];
      y += weights[j] * from[j];
    }
    for (const layer of layers) {
      applyLayer(layer, from, to);
      [from, to] = [to, from];
    }
    out[i] = y + (layers.length > 0 ? from[0] : 0);
  }
  return out;
}

/** One layer for one row; hidden layers end in a rectifier, the last does not. Each sum goes row after row. */
function applyLayer(
  { rows, biases, weights, isLast }: PackedLayer,
  from: Float64Array,
  to: Float64Array,
): void {
  let at = 0;
  for (let c = 0; c < biases.length; c += LANES) {
    let [s0, s1, s2, s3] = [biases[c], biases[c + 1], biases[c + 2], biases[c + 3]];
    let [s4, s5, s6, s7] = [biases[c + 4], biases[c + 5], biases[c + 6], biases[c + 7]];
    for (let r = 0; r < rows; r++, at += LANES) {
      const v = from[r];
      s0 += v * weights[at];
      s1 += v * weights[at + 1];
      s2 += v * weights[at + 2];
      s3 += v * weights[at + 3];
      s4 += v * weights[at + 4];
      s5 += v * weights[at + 5];
      s6 += v * weights[at + 6];
      s7 += v * weights[at + 7];
    }
    to[c] = s0;
    to[c + 1] = s1;
    to[c + 2] = s2;
    to[c + 3] = s3;
    to[c + 4] = s4;
    to[c + 5] = s5;
    to[c + 6] = s6;
    to[c + 7] = s7;
  }
  if (isLast) return;
  for (let c = 0; c < biases.length; c++) if (to[c] < 0) to[c] = 0;
}

/** The inverse of `log1p` for outputs of a network: never below 0, and kept from overflowing. */
export const expm1Clipped = (v: number): number => Math.expm1(Math.min(14, Math.max(0, v)));
