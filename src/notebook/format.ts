import { figure, interval as bothEnds, percent } from "../format/numbers.ts";

export { counted, signed } from "../format/numbers.ts";
export { listed } from "../format/words.ts";

/** `2011-03-29` of a moment in ISO 8601. */
export const day = (iso: string): string => iso.slice(0, 10);

/** The moment as a date that charts place on an axis. */
export const at = (iso: string): Date => new Date(iso);

/** A share with its sign, as a percentage: +3.4 %. */
export const signedPercent = (share: number): string => percent(share, { sign: true });

/** An interval as "(low to high)"; an end that nobody knows is "unknown". */
export const interval = (
  low: number | null,
  high: number | null,
  text: (value: number) => string = figure,
): string => `(${bothEnds({ low, high }, text)})`;
