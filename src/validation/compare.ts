import { isHigherBetter, type MetricName, type MetricValues, rowLosses, scoresOf } from "../stats/metrics.ts";
import { isOwnMetric, type OwnMetricName, ownStatistic } from "../stats/own_metrics.ts";
import type { ModelDefinition } from "../models/model.ts";
import { clusteredError, tInterval } from "../stats/clustered.ts";
import { mean } from "../stats/mean.ts";
import { pairedInterval } from "../stats/paired.ts";
import type { Interval } from "../stats/interval.ts";
import type { Evidence } from "./verdict.ts";

/** What of a model says how it is judged. */
export type Judged = Pick<ModelDefinition, "kind" | "loss"> & Partial<Pick<ModelDefinition, "metrics">>;

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
  model: Judged,
  { target, shopper }: UnseenRows,
  { champion, challenger }: Record<"champion" | "challenger", ArrayLike<number>>,
  { cap = Infinity, confidence }: { cap?: number; confidence: number },
): Comparison {
  const { loss } = model;
  const theirs = rowLosses(loss, target, champion, { cap });
  const ours = rowLosses(loss, target, challenger, { cap });
  return {
    championLoss: mean(theirs, { empty: 0 }),
    challengerLoss: mean(ours, { empty: 0 }),
    difference: pairedInterval(ours.map((value, i) => value - theirs[i]), shopper, { confidence }),
    championMetrics: scores(model, target, champion, cap),
    challengerMetrics: scores(model, target, challenger, cap),
  };
}

/**
 * The quoted metric on rows neither has seen, challenger less champion, where it is the shop's own and not what is
 * compared anyway; undefined: it is neither, or these rows do not define it.
 */
export function compareOwn(
  { loss, primaryMetric }: Pick<ModelDefinition, "loss" | "primaryMetric">,
  { target: outcome, shopper }: UnseenRows,
  { champion, challenger }: Record<"champion" | "challenger", ArrayLike<number>>,
  confidence: number,
): Evidence["own"] {
  if (!isOwnMetric(primaryMetric) || primaryMetric === loss) return undefined;
  const theirs = ownStatistic(primaryMetric, { outcome, prediction: champion, shopper });
  const ours = ownStatistic(primaryMetric, { outcome, prediction: challenger, shopper });
  if (!theirs || !ours) return undefined;
  const influence = ours.influence.map((value, i) => value - theirs.influence[i]);
  const error = clusteredError({ influence, shopper });
  const mean = ours.value - theirs.value;
  const { low, high } = tInterval(mean, error, confidence);
  return {
    metric: primaryMetric,
    better: isHigherBetter(primaryMetric) ? "higher" : "lower",
    difference: {
      mean,
      low: low ?? -Infinity,
      high: high ?? Infinity,
      n: outcome.length,
      clusters: error.clusters,
      confidence,
    },
  };
}

/**
 * The metrics that a model declares and its loss; where it declares none, all of its kind.
 * @returns null where these rows do not define one, and none but their number where there are no rows
 */
export function scores(
  { kind, loss, metrics }: Judged,
  target: ArrayLike<number>,
  predictions: ArrayLike<number>,
  cap: number,
): MetricValues {
  if (target.length === 0) return { n: 0 };
  const ofKind = Object.entries<number | null>(
    { ...scoresOf(kind, target, predictions, { cap, isCount: loss === "poissonDeviance" }) },
  );
  const wanted: readonly string[] | undefined = metrics && ["n", ...metrics, loss];
  const own = ownOf([...metrics ?? [], loss]).map((name) =>
    [name, ownValue(name, target, predictions)] as const
  );
  const found = [...ofKind.filter(([name]) => wanted?.includes(name) ?? true), ...own];
  return Object.fromEntries(found.map(([name, v]) => [name, finite(v)]));
}

const ownOf = (metrics: readonly MetricName[]) => [...new Set(metrics)].filter(isOwnMetric);

const ownValue = (metric: OwnMetricName, outcome: ArrayLike<number>, prediction: ArrayLike<number>) =>
  ownStatistic(metric, { outcome, prediction, shopper: new Uint8Array(outcome.length) })?.value ?? null;

const finite = (value: number | null) => value !== null && Number.isFinite(value) ? value : null;
