import type { Random } from "../core/random.ts";
import type { Coded } from "./coded.ts";
import type { Scores } from "./scores.ts";
import { isOver, shareOf } from "./sequential.ts";

export const STATISTIC = "MMD of ranks and of their products, two by two";

/**
 * Maximum mean discrepancy (squared, unbiased) between two windows under the kernel `k_1 / |k_1| + k_2 / |k_2|`: `k_1`
 * sums over the features the product of two rows' mid-rank scores (of categories: whether they agree, rare ones counting
 * for more), `k_2` over all pairs of features the product of those products. The first sees many small shifts, the second
 * how features go together though each by itself stays as it was; both count alike, for their size is taken out (root
 * mean square, centred). Pairs of rows within one unit are left out; the null deals whole units anew.
 * @returns p as of sequential.ts
 * Source: Gretton et al., A kernel two-sample test (2012).
 */
export function togetherTest(
  coded: Coded,
  scores: readonly Scores[],
  options: { alpha: number; roundsMax: number; random: Random },
): { value: number; p: number; rounds: number } {
  const { starts, current } = coded.units;
  const all = starts.length - 1;
  const { random } = options;
  const kernel = mixed(...kernels(coded, scores));
  const sizes = starts.subarray(1).map((end, u) => end - starts[u]);
  const order = Int32Array.from({ length: all }, (_, i) => i);
  const value = discrepancy(kernel, order, current, sizes);
  let rounds = 0;
  let extreme = 0;
  while (!isOver([extreme], rounds, options)) {
    for (let i = 0; i < current; i++) {
      const j = i + Math.floor(random() * (all - i));
      const unit = order[j];
      order[j] = order[i];
      order[i] = unit;
    }
    rounds++;
    if (discrepancy(kernel, order, current, sizes) >= value) extreme++;
  }
  return { value, p: shareOf(extreme, rounds), rounds };
}

/** A kernel between units, 0 within one. */
interface Kernel {
  /** shape `[units, units]` */
  readonly values: Float32Array;
  /** sums of its rows, and of them all */
  readonly sums: Float64Array;
  readonly total: number;
}

/** Mean kernel within the first `current` units of an order, and within the others, less twice that between them. */
function discrepancy(
  { values, sums, total }: Kernel,
  order: Int32Array,
  current: number,
  sizes: Int32Array,
): number {
  const all = order.length;
  let within = 0;
  let touching = 0;
  let rows = 0;
  let ownPairs = 0;
  let othersRows = 0;
  let othersOwnPairs = 0;
  for (let i = 0; i < current; i++) {
    const unit = order[i];
    const from = unit * all;
    for (let j = 0; j < i; j++) within += values[from + order[j]];
    touching += sums[unit];
    rows += sizes[unit];
    ownPairs += sizes[unit] ** 2;
  }
  for (let i = current; i < all; i++) {
    othersRows += sizes[order[i]];
    othersOwnPairs += sizes[order[i]] ** 2;
  }
  within *= 2;
  const between = touching - within;
  const others = total - within - 2 * between;
  return within / (rows ** 2 - ownPairs) + others / (othersRows ** 2 - othersOwnPairs) -
    2 * between / (rows * othersRows);
}

/** `sum_f k_f` and `sum_{f < g} k_f k_g` between units. */
function kernels(
  { codes, firstBin, units: { starts } }: Coded,
  scores: readonly Scores[],
): [Float32Array, Float32Array] {
  const all = starts.length - 1;
  const single = new Float32Array(all * all);
  const pairs = new Float32Array(all * all);
  const { numbers, categories } = embedded(codes, firstBin, scores);
  const { values, width } = numbers;
  for (let s = 0; s < all; s++) {
    for (let t = 0; t < s; t++) {
      let ones = 0;
      let twos = 0;
      for (let i = starts[s]; i < starts[s + 1]; i++) {
        for (let j = starts[t]; j < starts[t + 1]; j++) {
          let sum = 0;
          let squares = 0;
          for (let a = i * width, b = j * width, end = a + width; a < end; a++, b++) {
            const alike = values[a] * values[b];
            sum += alike;
            squares += alike * alike;
          }
          for (const category of categories) {
            const alike = inCommon(category, i, j);
            sum += alike;
            squares += alike * alike;
          }
          ones += sum;
          twos += (sum * sum - squares) / 2;
        }
      }
      single[s * all + t] = single[t * all + s] = ones;
      pairs[s * all + t] = pairs[t * all + s] = twos;
    }
  }
  return [single, pairs];
}

