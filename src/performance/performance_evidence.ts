import type { MetricName, RowLoss } from "../stats/metrics.ts";
import type { ModelKind } from "../models/model.ts";
import type { PerformanceReport } from "./report.ts";
import type { PastLoss } from "./forecast.ts";

/** At most so many rows of a kind are kept in the evidence, the newest. */
export const ROWS_MAX = 20_000;

/** Rows of the newest horizon are measured; where they are fewer than this, older ones too, and what others that served. */
export const RECENT_MIN = 200;

/** All that a look at a serving version's answers rests on: plain JSON, arrays in a group are parallel. */
export interface PerformanceEvidence {
  readonly model: string;
  readonly version: number;
  readonly asOf: string;
  readonly kind: ModelKind;
  /** of several classes: their names */
  readonly classes?: readonly string[];
  readonly loss: RowLoss;
  readonly metrics: readonly MetricName[];
  /** relative rise of the loss that still counts as no worse */
  readonly margin: number;
  /** for capped losses; null: none */
  readonly cap: number | null;
  /** the constant guess: mean outcome of the training rows, or the share of each class */
  readonly baseline: number | readonly number[];
  readonly horizonDays: number;
  /** chance of a false alarm that this look may spend */
  readonly alpha: number;
  readonly confidence: number;
  /** metrics on the rows the version was validated on */
  readonly atDeployment: Readonly<Record<string, number | null>>;
  /** those rows, predicted by the model as it was tested; null: they are not kept any more */
  readonly validated: {
    readonly prediction: readonly number[];
    readonly outcome: readonly number[];
    readonly shopper: readonly number[];
  } | null;
  /** predictions of this version that met their outcomes, newest first; of several classes `[n, classes]` */
  readonly met: {
    readonly prediction: readonly number[];
    readonly outcome: readonly number[];
    readonly shopper: readonly number[];
    readonly asOfMs: readonly number[];
    readonly segment: readonly string[];
    /** how many there are, those not kept here included */
    readonly total: number;
  };
  /** where this version has few such predictions: the newest of all versions; left out: it has enough, or there are none */
  readonly served?: {
    readonly prediction: readonly number[];
    readonly outcome: readonly number[];
    readonly shopper: readonly number[];
    readonly asOfMs: readonly number[];
    readonly version: readonly number[];
  };
  /** predictions of this version that wait for theirs, newest first */
  readonly waiting: {
    readonly prediction: readonly number[];
    readonly shopper: readonly number[];
    readonly total: number;
    readonly outcomesNext: string | null;
  };
  /** what earlier looks measured of this version */
  readonly past: readonly PastLoss[];
  readonly scored: PerformanceReport["scored"];
  readonly streams: PerformanceReport["streams"];
}
