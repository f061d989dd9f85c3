import tCdf from "@stdlib/stats-base-dists-t-cdf";
import { holm } from "../stats/multiple.ts";
import { standardError } from "../stats/paired.ts";
import type { Interval } from "../stats/interval.ts";

/** A challenger against the champion within one segment, on rows that neither has seen. */
export interface SegmentRow {
  readonly segment: string;
  readonly difference: Interval;
  readonly championLoss: number;
}

/** The verdict on one segment. */
interface SegmentVerdict {
  readonly segment: string;
  readonly harmed: boolean;
  /** rise of the loss that is allowed there */
  readonly margin: number;
  /** chance of such a rise, if the true one were just the margin; adjusted for the number of segments */
  readonly p: number;
}

/** Fewer shoppers of a segment tell nothing about it. */
export const SHOPPERS_MIN = 30;

/**
 * Returns the segments that a challenger serves worse than their margin: one-sided t tests of `mean difference > margin
 * * champion's loss`, adjusted by Holm's method, so that with `confidence` none is named wrongly.
 * @param margin rise that still counts as no worse, as a share of the champion's loss
 * @returns in the order given; a segment of fewer than SHOPPERS_MIN shoppers is not harmed, with p 1
 * Source: Holm, Scandinavian Journal of Statistics 6 (1979).
 */
export function segmentVerdicts(
  rows: readonly SegmentRow[],
  { margin, confidence = 0.95 }: { margin: number; confidence?: number },
): SegmentVerdict[] {
  const limits = rows.map(({ championLoss }) => margin * Math.abs(championLoss));
  const ps = holm(rows.map(({ difference }, i) => chanceOf(difference, limits[i])));
  return rows.map(({ segment }, i) => ({
    segment,
    harmed: ps[i] < 1 - confidence,
    margin: limits[i],
    p: ps[i],
  }));
}

/** One-sided p-value, the standard error taken back out of the interval. */
function chanceOf(difference: Interval, limit: number): number {
  const { mean, clusters } = difference;
  const error = standardError(difference);
  if (clusters < SHOPPERS_MIN || !Number.isFinite(error)) return 1;
  if (error === 0) return mean > limit ? 0 : 1;
  return tCdf((limit - mean) / error, clusters - 1);
}
