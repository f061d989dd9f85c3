import type { ModelKind } from "../models/model.ts";
import type { PerformanceReport } from "./report.ts";
import { binsOf, placesByBin } from "./bins.ts";
import { type OutcomeRows, rowsAt, shoppersOf } from "./rows.ts";
import { likeliest, sizesOf } from "../stats/classes.ts";
import { wilson } from "../stats/wilson.ts";
import { clusteredError, tInterval } from "../stats/clustered.ts";
import { meanOf } from "../stats/statistic.ts";

type CalibrationBin = NonNullable<PerformanceReport["measured"]>["calibration"][number];

/**
 * Predicted against observed (of several classes: the probability of the likeliest, and whether it came true) in up to ten bins of about equally many rows. The observed share of a classification has
 * Wilson's interval with each shopper counted once, which rows of one shopper cannot narrow; a mean has the clustered one.
 */
export function calibrationBins(
  kind: ModelKind,
  given: OutcomeRows,
  confidence: number,
): CalibrationBin[] {
  const rows = kind === "classes" ? likeliestRows(given) : given;
  const places = placesByBin(binsOf(rows.prediction), rows.prediction).filter((bin) => bin.length > 0);
  return places.map((of) => {
    const bin = rowsAt(rows, of);
    const predicted = meanOf(bin.prediction).value;
    const observed = meanOf(bin.outcome);
    const reach = kind !== "regression"
      ? wilson(observed.value, shoppersOf(bin), confidence)
      : tInterval(observed.value, clusteredError({ ...observed, shopper: bin.shopper }), confidence);
    return {
      low: Math.min(...Array.from(bin.prediction)),
      high: Math.max(...Array.from(bin.prediction)),
      rows: of.length,
      predicted,
      observed: observed.value,
      observedLow: reach.low ?? observed.value,
      observedHigh: reach.high ?? observed.value,
    };
  });
}

function likeliestRows({ prediction, outcome, shopper }: OutcomeRows): OutcomeRows {
  const n = outcome.length;
  const right = likeliest(prediction, n).map((best, i) => best === outcome[i] ? 1 : 0);
  return { prediction: sizesOf(prediction, n), outcome: right, shopper };
}
