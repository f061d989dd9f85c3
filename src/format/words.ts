/** Words as people write them. */

const METRICS: Readonly<Record<string, string>> = {
  accuracy: "accuracy",
  auc: "AUC",
  logLoss: "log loss",
  brier: "Brier score",
  mse: "MSE",
  cappedMse: "capped MSE",
  mae: "MAE",
  poissonDeviance: "Poisson deviance",
  r2: "R²",
  bias: "bias",
  macroRecall: "macro recall",
  macroPrecision: "macro precision",
  topDecileLift: "top-decile lift",
};

/** The name of a metric as people write it: `logLoss` is "log loss", a shop's own `own:voucher-cost` is "voucher cost". */
export const metricName = (metric: string): string =>
  METRICS[metric] ?? (metric.startsWith("own:") ? metric.slice(4).replaceAll("-", " ") : metric);

const ORDER = Object.keys(METRICS);
/** Metrics in the order in which they are always written; the database keeps none. */
export const metricsInOrder = <Value>(metrics: Record<string, Value>): [metric: string, value: Value][] =>
  Object.entries(metrics).filter(([metric]) => metric !== "n").sort(([a], [b]) =>
    ORDER.indexOf(a) - ORDER.indexOf(b) || (a < b ? -1 : 1)
  );

/** A text with a capital letter at its beginning. */
export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "a", "a and b", "a, b and c". */
export const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;

const NAMED_MAX = 4;

/** "churn, returns and 18 other models": a sentence names no more than a few. @param others what those are that it does not */
export function listedFew(words: readonly string[], others = "other models"): string {
  if (words.length <= NAMED_MAX) return listed(words);
  const told = words.slice(0, NAMED_MAX - 2);
  return listed([...told, `${words.length - told.length} ${others}`]);
}
