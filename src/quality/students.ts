import tCdf from "@stdlib/stats-base-dists-t-cdf";

/**
 * The chance of a value at least so far above (or below) the mean of past ones, were it one of them: Student's prediction
 * test, `t = (x - mean) / (sd * sqrt(1 + 1 / n))` with `n - 1` degrees of freedom.
 * @param past shape `[n]`, n >= 2   @param options.noisier how much larger the variance of `now` is than theirs, >= 1
 * @returns 1 where the past never varied and now is as it was, 0 where now differs from it
 */
export function tailBeside(
  now: number,
  past: readonly number[],
  { side, noisier = 1 }: { side: "above" | "below"; noisier?: number },
): number {
  const n = past.length;
  const mean = past.reduce((a, b) => a + b, 0) / n;
  const variance = past.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (n - 1);
  const distance = side === "above" ? now - mean : mean - now;
  if (variance === 0) return distance > 0 ? 0 : 1;
  return tCdf(-distance / Math.sqrt(variance * (noisier + 1 / n)), n - 1);
}

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
