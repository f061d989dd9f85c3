/** Numbers, durations and moments as people read them. */

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
const plain = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** 48310 -> "48,310" */
export const count = (n: number): string => plain.format(n);

/** "1 cycle", "2 cycles" */
export const counted = (n: number, thing: string): string => `${count(n)} ${thing}${n === 1 ? "" : "s"}`;

/** Three decimals below ten (four where three would be nought), three digits above, "1.09 M" for millions; a true minus sign. */
export function figure(x: number): string {
  const size = Math.abs(x);
  const [scaled, unit] = size >= 1e9 ? [x / 1e9, " bn"] : size >= 1e6 ? [x / 1e6, " M"] : [x, ""];
  const wide = Math.abs(scaled);
  const digits = unit
    ? (wide >= 100 ? 0 : wide >= 10 ? 1 : 2)
    : size >= 100
    ? 0
    : size >= 10
    ? 1
    : size >= 0.0005 || size < 0.00005
    ? 3
    : 4;
  const text = scaled.toLocaleString("en-GB", {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return (Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−")) + unit;
}

/** With its sign: "+0.011", "−0.004", "0.000". */
export const signed = (x: number): string => (x > 0 && figure(x) !== figure(0) ? "+" : "") + figure(x);

/** A share as "4.2 %" or "+4.2 %". */
export const percent = (share: number, { sign = false } = {}): string =>
  `${sign && share > 0 ? "+" : ""}${(share * 100).toFixed(1)} %`.replace("-", "−");

/** 188_000 ms -> "3 min 8 s"; days from 48 hours on. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (ms < 995) return `${Math.max(1, Math.round(ms))} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  if (s < MINUTE_S) return `${s} s`;
  if (s < HOUR_S) return `${Math.floor(s / MINUTE_S)} min${s % MINUTE_S ? ` ${s % MINUTE_S} s` : ""}`;
  if (s < 2 * DAY_S) {
    const minutes = Math.floor(s % HOUR_S / MINUTE_S);
    return `${Math.floor(s / HOUR_S)} h${minutes ? ` ${minutes} min` : ""}`;
  }
  return `${Math.round(s / DAY_S)} days`;
}

/** Ms between two ISO times. */
export const msBetween = (from: string, to: string): number => Date.parse(to) - Date.parse(from);

const METRICS: Readonly<Record<string, string>> = {
  accuracy: "accuracy",
  auc: "AUC",
  logLoss: "log loss",
  brier: "Brier score",
  mse: "MSE",
  cappedMse: "capped MSE",
  mae: "MAE",
  r2: "R²",
  bias: "bias",
};

/** Returns the usual name of a metric. */
export const metricName = (metric: string): string => METRICS[metric] ?? metric;

/** Formats a moment: a `day` is a cut-off of the data and stays in UTC wherever the reader is. */
export type MomentKind = "day" | "moment" | "clock";

const FORMATS: Readonly<Record<MomentKind, Intl.DateTimeFormatOptions>> = {
  day: { day: "numeric", month: "short", year: "numeric" },
  moment: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  clock: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

/** An ISO time in words, in `zone` (an IANA name). */
export const moment = (iso: string, kind: MomentKind, zone = "UTC"): string =>
  new Date(iso).toLocaleString("en-GB", { ...FORMATS[kind], timeZone: kind === "day" ? "UTC" : zone });
