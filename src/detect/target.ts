import { InvalidInputError } from "../core/errors.ts";
import { countCells, isNumeric } from "./features.ts";
import { cellText, type RawColumn } from "./table.ts";

/** The target that the model learns. */
export type Target =
  | { readonly kind: "classes"; readonly column: RawColumn; readonly classes: readonly string[] }
  /** from the lowest to the highest in the rows learned from */
  | { readonly kind: "number"; readonly column: RawColumn; readonly low: number; readonly high: number };

/** So many different whole numbers, or fewer, are classes; of more texts the most frequent. */
const CLASSES_MAX = 20;

/**
 * A target of text, or of at most 20 different whole numbers, is a class; any other number is a quantity.
 * @throws {InvalidInputError} the first `learn` rows hold only one value
 */
export function targetOf(column: RawColumn, learn: number): Target {
  const counts = countCells(column, learn);
  if (counts.size < 2) {
    const have = counts.size === 0 ? "none" : `only "${[...counts.keys()][0]}"`;
    throw new InvalidInputError(
      `Cannot learn "${column.name}" from the first ${learn} rows: need two different values, have ${have}`,
      "target",
    );
  }
  const values = [...counts.keys()].map(Number);
  const isQuantity = isNumeric(column, learn) &&
    (counts.size > CLASSES_MAX || !values.every(Number.isInteger));
  if (!isQuantity) {
    const classes = [...counts].sort((a, b) => b[1] - a[1]).slice(0, CLASSES_MAX).map(([text]) => text);
    return { kind: "classes", column, classes };
  }
  const low = values.reduce((a, b) => Math.min(a, b));
  const high = values.reduce((a, b) => Math.max(a, b));
  return { kind: "number", column, low, high };
}

/** The rows from `start` to `end` whose target is known; of a quantity, those where it is a number. */
export function knownRows(target: Target, start: number, end: number): number[] {
  const rows: number[] = [];
  for (let row = start; row < end; row++) {
    const isKnown = target.kind === "number"
      ? !Number.isNaN(target.column.numbers[row])
      : cellText(target.column, row) !== undefined;
    if (isKnown) rows.push(row);
  }
  return rows;
}
