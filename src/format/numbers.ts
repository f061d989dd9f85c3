/**
 * Numbers as people read them, on the command line and in the dashboard: thousands apart, a true minus sign, and no sign
 * before what rounds to zero.
 */

/** 48310 -> "48,310" */
export const count = (n: number): string => fixed(n, 0);

/** "1 cycle", "2 cycles" */
export const counted = (n: number, thing: string, things = `${thing}s`): string =>
  `${count(n)} ${n === 1 ? thing : things}`;

/**
 * A measured value: "0.7186", "12.3", "693,593", "1.090 M". Four decimals below ten, where differences between models
 * lie; "unknown" where there is none.
 */
export function figure(x: number): string {
  if (!Number.isFinite(x)) return "unknown";
  const size = Math.abs(x);
  if (size >= 1e9) return `${significant(x / 1e9)} bn`;
  if (size >= 1e6) return `${significant(x / 1e6)} M`;
  return fixed(x, size >= 100 ? 0 : size >= 10 ? 1 : 4);
}

/** A metric: as {@link figure}, "not defined" where the rows do not define it, as the AUC of a single class. */
export const metricFigure = (x: number | null): string => x === null ? "not defined" : figure(x);

/** A difference of two such values: "+0.0110", "−0.0042", "0.0000". */
export const signed = (x: number): string => withSign(x, figure(x));

/** To the digits that mean something, where nobody knows how large a value is: "0.00042", "−0.0054", "1,100". */
export const brief = (x: number, digits = 3): string =>
  x.toLocaleString("en", { maximumSignificantDigits: digits }).replace("-", "−");

/** A difference of two such values: "+0.00042", "−0.0054", "0". */
export const signedBrief = (x: number, digits = 3): string => withSign(x, brief(x, digits));

/** A value on an axis: as {@link figure}, without zeros at its end. */
export const tick = (x: number): string =>
  figure(x).replace(/(\.\d*?)0+(?=$| )/, "$1").replace(/\.(?=$| )/, "");

/** A difference on an axis. */
export const signedTick = (x: number): string => withSign(x, tick(x));

/** A share: "4.2 %", or "+4.2 %" where it is a change. */
export function percent(share: number, { sign = false } = {}): string {
  const text = `${fixed(share * 100, 1)} %`;
  return sign ? withSign(share, text) : text;
}

/** A share that somebody chose: "25 %", "0.5 %", as it was written. */
export const shareText = (share: number): string => `${Number((100 * share).toPrecision(3))} %`;

/** A shift, in standard deviations: "+0.35". */
export const deviations = (x: number): string => withSign(x, fixed(x, 2));

/** A chance under some hypothesis: "p = 0.012", "p < 0.001". */
export const chance = (p: number): string => p < 0.001 ? "p < 0.001" : `p = ${p.toFixed(3)}`;

/** An amount of money: "1,204 EUR", "0.25 EUR", "0.0012 EUR". Hundreds need no cents, what a training costs needs more. */
export function money(amount: number, currency: string): string {
  const size = Math.abs(amount);
  const text = fixed(amount, size >= 100 || size < 1e-9 ? 0 : size >= 0.1 ? 2 : 4);
  return currency === "" ? text : `${text} ${currency}`;
}

/** "+1,204 EUR" */
export const signedMoney = (amount: number, currency: string): string =>
  withSign(amount, money(amount, currency));

/** "0.71 to 0.74", each end by `text`; an end that nobody knows is "unknown". */
export function interval(
  { low, high }: { low: number | null; high: number | null },
  text: (end: number) => string = figure,
): string {
  const end = (value: number | null) => value === null ? "unknown" : text(value);
  return `${end(low)} to ${end(high)}`;
}

const significant = (x: number) => fixed(x, Math.abs(x) >= 100 ? 1 : Math.abs(x) >= 10 ? 2 : 3);

/** A plus before what is above zero, as it is written. */
const withSign = (x: number, text: string) => x > 0 && /[1-9]/.test(text) ? `+${text}` : text;

const FORMATS = new Map<number, Intl.NumberFormat>();

function fixed(x: number, digits: number): string {
  let format = FORMATS.get(digits);
  if (!format) {
    format = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    FORMATS.set(digits, format);
  }
  const text = format.format(x);
  return /[1-9]/.test(text) ? text.replace("-", "−") : text.replace("-", "");
}
