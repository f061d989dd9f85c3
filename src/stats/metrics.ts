/** Scores of predictions against outcomes, and the loss of each row, which paired comparisons need. */
import { CLASS_LOSS, type ClassesScores, macroOf, numbersOfRow } from "./classes.ts";
import { topDecileLift } from "./lift.ts";
import { mean } from "./mean.ts";
import { OwnCodeError } from "../core/errors.ts";
import {
  askingMetric,
  isOwnMetric,
  ownMetric,
  type OwnMetricName,
  ownMetricNamed,
  ownRowValue,
} from "./own_metrics.ts";
import { auc } from "./roc.ts";

export const PROBABILITY_FLOOR = 1e-4;
/** A smaller expected number would make one row's deviance infinite. */
const COUNT_FLOOR = 1e-9;

const clipped = (p: number) => Math.min(1 - PROBABILITY_FLOOR, Math.max(PROBABILITY_FLOOR, p));

export interface ClassificationScores {
  readonly n: number;
  /** share of rows on the right side of 0.5 */
  readonly accuracy: number;
  /** area under the ROC curve; null, not defined, where only one class is present */
  readonly auc: number | null;
  /** nats, probabilities kept within [1e-4, 1 - 1e-4] */
  readonly logLoss: number;
  readonly brier: number;
  /** mean outcome of the tenth with the highest predictions, by that of all; null, not defined, where nothing came true */
  readonly topDecileLift: number | null;
}

export interface RegressionScores {
  readonly n: number;
  readonly mse: number;
  /** outcome and prediction both capped, against the rule of a few extreme rows */
  readonly cappedMse: number;
  readonly mae: number;
  /** 1 - squared error / squared distance from the mean; null, not defined, where the outcome is constant */
  readonly r2: number | null;
  /** mean prediction - mean outcome */
  readonly bias: number;
  /** of counts alone: mean of `2 (y log(y / p) - y + p)`, predictions kept above 1e-9 */
  readonly poissonDeviance?: number;
  /** as of a classifier; null, not defined, where the mean outcome is not above zero */
  readonly topDecileLift: number | null;
}

/** Scores by name; null where these rows do not define one. */
export type MetricValues = Record<string, number | null>;

/** The names of the scores that come with Perennial. */
export type StandardMetric = Exclude<
  keyof ClassificationScores | keyof RegressionScores | keyof ClassesScores,
  "n"
>;

/** The names of all scores, a shop's own among them. */
export type MetricName = StandardMetric | OwnMetricName;

/** The metrics of each kind of model. */
export const METRICS_OF: Readonly<
  Record<"classification" | "classes" | "regression", readonly StandardMetric[]>
> = {
  classification: ["accuracy", "auc", "logLoss", "brier", "topDecileLift"],
  classes: ["accuracy", "logLoss", "brier", "macroRecall", "macroPrecision"],
  regression: ["mse", "cappedMse", "mae", "poissonDeviance", "r2", "bias", "topDecileLift"],
};

/** Whether a larger value of the metric is a better one; of an own one that no model defines any more: no. */
export const isHigherBetter = (metric: string): boolean =>
  isOwnMetric(metric)
    ? ownMetricNamed(metric)?.direction === "higher"
    : HIGHER_IS_BETTER[metric as StandardMetric] ?? false;

const HIGHER_IS_BETTER: Readonly<Record<StandardMetric, boolean>> = {
  accuracy: true,
  auc: true,
  logLoss: false,
  brier: false,
  mse: false,
  cappedMse: false,
  mae: false,
  poissonDeviance: false,
  r2: true,
  bias: false,
  topDecileLift: true,
  macroRecall: true,
  macroPrecision: true,
};

/** A row's loss, per metric that is a mean over rows; outcome `y`, prediction `p`, cap for `cappedMse`. */
export const ROW_LOSS: Readonly<
  Record<
    "accuracy" | "logLoss" | "brier" | "mse" | "cappedMse" | "mae" | "poissonDeviance",
    (y: number, p: number, cap: number) => number
  >
> = {
  accuracy: (y, p) => (p >= 0.5 ? 1 : 0) === y ? 0 : 1,
  logLoss: (y, p) => -Math.log(y === 1 ? clipped(p) : 1 - clipped(p)),
  brier: (y, p) => (clipped(p) - y) ** 2,
  mse: (y, p) => (y - p) ** 2,
  cappedMse: (y, p, cap) => (Math.min(y, cap) - Math.min(p, cap)) ** 2,
  mae: (y, p) => Math.abs(y - p),
  poissonDeviance: (y, p) => 2 * ((y > 0 ? y * Math.log(y / Math.max(p, COUNT_FLOOR)) : 0) - y + p),
};

export type RowLoss = keyof typeof ROW_LOSS | OwnMetricName;

/** The value of one row of a metric that is a mean over rows (of the accuracy, of its loss); outcome `y`, prediction `p`. */
type RowValue = (y: number, p: number, cap: number) => number;

/** Computes something of the values of many rows. @throws {OwnCodeError} a metric of the shop's own fails or loops */
export function overRows<T>(metric: RowLoss, compute: (value: RowValue) => T): T {
  if (!isOwnMetric(metric)) return compute(ROW_LOSS[metric]);
  return askingMetric(metric, () => compute((y, p) => ownRowValue(metric, y, p)));
}

