/** An interval; an end that is nowhere is infinite. */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** A mean with its two-sided interval over `n` rows of `clusters` shoppers. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
  n: number;
  clusters: number;
  confidence: number;
}
