import { DAY_MS } from "../core/time.ts";
import tCdf from "@stdlib/stats-base-dists-t-cdf";
import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { momentsOf } from "../stats/moments.ts";

/** Fewer independent stretches than this cannot say what is usual. */
const STRETCHES_MIN = 3;

/** One column at one moment: its values, NaN where there was none. */
export interface Moment {
  atMs: number;
  values: ArrayLike<number>;
}

/** The usual movement of a column. */
export interface Wobble {
  /** chance that it moves so far over such a stretch of time, by what it did before */
  p: number;
  /** standard deviation of its moves over such stretches, in mean ranks (0 to 1) */
  sd: number;
  /** independent stretches: what the chance rests on */
  stretches: number;
  /** about the smallest move it would have called unusual with 80 % power at `alpha`, in standard deviations */
  smallest: number;
}

/**
 * Whether a column moved further than it usually does over a stretch of time as long. Shoppers share their days: a
 * holiday or a sunny week moves all of them at once, and no test that takes shoppers for independent can tell that from
 * a change. So the move is set beside the moves over equally long stretches before: a prediction interval with t tails,
 * `t = (d_now - mean(d)) / (sd(d) * sqrt(1 + 1 / k))`, `k - 1` degrees of freedom. Stretches overlap, so `k` is the number
 * of independent ones, `n (1 - r) / (1 + r)` with `r` the correlation of a move with the next (Bartlett, JRSS B 8, 1946).
 * Levels are mean mid-ranks within the reference, so that a few giants do not rule; no value ranks lowest.
 * @param past moments before the current one, oldest first, the reference among them
 * @returns null: too little history to say what is usual
 */
export function wobble(
  { reference, current, past, alpha }: {
    reference: Moment;
    current: Moment;
    past: readonly Moment[];
    alpha: number;
  },
): Wobble | null {
  const lagMs = current.atMs - reference.atMs;
  const ranks = ranksIn(reference.values);
  const levels = past.filter((m) => m.atMs < current.atMs).map(({ atMs, values }) => ({
    atMs,
    level: ranks(values),
  }));
  const moves = movesOver(levels, lagMs);
  const stretches = Math.floor(independent(moves));
  if (stretches < STRETCHES_MIN) return null;
  const { mean, variance } = momentsOf(moves);
  const error = Math.sqrt(variance * (1 + 1 / stretches));
  const distance = Math.abs(ranks(current.values) - ranks(reference.values) - mean);
  const p = error > 0 ? 2 * tCdf(-distance / error, stretches - 1) : distance > 0 ? 0 : 1;
  const reach = tQuantile(1 - alpha / 2, stretches - 1) + tQuantile(0.8, stretches - 1);
  return { p, sd: Math.sqrt(variance), stretches, smallest: reach * error / RANK_PER_SD };
}

/**
 * Returns the number of independent moves that these are worth. The correlation of a short series is estimated too low by about `(1 + 4 r) / n`.
 */
function independent(moves: readonly number[]): number {
  const n = moves.length;
  if (n < STRETCHES_MIN) return n;
  const { mean, variance } = momentsOf(moves);
  if (variance === 0) return n;
  let products = 0;
  for (let i = 1; i < n; i++) products += (moves[i] - mean) * (moves[i - 1] - mean);
  const estimate = products / ((n - 1) * variance);
  const r = Math.min(0.95, Math.max(0, estimate + (1 + 4 * estimate) / n));
  return n * (1 - r) / (1 + r);
}

/** A normal column that moves by a small part of its standard deviation moves its mean rank by `1 / (2 sqrt(pi))` of that. */
const RANK_PER_SD = 1 / (2 * Math.sqrt(Math.PI));

/** Differences of levels that lie a stretch apart, give or take a week. */
function movesOver(levels: readonly { atMs: number; level: number }[], lagMs: number): number[] {
  return levels.flatMap((later) => {
    const earlier = levels.find(({ atMs }) =>
      Math.abs(later.atMs - atMs - lagMs) <= 7 * DAY_MS && later.atMs > atMs
    );
    return earlier ? [later.level - earlier.level] : [];
  });
}

/** Mean mid-rank of values within a sample, 0 to 1: one half where both are alike. */
function ranksIn(sample: ArrayLike<number>): (values: ArrayLike<number>) => number {
  const sorted = Float64Array.from(sample, floored).sort();
  const rank = (value: number) => {
    const lower = below(sorted, value);
    const upper = sorted[lower] === value ? below(sorted, value, true) : lower;
    return (lower + upper) / 2;
  };
  const rankOfZero = rank(0);
  return (values) => {
    let sum = 0;
    for (let i = 0; i < values.length; i++) {
      sum += values[i] === 0 ? rankOfZero : rank(floored(values[i])); // most are 0
    }
    return sum / Math.max(1, values.length * sorted.length);
  };
}

const floored = (value: number) => Number.isNaN(value) ? -Infinity : value;

/** Counts the sorted numbers below a value, or at most at it. */
function below(sorted: Float64Array, value: number, orAt = false): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value || (orAt && sorted[middle] === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}
