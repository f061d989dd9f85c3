/** Formats numbers for sentences and tables. */

const WORDS: Record<string, string> = {
  accuracy: "accuracy",
  auc: "AUC",
  logLoss: "log loss",
  brier: "Brier score",
  mse: "MSE",
  cappedMse: "capped MSE",
  mae: "MAE",
  r2: "R2",
  bias: "bias",
};

/** The name of a metric as people write it: `logLoss` is "log loss". */
export const metricName = (metric: string): string => WORDS[metric] ?? metric;

const ORDER = Object.keys(WORDS);
/** Metrics in the order in which they are always written; the database keeps none. */
export const metricsInOrder = (metrics: Record<string, number>): [metric: string, value: number][] =>
  Object.entries(metrics).filter(([metric]) => metric !== "n").sort(([a], [b]) =>
    ORDER.indexOf(a) - ORDER.indexOf(b)
  );

/** Four significant digits, with thousands separated: 0.5123, 12.30, 1,234,567. */
export function figure(value: number): string {
  if (!Number.isFinite(value)) return "unknown";
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString("en-US");
  return value.toPrecision(4);
}

/** A share as a percentage with one digit, without its sign: 0.0342 is "3.4 %". */
export const percent = (share: number): string => `${(Math.abs(share) * 100).toFixed(1)} %`;

/** A count with thousands separated. */
export const count = (n: number): string => n.toLocaleString("en-US");
