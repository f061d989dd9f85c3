import { predictionsAt } from "../stats/classes.ts";

/** Predictions that met their outcomes. Arrays are parallel, shape `[n]`. */
export interface OutcomeRows {
  /** of several classes shape `[n, classes]` */
  readonly prediction: ArrayLike<number>;
  readonly outcome: ArrayLike<number>;
  /** any integer that is the same for the same shopper */
  readonly shopper: ArrayLike<number>;
}

/** Several sets of rows as one. */
export const joinedRows = (...sets: readonly OutcomeRows[]): OutcomeRows => ({
  prediction: sets.flatMap(({ prediction }) => Array.from(prediction)),
  outcome: sets.flatMap(({ outcome }) => Array.from(outcome)),
  shopper: sets.flatMap(({ shopper }) => Array.from(shopper)),
});

/** The rows at these places. */
export function rowsAt(rows: OutcomeRows, places: readonly number[]): OutcomeRows {
  const pick = (values: ArrayLike<number>) => places.map((i) => values[i]);
  const prediction = Array.from(predictionsAt(rows.prediction, rows.outcome.length, places));
  return { prediction, outcome: pick(rows.outcome), shopper: pick(rows.shopper) };
}

/** Counts the shoppers. */
export const shoppersOf = ({ shopper }: Pick<OutcomeRows, "shopper">): number =>
  new Set(Array.from(shopper)).size;