/** Mid-rank scores, shape `[rows, width]`. */
interface Numbers {
  readonly values: Float64Array;
  readonly width: number;
}

/** The bin of every row, and what two rows have in common that share it; others have `apart`. */
interface Category {
  readonly bins: Uint16Array;
  readonly shared: Float64Array;
  readonly apart: number;
}

const inCommon = ({ bins, shared, apart }: Category, i: number, j: number) =>
  bins[i] === bins[j] ? shared[bins[i]] : apart;

/**
 * Returns the factors of `k_f`: the mid-rank score of numbers; of a category `1 / share - 1` where two rows share it,
 * else -1, scaled.
 */
function embedded(codes: Coded["codes"], firstBin: Int32Array, scores: readonly Scores[]) {
  const features = scores.length;
  const rows = codes.length / features;
  const varied = scores.map((_, f) => f).filter((f) => scores[f].weights.length > 0);
  const plain = varied.filter((f) => !scores[f].categorical);
  const width = plain.length;
  const values = new Float64Array(rows * width);
  plain.forEach((f, c) => {
    for (let i = 0; i < rows; i++) {
      values[i * width + c] = scores[f].values[codes[i * features + f] - firstBin[f]];
    }
  });
  const categories = varied.filter((f) => scores[f].categorical).map((f): Category => {
    const bins = new Uint16Array(rows).map((_, i) => codes[i * features + f] - firstBin[f]);
    const size = Math.sqrt(Math.max(1, scores[f].weights.length - 1));
    return { bins, shared: ownKernel(scores[f]).map((value) => value / size), apart: -1 / size };
  });
  return { numbers: { values, width } satisfies Numbers, categories };
}

/** `sum_k w_k s_k^2` of every bin: 1 / its share - 1. */
const ownKernel = ({ bins, values, weights }: Scores) =>
  new Float64Array(bins).map((_, b) =>
    weights.reduce((sum, weight, k) => sum + weight * values[k * bins + b] ** 2, 0)
  );

/** The sum of two kernels, each by its root mean square once its rows and columns are centred. */
function mixed(one: Float32Array, two: Float32Array): Kernel {
  const all = Math.sqrt(one.length);
  const sumsOfOne = rowSums(one, all);
  const sumsOfTwo = rowSums(two, all);
  const a = 1 / (centredSize(one, sumsOfOne) || 1);
  const b = 1 / (centredSize(two, sumsOfTwo) || 1);
  const values = new Float32Array(one.length);
  for (let i = 0; i < values.length; i++) values[i] = a * one[i] + b * two[i];
  const sums = sumsOfOne.map((sum, i) => a * sum + b * sumsOfTwo[i]);
  return { values, sums, total: sums.reduce((x, y) => x + y, 0) };
}

function centredSize(kernel: Float32Array, sums: Float64Array): number {
  const all = sums.length;
  let squares = 0;
  let ofSums = 0;
  let total = 0;
  for (let i = 0; i < kernel.length; i++) squares += kernel[i] * kernel[i];
  for (const sum of sums) ofSums += sum * sum, total += sum;
  return Math.sqrt(Math.max(0, squares - 2 * ofSums / all + (total / all) ** 2)) / all;
}

function rowSums(kernel: Float32Array, all: number): Float64Array {
  const sums = new Float64Array(all);
  for (let i = 0, at = 0; i < all; i++) {
    let sum = 0;
    for (let j = 0; j < all; j++) sum += kernel[at++];
    sums[i] = sum;
  }
  return sums;
}
