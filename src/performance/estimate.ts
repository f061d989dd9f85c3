import { twoSidedZ } from "../stats/critical.ts";
import { isRowLoss, type MetricName, overRows } from "../stats/metrics.ts";
import { measuredOrNone } from "../stats/own_metrics.ts";
import type { ModelKind } from "../models/model.ts";
import type { Measured, PerformanceReport } from "./report.ts";
import { calibrated, type Calibrator, fitCalibrator, logit } from "./calibration.ts";
import { withinRange } from "./measure.ts";
import { weightedAuc } from "../stats/roc.ts";
import { reweighted } from "./reweighted.ts";
import { type OutcomeRows, shoppersOf } from "./rows.ts";
import { clusteredError } from "../stats/clustered.ts";

/** Predictions whose outcomes are not known; shape `[m]` both. */
type WaitingRows = Pick<OutcomeRows, "prediction" | "shopper">;

type Estimate = NonNullable<PerformanceReport["estimated"]>;

/** Fewer known outcomes than this teach nothing. */
const KNOWN_MIN = 50;
const WAITING_MIN = 20;
/** So many earlier estimates say by how much one misses. */
const MISSES_MAX = 12;

/** The assumption of every kind; without it the estimate says nothing. */
const ASSUMED = [
  "No concept drift: shoppers with the same prediction fare as those did whose outcomes are known; a change of what shoppers do is not seen here",
  "What moves all shoppers together, as a season does, moves them no more than when earlier estimates were scored; before any was, not at all",
];

/**
 * Estimates the metrics of predictions whose outcomes are missing, learned on predictions whose outcomes are
 * known. An estimate, never a measurement.
 * @returns null where too few outcomes are known or too few predictions wait, and of several classes
 */
export function estimate(
  kind: ModelKind,
  metrics: readonly MetricName[],
  { known, waiting, cap, confidence, atDeployment, scored = [] }: {
    known: OutcomeRows;
    waiting: WaitingRows;
    /** earlier estimates beside what came true: the interval is no shorter than they were wrong */
    scored?: PerformanceReport["scored"];
    cap?: number;
    confidence: number;
    atDeployment: Readonly<Record<string, number | null>>;
  },
): Estimate | null {
  if (kind === "classes" || known.outcome.length < KNOWN_MIN || waiting.prediction.length < WAITING_MIN) {
    return null;
  }
  const expect = kind === "classification"
    ? expectedByProbability(known, waiting)
    : expectedByBin(known, waiting, cap);
  const z = twoSidedZ(confidence);
  const rows = waiting.prediction.length;
  const shoppers = shoppersOf(waiting);
  const expected = metrics.flatMap((metric): Measured[] => {
    const expected = expect(metric);
    if (!expected) return [];
    const error = Math.max(expected.error, typicalMiss(scored, metric));
    const low = withinRange(metric, expected.value - z * error);
    const high = withinRange(metric, expected.value + z * error);
    return [{
      metric,
      value: expected.value,
      low,
      high,
      rows,
      shoppers,
      atDeployment: atDeployment[metric] ?? null,
    }];
  });
  return { ...WORDS[kind], rows, metrics: expected };
}

const WORDS: Readonly<Record<Exclude<ModelKind, "classes">, Pick<Estimate, "method" | "assumptions">>> = {
  classification: {
    method: "expected from recalibrated probabilities (as CBPE)",
    assumptions: [...ASSUMED, "The recalibrated probability of each prediction is right"],
  },
  regression: {
    method: "mean error of known predictions of the same size",
    assumptions: [...ASSUMED, "Errors are alike among predictions of about the same size"],
  },
};

/** Root of the mean square by which the newest estimates of a metric missed what came true: what moves all shoppers at once. */
function typicalMiss(scored: PerformanceReport["scored"], metric: MetricName): number {
  const newest = scored.filter((score) => score.metric === metric).slice(0, MISSES_MAX);
  const squares = newest.reduce((sum, { actual, estimated }) => sum + (actual - estimated) ** 2, 0);
  return newest.length === 0 ? 0 : Math.sqrt(squares / newest.length);
}

type Expect = (metric: MetricName) => { value: number; error: number } | null;

