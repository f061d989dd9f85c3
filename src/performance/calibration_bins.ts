import type { ModelKind } from "../models/model.ts";
import type { PerformanceReport } from "./report.ts";
import { binsOf, placesByBin } from "./bins.ts";
import { type OutcomeRows, rowsAt, shoppersOf } from "./rows.ts";
import { wilson } from "../stats/wilson.ts";
import { clusteredError, meanOf, tInterval } from "../stats/clustered.ts";

type CalibrationBin = NonNullable<PerformanceReport["measured"]>["calibration"][number];

/**
 * Predicted against observed in up to ten bins of about equally many rows. The observed share of a classification has
 * Wilson's interval with each shopper counted once, which rows of one shopper cannot narrow; a mean has the clustered one.
 */
export function calibrationBins(
  kind: ModelKind,
  rows: OutcomeRows,
  confidence: number,
): CalibrationBin[] {
  const places = placesByBin(binsOf(rows.prediction), rows.prediction).filter((bin) => bin.length > 0);
  return places.map((of) => {
    const bin = rowsAt(rows, of);
    const predicted = meanOf(bin.prediction).value;
    const observed = meanOf(bin.outcome);
    const reach = kind === "classification"
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
