/** The one figure of a model that people quote: the newest that outcomes measured, else its validation's. */
import type { ModelStatus } from "../src/retraining/status.ts";
import { counted, figure, metricFigure } from "../src/format/numbers.ts";
import { moment } from "../src/format/times.ts";
import { listedFew, metricName } from "../src/format/words.ts";
import { ownUnit } from "./metric_words.ts";
import type { Measured } from "../src/performance/report.ts";

/** A figure with what it rests on, as text. */
export interface ModelFigure {
  value: string;
  /** "RMSE in EUR of v23" */
  name: string;
  /** "measured on 950 outcomes, 95 % interval 0.74 to 0.78; 0.7400 at validation" */
  basis: string;
  /** further metrics: "MAE 249, R² 0.31"; empty: none */
  others: string;
}

/** A mean squared error is told as its root, which is in the unit of the outcome. */
const asRoot = (metric: string): boolean => metric === "mse" || metric === "cappedMse";
const toldOf = (metric: string, value: number): number => asRoot(metric) ? Math.sqrt(value) : value;

/** "RMSE in EUR", "accuracy" */
function toldName(metric: string, unit: string): string {
  if (!asRoot(metric)) return `${metricName(metric)}${ownUnit(metric)}`;
  return `${metric === "mse" ? "RMSE" : "capped RMSE"} in ${unit}`;
}

const OTHERS = ["mae", "r2", "auc", "topDecileLift"];

/** Metrics beside the primary one, in the order in which they are always written. */
function othersText(primary: string, values: Readonly<Record<string, number | null | undefined>>): string {
  return OTHERS.flatMap((metric) => {
    const value = metric === primary ? null : values[metric];
    return value === null || value === undefined ? [] : [`${metricName(metric)} ${metricFigure(value)}`];
  }).join(", ");
}

/** Returns the figure of a model; null where no version serves. */
export function figureOf(model: ModelStatus): ModelFigure | null {
  const { primaryMetric, unit, serving, measured } = model;
  if (!serving) return null;
  const now = measured?.metrics.find(({ metric }) => metric === primaryMetric);
  if (measured && now) {
    return {
      value: figure(toldOf(primaryMetric, now.value)),
      name: `${toldName(primaryMetric, unit)}, ${versionsText(measured)}`,
      basis: measuredBasis(now, measured.asOf),
      others: othersText(primaryMetric, Object.fromEntries(measured.metrics.map((m) => [m.metric, m.value]))),
    };
  }
  const value = serving.metrics[primaryMetric];
  if (value === undefined || value === null) return null;
  return {
    value: figure(toldOf(primaryMetric, value)),
    name: `${toldName(primaryMetric, unit)}, v${serving.version}`,
    basis: `at validation, on ${counted(serving.validationRows, "held-out row")}; no outcomes since`,
    others: othersText(primaryMetric, serving.metrics),
  };
}

/** "v7", "v7 and v8" */
const versionsText = ({ version, versions = [version] }: NonNullable<ModelStatus["measured"]>): string =>
  listedFew(versions.map((v) => `v${v}`), "others");

function measuredBasis({ metric, value, low, high, rows, atDeployment }: Measured, asOf: string): string {
  const range = low === null || high === null
    ? ""
    : ` (${figure(toldOf(metric, low))} to ${figure(toldOf(metric, high))})`;
  const before = atDeployment === null
    ? ""
    : `; ${trend(value, atDeployment)} ${figure(toldOf(metric, atDeployment))} at validation`;
  return `measured${range} on ${counted(rows, "outcome")} by ${moment(asOf, "day")}${before}`;
}

/** Which way a value went from another. */
const trend = (now: number, before: number): string =>
  now > before ? "up from" : now < before ? "down from" : "as";