/** Whether a metric is a mean over rows. */
export const isRowLoss = (metric: MetricName): metric is RowLoss =>
  isOwnMetric(metric) ? ownMetric(metric).of !== undefined : metric in ROW_LOSS;

/**
 * The loss of each row: for `accuracy` 1 where wrong and 0 where right.
 * @param y outcomes, shape `[n]`   @param p predictions, shape `[n]`, or of several classes `[n, classes]`
 * @param cap for `cappedMse` only   @throws {RangeError} lengths do not fit, or several classes have no such loss
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual([...rowLosses("accuracy", [1, 0, 1], [0.9, 0.6, 0.5])], [0, 1, 0]);
 * ```
 */
export function rowLosses(
  loss: RowLoss,
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  { cap = Infinity }: { cap?: number } = {},
): Float64Array {
  const k = numbersOfRow(p, y.length);
  if (k > 1) return classLosses(loss, y, p, k);
  const losses = overRows(
    loss,
    (value) => Float64Array.from({ length: y.length }, (_, i) => value(y[i], p[i], cap)),
  );
  if (isOwnMetric(loss) && losses.some((value) => value < 0)) {
    throw new OwnCodeError(`Cannot compare by "${loss}": a loss is never below zero`, "ownMetrics");
  }
  return losses;
}

function classLosses(loss: RowLoss, y: ArrayLike<number>, p: ArrayLike<number>, k: number): Float64Array {
  if (loss !== "accuracy" && loss !== "logLoss" && loss !== "brier") {
    throw new RangeError(`Cannot compare several classes by "${loss}"`);
  }
  return Float64Array.from({ length: y.length }, (_, i) => CLASS_LOSS[loss](y[i], p, i * k, k));
}

/**
 * All scores of several classes.
 * @param y places of classes, shape `[n]`   @param p probabilities, shape `[n, classes]`
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { accuracy, macroRecall, brier } = classesScores([0, 2], [0.5, 0.25, 0.25, 1, 0, 0]);
 * assert.deepEqual([accuracy, macroRecall.toFixed(4), brier], [0.5, "0.3333", (0.375 + 2) / 2]);
 * ```
 */
export function classesScores(y: ArrayLike<number>, p: ArrayLike<number>): ClassesScores {
  return {
    n: y.length,
    accuracy: 1 - mean(rowLosses("accuracy", y, p)),
    logLoss: mean(rowLosses("logLoss", y, p)),
    brier: mean(rowLosses("brier", y, p)),
    macroRecall: macroOf("recall", y, p).value,
    macroPrecision: macroOf("precision", y, p).value,
  };
}

/**
 * All scores of a classifier.
 * @param y 0 or 1, shape `[n]`   @param p probabilities of 1, shape `[n]`
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { accuracy, auc, brier } = classificationScores([1, 0], [0.75, 0.25]);
 * assert.deepEqual({ accuracy, auc, brier }, { accuracy: 1, auc: 1, brier: 0.0625 });
 * ```
 */
export function classificationScores(y: ArrayLike<number>, p: ArrayLike<number>): ClassificationScores {
  return {
    n: y.length,
    accuracy: 1 - mean(rowLosses("accuracy", y, p)),
    auc: auc(y, p),
    logLoss: mean(rowLosses("logLoss", y, p)),
    brier: mean(rowLosses("brier", y, p)),
    topDecileLift: topDecileLift(y, p),
  };
}

/**
 * All scores of a regression.
 * @param y outcomes, shape `[n]`   @param p predictions, shape `[n]`
 * @param options.isCount outcomes and predictions are counts: the Poisson deviance is measured too
 * @param options.cap for `cappedMse`: commonly the 99th percentile of the training targets
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { mse, cappedMse, r2, bias } = regressionScores([0, 4, 8], [1, 4, 7], { cap: 4 });
 * assert.deepEqual({ mse, cappedMse, r2, bias }, { mse: 2 / 3, cappedMse: 1 / 3, r2: 1 - 1 / 16, bias: 0 });
 * ```
 */
export function regressionScores(
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  { cap = Infinity, isCount = false }: { cap?: number; isCount?: boolean } = {},
): RegressionScores {
  const mse = mean(rowLosses("mse", y, p));
  const meanY = mean(y);
  const variance = mean(Float64Array.from({ length: y.length }, (_, i) => (y[i] - meanY) ** 2));
  return {
    n: y.length,
    mse,
    cappedMse: mean(rowLosses("cappedMse", y, p, { cap })),
    mae: mean(rowLosses("mae", y, p)),
    ...isCount && { poissonDeviance: mean(rowLosses("poissonDeviance", y, p)) },
    r2: variance > 0 ? 1 - mse / variance : null,
    bias: mean(p) - meanY,
    topDecileLift: topDecileLift(y, p),
  };
}

/** All scores of a kind of model that come with Perennial. @param options as of {@link regressionScores} */
export function scoresOf(
  kind: "classification" | "classes" | "regression",
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  options: { cap?: number; isCount?: boolean } = {},
): ClassificationScores | ClassesScores | RegressionScores {
  switch (kind) {
    case "classification":
      return classificationScores(y, p);
    case "classes":
      return classesScores(y, p);
    case "regression":
      return regressionScores(y, p, options);
    default:
      return kind satisfies never;
  }
}
