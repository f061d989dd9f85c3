import normalQuantile from "@stdlib/stats-base-dists-normal-quantile";

/** A share of alarms with its interval. */
export interface Rate {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly n: number;
}

/** Two-sided: 95 % for one interval, or for all of `many` together (Bonferroni). */
export const zOf = (many = 1) => normalQuantile(1 - 0.025 / many, 0, 1);

/** Wilson's interval of a binomial share; `n` need not be whole. */
function wilson(share: number, n: number, z: number): Pick<Rate, "low" | "high"> {
  const middle = (share + z * z / (2 * n)) / (1 + z * z / n);
  const half = z * Math.sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n);
  return { low: share === 0 ? 0 : middle - half, high: share === 1 ? 1 : middle + half };
}

const alarmsIn = (run: string) => run.split("1").length - 1;

/**
 * Share of looks with an alarm. The looks of a run share their reference and so are not independent: the interval
 * counts as many looks as would vary as much as the runs do, at most all.
 */
export function ofLooks(runs: readonly string[], z: number): Rate {
  const looks = runs[0].length, n = runs.length * looks;
  const share = runs.reduce((sum, run) => sum + alarmsIn(run), 0) / n;
  const between = runs.reduce((sum, run) => sum + (alarmsIn(run) / looks - share) ** 2, 0) /
    Math.max(1, runs.length - 1);
  const ifIndependent = share * (1 - share) / looks;
  const effect = ifIndependent > 0 ? Math.max(1, between / ifIndependent) : 1;
  return { share, ...wilson(share, n / effect, z), n };
}

/** Share of runs with an alarm at any look. */
export function ofRuns(runs: readonly string[], z: number): Rate {
  const share = runs.filter((run) => run.includes("1")).length / runs.length;
  return { share, ...wilson(share, runs.length, z), n: runs.length };
}

/** Share of looks that could not be judged. */
export const undecided = (runs: readonly string[]) =>
  runs.reduce((sum, run) => sum + run.split("-").length - 1, 0) / (runs.length * runs[0].length);

/** How much more often one finds than another on the same draws, in points of share; runs are the units. */
export function difference(ours: readonly string[], theirs: readonly string[], z: number): Rate {
  const n = Math.min(ours.length, theirs.length);
  const gaps = Array.from(
    { length: n },
    (_, i) => (alarmsIn(ours[i]) - alarmsIn(theirs[i])) / ours[i].length,
  );
  const share = gaps.reduce((a, b) => a + b, 0) / n;
  const sd = Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - share) ** 2, 0) / Math.max(1, n - 1));
  const half = z * sd / Math.sqrt(n);
  return { share, low: share - half, high: share + half, n };
}
