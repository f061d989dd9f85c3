import type { Interval } from "../stats/interval.ts";

/**
 * Decides about a deployed version after its first labelled window: take it back only when the interval says that it
 * does worse than the one it replaced.
 * @param difference its loss minus the replaced version's, on the same rows; null: there was nothing to compare
 */
export function watchDecision(
  difference: Interval | null,
): { decision: "kept" | "rolled back" | "cannot tell"; text: string } {
  if (difference === null || difference.n === 0) {
    return { decision: "cannot tell", text: "No labelled rows to compare it with the version it replaced" };
  }
  const { low, high, n } = difference;
  if (low > 0) {
    return {
      decision: "rolled back",
      text: `Worse than the version it replaced on ${n} rows of real traffic`,
    };
  }
  if (high < 0) {
    return { decision: "kept", text: `Better than the version it replaced on ${n} rows of real traffic` };
  }
  return { decision: "kept", text: `Not worse than the version it replaced on ${n} rows of real traffic` };
}
