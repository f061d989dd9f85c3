import { classificationScores, type MetricValues, regressionScores, rowLosses } from "../stats/metrics.ts";
import type { ModelDefinition } from "../models/model.ts";
import { mean } from "../stats/mean.ts";
import { pairedInterval } from "../stats/paired.ts";
import type { Interval } from "../stats/interval.ts";

/** Labelled rows that neither model was trained on. Arrays are parallel, shape `[n]`. */
export interface UnseenRows {
  readonly target: Float64Array;
  readonly shopper: Int32Array;
}

/** Two models' predictions on the same rows, scored and paired. */
interface Comparison {
  championLoss: number;
  challengerLoss: number;
  /** challenger's loss minus champion's */
  difference: Interval;
  championMetrics: MetricValues;
  challengerMetrics: MetricValues;
}

/**
 * Compares champion and challenger on rows neither has seen.
 * @param options.cap for losses that cap outcome and prediction
 */
export function compare(
  { kind, loss }: Pick<ModelDefinition, "kind" | "loss">,
  { target, shopper }: UnseenRows,
  { champion, challenger }: Record<"champion" | "challenger", ArrayLike<number>>,
  { cap = Infinity, confidence }: { cap?: number; confidence: number },
): Comparison {
  const theirs = rowLosses(loss, target, champion, { cap });
  const ours = rowLosses(loss, target, challenger, { cap });
  return {
    championLoss: mean(theirs, { empty: 0 }),
    challengerLoss: mean(ours, { empty: 0 }),
    difference: pairedInterval(ours.map((value, i) => value - theirs[i]), shopper, { confidence }),
    championMetrics: scores({ kind, loss }, target, champion, cap),
    challengerMetrics: scores({ kind, loss }, target, challenger, cap),
  };
}

/** All metrics of a model's kind; null where these rows do not define one, and none but their number where there are no rows. */
export function scores(
  { kind, loss }: Pick<ModelDefinition, "kind" | "loss">,
  target: ArrayLike<number>,
  predictions: ArrayLike<number>,
  cap: number,
): MetricValues {
  if (target.length === 0) return { n: 0 };
  const metricValues = kind === "classification"
    ? classificationScores(target, predictions)
    : regressionScores(target, predictions, { cap, isCount: loss === "poissonDeviance" });
  return Object.fromEntries(Object.entries(metricValues).map(([name, value]) => [name, finite(value)]));
}

const finite = (value: number | null) => value !== null && Number.isFinite(value) ? value : null;
