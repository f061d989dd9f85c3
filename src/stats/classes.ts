/**
 * Predictions of several classes: for each row a probability of every class, row-major, shape `[n, classes]`. Of all other
 * models a row's prediction is one number, shape `[n]`: how many there are of a row follows from the lengths.
 */
import { meanOf, type Statistic } from "./statistic.ts";

/** Numbers that a row's prediction has: 1, or one of each class. @throws {RangeError} the rows do not share them alike */
export function numbersOfRow(predictions: ArrayLike<number>, n: number): number {
  if (n === 0 && predictions.length === 0) return 1;
  const k = predictions.length / n;
  if (Number.isInteger(k) && k >= 1) return k;
  throw new RangeError(`Cannot score: ${n} outcomes, ${predictions.length} predictions`);
}

/** The predictions of the rows at these places. @param n rows in all */
export function predictionsAt(
  predictions: ArrayLike<number>,
  n: number,
  places: readonly number[],
): Float64Array {
  const k = numbersOfRow(predictions, n);
  const taken = new Float64Array(places.length * k);
  places.forEach((place, row) => {
    for (let c = 0; c < k; c++) taken[row * k + c] = predictions[place * k + c];
  });
  return taken;
}

/** What is predicted of one row: a number, or the place of the likeliest class with the probability of each. */
export function tellAt(
  predictions: ArrayLike<number>,
  n: number,
  row: number,
): { prediction: number; probabilities?: number[] } {
  const k = numbersOfRow(predictions, n);
  if (k === 1) return { prediction: predictions[row] };
  const probabilities = Array.from({ length: k }, (_, c) => predictions[row * k + c]);
  return { prediction: likeliest(probabilities, 1)[0], probabilities };
}

/** The same guess for each of `n` rows: one number, or a probability of each class. */
export function guessFor(guess: number | readonly number[], n: number): Float64Array {
  const numbers = typeof guess === "number" ? [guess] : guess;
  return Float64Array.from({ length: n * numbers.length }, (_, i) => numbers[i % numbers.length]);
}

/** How often each class came true, each counted half a time more, so that no share is 0. @param y places of classes */
export function sharesOf(y: ArrayLike<number>, classes: number): number[] {
  const counts = new Array<number>(classes).fill(0.5);
  for (let i = 0; i < y.length; i++) counts[y[i]]++;
  return counts.map((count) => count / (y.length + classes / 2));
}

/** The place of the likeliest class of each row, the first of equal ones; shape `[n]`. */
export function likeliest(predictions: ArrayLike<number>, n: number): Float64Array {
  const k = numbersOfRow(predictions, n);
  return Float64Array.from({ length: n }, (_, row) => {
    let best = 0;
    for (let c = 1; c < k; c++) if (predictions[row * k + c] > predictions[row * k + best]) best = c;
    return best;
  });
}

/** One number a row by which rows are alike: the prediction itself, or the probability of the likeliest class. */
export function sizesOf(predictions: ArrayLike<number>, n: number): ArrayLike<number> {
  const k = numbersOfRow(predictions, n);
  if (k === 1) return predictions;
  return likeliest(predictions, n).map((best, row) => predictions[row * k + best]);
}

/** Scores of a model of several classes. A class that is nowhere, or that nothing is taken for, counts as 0 in a mean. */
export interface ClassesScores {
  readonly n: number;
  /** share of rows whose likeliest class came true */
  readonly accuracy: number;
  /** nats, of the class that came true, probabilities kept within [1e-4, 1 - 1e-4] */
  readonly logLoss: number;
  /** mean over rows of the squared distance to what came true, summed over classes: 0 to 2 */
  readonly brier: number;
  /** mean over classes of the share of a class's rows that were taken for it */
  readonly macroRecall: number;
  /** mean over classes of the share of what was taken for a class that is of it */
  readonly macroPrecision: number;
}

const FLOOR = 1e-4;

/** The loss of a row of several classes, by metric; its probabilities begin at `at`. */
export const CLASS_LOSS: Readonly<
  Record<
    "accuracy" | "logLoss" | "brier",
    (y: number, p: ArrayLike<number>, at: number, k: number) => number
  >
> = {
  accuracy(y, p, at, k) {
    let best = 0;
    for (let c = 1; c < k; c++) if (p[at + c] > p[at + best]) best = c;
    return best === y ? 0 : 1;
  },
  logLoss: (y, p, at) => -Math.log(Math.min(1 - FLOOR, Math.max(FLOOR, p[at + y]))),
  brier(y, p, at, k) {
    let sum = 0;
    for (let c = 0; c < k; c++) sum += (p[at + c] - (c === y ? 1 : 0)) ** 2;
    return sum;
  },
};

/** Recall and precision of each class, in the order of classes; 0 where there is nothing to divide by. */
export function byClass(
  y: ArrayLike<number>,
  predictions: ArrayLike<number>,
): { recall: number; precision: number; rows: number; predicted: number }[] {
  const k = numbersOfRow(predictions, y.length);
  const taken = likeliest(predictions, y.length);
  return Array.from({ length: k }, (_, c) => {
    let [rows, predicted, right] = [0, 0, 0];
    for (let i = 0; i < y.length; i++) {
      if (y[i] === c) rows++;
      if (taken[i] === c) predicted++;
      if (y[i] === c && taken[i] === c) right++;
    }
    return {
      rows,
      predicted,
      recall: rows > 0 ? right / rows : 0,
      precision: predicted > 0 ? right / predicted : 0,
    };
  });
}

/**
 * Macro recall or precision with each row's influence: of a class's share `r` over its `m` rows `(hit - r) / m`, by the
 * number of classes.
 */
export function macroOf(
  which: "recall" | "precision",
  y: ArrayLike<number>,
  predictions: ArrayLike<number>,
): Statistic {
  const classes = byClass(y, predictions);
  const taken = likeliest(predictions, y.length);
  const influence = new Float64Array(y.length);
  for (let i = 0; i < y.length; i++) {
    const c = which === "recall" ? y[i] : taken[i];
    const m = which === "recall" ? classes[c].rows : classes[c].predicted;
    influence[i] = (Number(y[i] === taken[i]) - classes[c][which]) / m / classes.length;
  }
  return { value: meanOf(classes.map((found) => found[which])).value, influence };
}
