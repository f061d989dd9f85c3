import type { Moments } from "../stats/moments.ts";
import type { Bounds } from "../stats/interval.ts";
import { signedBrief } from "../format/numbers.ts";

/** A whole number with thousands apart, the same on every machine. */
export const whole = (value: number): string => String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ",");

/** "0.5 %", "25 %". */
export const percent = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/** "26 h" up to two days, "3.5 days" from then on. */
export const duration = (hours: number): string =>
  hours < 48 ? `${Math.floor(hours)} h` : `${Number((hours / 24).toFixed(1))} days`;

/** With its sign, and two digits that mean something. */
export const signed = (value: number): string => signedBrief(value, 2);

/** "difference of loss −0.004 (−0.011 to +0.003) over 1,204 shoppers". */
export function differenceText({ n, mean }: Moments, { low, high }: Bounds): string {
  if (n === 0) return "no outcomes yet";
  const range = Number.isFinite(low + high) ? ` (${signed(low)} to ${signed(high)})` : "";
  return `difference of loss ${signed(mean)}${range} over ${whole(n)} shoppers`;
}
