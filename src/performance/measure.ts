import { macroOf } from "../stats/classes.ts";
import { type MetricName, rowLosses } from "../stats/metrics.ts";
import { isOwnMetric, measuredOrNone, ownStatistic } from "../stats/own_metrics.ts";
import type { Measured } from "./report.ts";
import { liftWithInfluence } from "../stats/lift.ts";
import { weightedAuc } from "../stats/roc.ts";
import { type OutcomeRows, shoppersOf } from "./rows.ts";
import { mean } from "../stats/mean.ts";
import { clusteredError, tInterval } from "../stats/clustered.ts";
import { meanOf, type Statistic } from "../stats/statistic.ts";

/** A metric of some rows with each row's influence on it; null where these rows cannot tell it. */
export function metricOf(metric: MetricName, rows: OutcomeRows, cap = Infinity): Statistic | null {
  const { prediction: p, outcome: y } = rows;
  if (y.length === 0) return null;
  if (isOwnMetric(metric)) return measuredOrNone(() => ownStatistic(metric, rows));
  if (metric === "macroRecall") return macroOf("recall", y, p);
  if (metric === "macroPrecision") return macroOf("precision", y, p);
  if (metric === "auc") return auc(rows);
  if (metric === "r2") return r2(rows);
  if (metric === "topDecileLift") return liftWithInfluence(y, p);
  if (metric === "bias") return meanOf(Float64Array.from(y, (outcome, i) => p[i] - outcome));
  const losses = rowLosses(metric, y, p, { cap });
  return meanOf(metric === "accuracy" ? losses.map((wrong) => 1 - wrong) : losses);
}

function auc({ prediction, outcome }: OutcomeRows): Statistic | null {
  const positive = Float64Array.from(outcome);
  const negative = positive.map((y) => 1 - y);
  const { value, byPositive, byNegative } = weightedAuc(prediction, positive, negative);
  return value === null
    ? null
    : { value, influence: positive.map((y, i) => y === 1 ? byPositive[i] : byNegative[i]) };
}

/** `1 - M / V`, the influence by the chain rule: `-(m_i - M) / (n V) + M (v_i - V) / (n V^2)`. */
function r2({ prediction: p, outcome: y }: OutcomeRows): Statistic | null {
  const error = meanOf(rowLosses("mse", y, p));
  const middle = mean(y);
  const spread = meanOf(Float64Array.from(y, (v) => (v - middle) ** 2));
  const M = error.value;
  const V = spread.value;
  if (!(V > 0)) return null;
  return {
    value: 1 - M / V,
    influence: error.influence.map((m, i) => -m / V + M * spread.influence[i] / V ** 2),
  };
}

const AT_MOST_ONE = new Set<MetricName>(["accuracy", "auc", "r2", "macroRecall", "macroPrecision"]);

/** Bounds that a metric cannot leave, whatever a symmetric interval says. */
export function withinRange(metric: MetricName, value: number | null): number | null {
  if (value === null || metric === "bias" || isOwnMetric(metric)) return value;
  const most = AT_MOST_ONE.has(metric) ? 1 : Infinity;
  const least = metric === "r2" ? -Infinity : 0;
  return Math.min(most, Math.max(least, value));
}

/** Metrics of some rows with intervals that are robust to a shopper appearing several times; what cannot be told is left out. */
export function measure(
  metrics: readonly MetricName[],
  rows: OutcomeRows,
  { cap, confidence, atDeployment }: {
    cap?: number;
    confidence: number;
    atDeployment: Readonly<Record<string, number | null>>;
  },
): Measured[] {
  const shoppers = shoppersOf(rows);
  return metrics.flatMap((metric) => {
    const statistic = metricOf(metric, rows, cap);
    if (!statistic) return [];
    const { influence, value } = statistic;
    const { low, high } = tInterval(value, clusteredError({ influence, shopper: rows.shopper }), confidence);
    return [{
      metric,
      value,
      rows: rows.outcome.length,
      shoppers,
      low: withinRange(metric, low),
      high: withinRange(metric, high),
      atDeployment: atDeployment[metric] ?? null,
    }];
  });
}

/** A metric's value as a loss: of the accuracy, the share of wrong answers. */
export const asLoss = (metric: string, value: number): number => metric === "accuracy" ? 1 - value : value;
