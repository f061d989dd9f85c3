import { figure } from "../format/numbers.ts";

/** `2011-03-29` of a moment in ISO 8601. */
export const day = (iso: string): string => iso.slice(0, 10);

/** The moment as a date that charts place on an axis. */
export const at = (iso: string): Date => new Date(iso);

/** A share with its sign, as a percentage: +3.4 %. */
export const signedPercent = (share: number): string =>
  `${sign(share)}${(Math.abs(share) * 100).toFixed(1)} %`;

/** A number with its sign, in four significant digits. */
export const signed = (value: number): string => value === 0 ? "0" : sign(value) + figure(Math.abs(value));

const sign = (value: number) => value === 0 ? "" : value < 0 ? "−" : "+";

/** An interval as "(low to high)"; an end that nobody knows is "unknown". */
export const interval = (
  low: number | null,
  high: number | null,
  written: (value: number) => string = figure,
): string => `(${low === null ? "unknown" : written(low)} to ${high === null ? "unknown" : written(high)})`;

/** "1 cycle", "2 cycles". */
export const counted = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en-US")} ${n === 1 ? one : many}`;

/** "a", "a and b", "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
