/** How a figure came out over several runs. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly runs: number;
}

/** Median and range. @throws {RangeError} there is no value */
export function spread(values: readonly number[]): Spread {
  if (values.length === 0) throw new RangeError("Cannot sum up: need >= 1 run, have 0");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
  return { median, min: sorted[0], max: sorted[sorted.length - 1], runs: sorted.length };
}

/** The value below which a share `q` of the numbers lies; the nearest one that there is. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
}

/** A whole number with thousands apart. */
export const whole = (value: number) => Math.round(value).toLocaleString("en");

/** Four decimals for shares, whole numbers for money squared. */
export const figure = (value: number) => Math.abs(value) < 100 ? value.toFixed(4) : whole(value);

/** "median (lowest to highest)", each by `format`; of a single run, just that. */
export const range = ({ median, min, max, runs }: Spread, format: (value: number) => string) =>
  runs === 1 ? format(median) : `${format(median)} (${format(min)} to ${format(max)})`;

/** How far apart the runs lie, as a share of their median. */
export const noise = ({ median, min, max }: Spread) => `${Math.round(100 * (max - min) / median)} %`;

/** One figure against another of the same run, run by run. */
export const ratios = (ours: readonly number[], theirs: readonly number[]) =>
  spread(ours.map((value, i) => value / theirs[i]));
