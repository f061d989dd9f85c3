import { NEEDED } from "../impact/summary.ts";
import type { Check } from "./check.ts";

/** How many checks that answered "retrain" had this among what called for it. */
export interface Called {
  reason: string;
  checks: number;
}

/**
 * What called for retraining, the most frequent first. A check that several things spoke for counts for each of them; what
 * every retraining needs, new samples and labelled rows, called for none.
 */
export function whatCalled(checks: readonly Pick<Check, "answer" | "reasons">[]): Called[] {
  const counts = new Map<string, number>();
  for (const { reasons } of checks.filter(({ answer }) => answer === "retrain")) {
    const spoke = reasons.filter(({ code, speaks }) => speaks === "for" && !NEEDED.has(code));
    for (const code of new Set(spoke.map(({ code }) => code))) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].map(([reason, checks]) => ({ reason, checks }))
    .sort((a, b) => b.checks - a.checks || (a.reason < b.reason ? -1 : 1));
}