/**
 * A metric's expectation if each outcome comes true with its recalibrated probability `c_i`. With `m_i` the metric's
 * derivative by `c_i`, the variance is that of the outcomes, `sum over shoppers (sum |m_i| sqrt(c_i (1 - c_i)))^2` (rows
 * of a shopper as if they came true together, which is the most it can be), and of the recalibration, by the delta method.
 * Source: the idea is that of confidence-based performance estimation (NannyML documentation, CBPE).
 */
function expectedByProbability(known: OutcomeRows, waiting: WaitingRows): Expect {
  const calibrator = fitCalibrator(known);
  const chance = Float64Array.from(waiting.prediction, (p) => calibrated(calibrator, p));
  return (metric) => {
    const expected = metric === "auc" ? expectedAuc(waiting, chance) : expectedLoss(metric, waiting, chance);
    if (!expected) return null;
    const outcomes = expected.slope.map((m, i) => Math.abs(m) * Math.sqrt(chance[i] * (1 - chance[i])));
    return {
      value: expected.value,
      error: Math.hypot(
        togetherError(outcomes, waiting.shopper),
        calibrationError(calibrator, expected.slope, waiting, chance),
      ),
    };
  };
}

interface Expected {
  readonly value: number;
  /** derivative by each row's probability */
  readonly slope: Float64Array;
}

function expectedLoss(
  metric: MetricName,
  { prediction: p }: WaitingRows,
  chance: Float64Array,
): Expected | null {
  if (!isRowLoss(metric)) return null;
  const n = chance.length;
  const sign = metric === "accuracy" ? -1 : 1;
  return measuredOrNone(() =>
    overRows(metric, (loss) => {
      let value = metric === "accuracy" ? 1 : 0;
      const slope = chance.map((c, i) => {
        const ifOne = loss(1, p[i], Infinity);
        const ifZero = loss(0, p[i], Infinity);
        value += sign * (c * ifOne + (1 - c) * ifZero) / n;
        return sign * (ifOne - ifZero) / n;
      });
      return { value, slope };
    })
  );
}

function expectedAuc({ prediction }: WaitingRows, chance: Float64Array): Expected | null {
  const { value, byPositive, byNegative } = weightedAuc(prediction, chance, chance.map((c) => 1 - c));
  return value === null ? null : { value, slope: byPositive.map((slope, i) => slope - byNegative[i]) };
}

/** Standard error of a sum of rows whose deviations are given, those of one shopper falling the same way. */
function togetherError(deviations: Float64Array, shopper: ArrayLike<number>): number {
  const sums = new Map<number, number>();
  deviations.forEach((deviation, i) => sums.set(shopper[i], (sums.get(shopper[i]) ?? 0) + deviation));
  return Math.sqrt([...sums.values()].reduce((squares, sum) => squares + sum * sum, 0));
}

function calibrationError(
  { covariance: [aa, ab, bb] }: Calibrator,
  slope: Float64Array,
  { prediction }: WaitingRows,
  chance: Float64Array,
): number {
  let ga = 0;
  let gb = 0;
  for (let i = 0; i < chance.length; i++) {
    const byA = slope[i] * chance[i] * (1 - chance[i]);
    ga += byA;
    gb += byA * logit(prediction[i]);
  }
  return Math.sqrt(Math.max(0, ga * ga * aa + 2 * ga * gb * ab + gb * gb * bb));
}

/** A row loss, or the bias, as it was among known predictions of about the same size. R2 is no mean of rows: left out. */
function expectedByBin(known: OutcomeRows, waiting: WaitingRows, cap = Infinity): Expect {
  const { prediction: p, outcome: y, shopper } = known;
  return (metric) => {
    if (metric !== "bias" && !isRowLoss(metric)) return null;
    const values = metric === "bias"
      ? Float64Array.from(y, (outcome, i) => p[i] - outcome)
      : measuredOrNone(() =>
        overRows(metric, (value) => Float64Array.from(y, (outcome, i) => value(outcome, p[i], cap)))
      );
    if (!values) return null;
    const { value, spread, influence } = reweighted(values, p, waiting.prediction);
    const single = spread.map((deviation) => deviation / spread.length);
    const learned = clusteredError({ influence, shopper }).error;
    return { value, error: Math.hypot(togetherError(single, waiting.shopper), learned) };
  };
}
