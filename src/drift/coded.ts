import type { Coding } from "./coding.ts";
import type { Table } from "./table.ts";
import { fewerOf, type Units } from "./units.ts";

/** Two windows, and which of their rows are compared. */
export interface Pair {
  readonly reference: Table;
  readonly current: Table;
  /** of each column */
  readonly codings: readonly Coding[];
  readonly units: Units;
  /** whether every row is a unit, and all are compared */
  readonly independent: boolean;
}

/** Rows as the bins of their values. */
export interface Coded {
  readonly units: Units;
  /** bin of every feature of every row, counted on from feature to feature, shape `[rows, features]`, units' order */
  readonly codes: Uint16Array | Uint32Array;
  /** where the bins of each feature begin, and where the last end, shape `[features + 1]` */
  readonly firstBin: Int32Array;
}

/** The bins of the rows of some units. */
export function codeRows(pair: Pair, units: Units): Coded {
  const features = pair.codings.length;
  const firstBin = new Int32Array(features + 1);
  pair.codings.forEach(({ bins }, f) => firstBin[f + 1] = firstBin[f] + bins);
  const Codes = firstBin[features] <= 0xffff ? Uint16Array : Uint32Array;
  const codes = new Codes(units.rows.length * features);
  for (let f = 0; f < features; f++) {
    const column = codeColumn(pair, f, units);
    for (let i = 0, at = f; i < column.length; i++, at += features) codes[at] = firstBin[f] + column[i];
  }
  return { units, codes, firstBin };
}

/** The bins of one column of the rows of some units, in their order. */
export function codeColumn(
  { reference, current, codings }: Pair,
  feature: number,
  { rows }: Units,
): Uint8Array {
  const width = codings.length;
  const { codeOf } = codings[feature];
  const column = new Uint8Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] - reference.rows;
    column[i] = codeOf(
      row < 0 ? reference.values[rows[i] * width + feature] : current.values[row * width + feature],
    );
  }
  return column;
}

/** Rows per bin, of all rows that are compared and of those in the window with fewer units. */
export interface CodeCounts {
  readonly all: Float64Array;
  readonly fewer: Float64Array;
}

/** Counts a column's bins. @param codes as of `codeColumn`; null: all rows are compared, and were counted */
export function countCodes({ codings, units }: Pair, feature: number, codes: Uint8Array | null): CodeCounts {
  const { bins, reference, current } = codings[feature];
  const fewer = fewerOf(units);
  const all = reference.map((rows, b) => rows + current[b]);
  if (codes === null) return { all, fewer: fewer.isCurrent ? current : reference };
  const counts = { all: new Float64Array(bins), fewer: new Float64Array(bins) };
  const from = units.starts[fewer.first];
  const to = units.starts[fewer.first + fewer.count];
  codes.forEach((bin, i) => {
    counts.all[bin]++;
    if (i >= from && i < to) counts.fewer[bin]++;
  });
  return counts;
}
