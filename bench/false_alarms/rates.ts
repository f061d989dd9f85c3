import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

/** A share of alarms with its interval. */
export interface Rate {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Chance left out on each side: of one 95 % interval, or of `many` that hold together (Bonferroni). */
export const tailOf = (many = 1) => 0.025 / many;

/** Clopper and Pearson's exact interval: too wide rather than too narrow, which matters where alarms are few. */
function exact(alarms: number, n: number, tail: number): Pick<Rate, "low" | "high"> {
  return {
    low: alarms === 0 ? 0 : crossing((p) => 1 - atMost(alarms - 1, n, p) < tail),
    high: alarms === n ? 1 : crossing((p) => atMost(alarms, n, p) > tail),
  };
}

/** The share up to which `holds` is true. */
function crossing(holds: (p: number) => boolean): number {
  let low = 0;
  let high = 1;
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** `P(X <= k)` of a binomial X, k < n, 0 < p < 1: terms by their ratios, from the logarithm of the first. */
function atMost(k: number, n: number, p: number): number {
  let logTerm = n * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let i = 1; i <= k; i++) {
    logTerm += Math.log((n - i + 1) / i * p / (1 - p));
    sum += Math.exp(logTerm);
  }
  return Math.min(1, sum);
}

const alarmsIn = (run: string) => run.split("1").length - 1;

/**
 * Share of looks with an alarm. The looks of a run share their reference and so are not independent: the interval
 * counts as many looks as would vary as much as the runs do, at most all.
 */
export function ofLooks(runs: readonly string[], tail: number): Rate {
  const looks = runs[0].length;
  const n = runs.length * looks;
  const share = runs.reduce((sum, run) => sum + alarmsIn(run), 0) / n;
  const between = runs.reduce((sum, run) => sum + (alarmsIn(run) / looks - share) ** 2, 0) /
    Math.max(1, runs.length - 1);
  const ifIndependent = share * (1 - share) / looks;
  const effect = ifIndependent > 0 ? Math.max(1, between / ifIndependent) : 1;
  const worth = Math.round(n / effect);
  return { share, ...exact(Math.round(share * worth), worth, tail), n };
}

/** Share of runs with an alarm at any look. */
export function ofRuns(runs: readonly string[], tail: number): Rate {
  const alarms = runs.filter((run) => run.includes("1")).length;
  const n = runs.length;
  return { share: alarms / n, ...exact(alarms, n, tail), n };
}

/** Share of looks that could not be judged. */
export const undecided = (runs: readonly string[]) =>
  runs.reduce((sum, run) => sum + run.split("-").length - 1, 0) / (runs.length * runs[0].length);

/** How much more often one finds than another on the same draws, in points of share; runs are the units. */
export function difference(ours: readonly string[], theirs: readonly string[], tail: number): Rate {
  const n = Math.min(ours.length, theirs.length);
  const gaps = Array.from(
    { length: n },
    (_, i) => (alarmsIn(ours[i]) - alarmsIn(theirs[i])) / ours[i].length,
  );
  const share = gaps.reduce((a, b) => a + b, 0) / n;
  const sd = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - share) ** 2, 0) / Math.max(1, n - 1));
  const half = normalQuantile(1 - tail, 0, 1) * sd / Math.sqrt(n);
  return { share, low: share - half, high: share + half, n };
}
