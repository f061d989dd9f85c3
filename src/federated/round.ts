/** One round of DP-FedAvg: what a participant computes on its own rows, and how the sum moves the weights. */
import { InsufficientDataError } from "../core/errors.ts";
import { permutation, seededRandom } from "../core/random.ts";
import { clip } from "./clip.ts";
import { addGradient, type LocalRows, type Shape } from "./gradient.ts";
import { rowsOfShoppers } from "./moments.ts";
import type { FederatedPlan, PrivacyPlan } from "./plan.ts";

/** What a participant adds to a round's sum. */
export interface Contribution {
  readonly shape: Shape;
  /** the weights that the round begins with, shape `[d]` */
  readonly weights: Float64Array;
  readonly rows: LocalRows;
  readonly plan: FederatedPlan;
}

type LocalPlan = Pick<FederatedPlan, "localEpochs" | "batchSize" | "learningRate" | "weightDecay">;

/**
 * Without privacy: the change of the weights by local mini-batches, times the rows; then the rows, and their loss at the
 * weights that the round began with. Sums of these are weighted averages.
 * @param seed fixes the order of the rows   @returns shape `[d + 2]`
 * Source: McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data (2017), algorithm 1.
 */
export function localChange({ shape, weights, rows, plan }: Contribution, seed: number): Float64Array {
  const n = rows.y.length;
  const loss = addGradient(shape, weights, rows, range(0, n), new Float64Array(weights.length));
  const own = weights.slice();
  for (let epoch = 0; epoch < plan.localEpochs; epoch++) {
    const order = permutation(n, seededRandom(seed + epoch));
    for (let from = 0; from < n; from += plan.batchSize) {
      step(shape, own, rows, order.subarray(from, from + plan.batchSize), plan);
    }
  }
  const sum = new Float64Array(weights.length + 2);
  weights.forEach((before, i) => sum[i] = n * (own[i] - before));
  sum.set([n, loss], weights.length);
  return sum;
}

/** The number of numbers in a round's sum. */
export const sumLength = (weights: number, { privacy }: Pick<FederatedPlan, "privacy">): number =>
  privacy === null ? weights + 2 : weights;

/**
 * With privacy: the sum of the changes that sampled shoppers make by steps on their own rows, each clipped.
 * @param chances a uniform number in [0, 1) for each shopper, in the order of their first rows   @returns shape `[d]`
 * Source: McMahan et al., Learning Differentially Private Recurrent Language Models (2018), algorithm 1, shoppers as users.
 */
export function boundedChange(
  { shape, weights, rows, plan }: Contribution,
  { sampling, clip: norm }: PrivacyPlan,
  chances: ArrayLike<number>,
): Float64Array {
  const sum = new Float64Array(weights.length);
  rowsOfShoppers(rows.shopper).forEach((places, i) => {
    if (chances[i] >= sampling) return;
    const own = weights.slice();
    for (let epoch = 0; epoch < plan.localEpochs; epoch++) {
      step(shape, own, rows, places, { ...plan, weightDecay: 0 });
    }
    const change = own.map((v, j) => v - weights[j]);
    clip(change, norm);
    change.forEach((v, j) => sum[j] += v);
  });
  return sum;
}

/** How a round's sum of all participants moves the weights. @throws {InsufficientDataError} none of them has a row */
export function moved(
  weights: Float64Array,
  sum: Float64Array,
  { plan, shoppers }: { plan: FederatedPlan; shoppers: number },
): { weights: Float64Array; loss: number | null } {
  const d = weights.length;
  const { privacy } = plan;
  if (privacy === null) {
    const rows = sum[d];
    if (!(rows >= 1)) throw new InsufficientDataError("a federated round", rows, 1);
    return { weights: weights.map((v, i) => v + sum[i] / rows), loss: sum[d + 1] / rows };
  }
  const decay = 1 - plan.learningRate * plan.localEpochs * plan.weightDecay;
  const expected = privacy.sampling * shoppers;
  return { weights: weights.map((v, i) => v * decay + sum[i] / expected), loss: null };
}

/** One step down the mean loss of some rows, the weights' pull included; the intercept is not pulled. */
function step(
  shape: Shape,
  weights: Float64Array,
  rows: LocalRows,
  places: ArrayLike<number> & Iterable<number>,
  { learningRate, weightDecay }: Pick<LocalPlan, "learningRate" | "weightDecay">,
): void {
  const slope = new Float64Array(weights.length);
  addGradient(shape, weights, rows, places, slope);
  for (let i = 0; i < weights.length; i++) {
    const pull = i === shape.inputs ? 0 : weightDecay * weights[i];
    weights[i] -= learningRate * (slope[i] / places.length + pull);
  }
}

function* range(from: number, to: number): Iterable<number> {
  for (let i = from; i < to; i++) yield i;
}
