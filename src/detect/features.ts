import { cellText, type RawColumn } from "./table.ts";

/** Columns as a model takes them. */
export interface Features {
  readonly names: readonly string[];
  /** row-major, shape `[rows, names.length]`; NaN where a number is missing */
  readonly values: Float32Array;
}

/** Of a text column: the categories that get a column of their own must make up this share of the training rows. */
const LEAST_SHARE = 0.01;
const CATEGORIES_MAX = 20;
/** A column of so few different whole numbers may be a code: it enters as number and as categories. */
const CODES = { least: 3, most: 12 };

interface Encoder {
  readonly name: string;
  readonly at: (row: number) => number;
}

/** Encodes columns; what is a number, and which categories there are, is learned from the first `learn` rows. */
export function encodeFeatures(columns: readonly RawColumn[], rows: number, learn: number): Features {
  const encoders = columns.flatMap((column) => encodersOf(column, learn));
  const width = encoders.length;
  const values = new Float32Array(rows * width);
  encoders.forEach(({ at }, j) => {
    for (let i = 0; i < rows; i++) values[i * width + j] = at(i);
  });
  return { names: encoders.map(({ name }) => name), values };
}

function encodersOf(column: RawColumn, learn: number): Encoder[] {
  const counts = countCells(column, learn);
  const number = { name: column.name, at: (row: number) => column.numbers[row] };
  if (!isNumeric(column, learn)) return categories(column, counts, learn);
  const areWhole = [...counts.keys()].every((text) => Number.isInteger(Number(text)));
  const isCode = areWhole && counts.size >= CODES.least && counts.size <= CODES.most;
  return isCode ? [number, ...categories(column, counts, learn)] : [number];
}

function categories(column: RawColumn, counts: ReadonlyMap<string, number>, learn: number): Encoder[] {
  return [...counts].filter(([, count]) => count >= LEAST_SHARE * learn).sort((a, b) => b[1] - a[1])
    .slice(0, CATEGORIES_MAX).map(([text]) => ({
      name: `${column.name}=${text}`,
      at: (row: number) => cellText(column, row) === text ? 1 : 0,
    }));
}

/** Counts each value in the first `learn` rows. */
export function countCells(column: RawColumn, learn: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let row = 0; row < learn; row++) {
    const text = cellText(column, row);
    if (text !== undefined) counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  return counts;
}

/** Whether the first rows hold no text. */
export const isNumeric = ({ codes }: RawColumn, learn: number): boolean =>
  codes.subarray(0, learn).every((code) => code === 0);
