import { NEEDED } from "../impact/summary.ts";
import type { Check } from "./check.ts";

/** A reason, and the number of checks that answered "retrain" for it. */
export interface TriggerReasonCount {
  reason: string;
  checks: number;
}

/**
 * Counts the reasons for retraining, the most frequent first. A check with several reasons counts for each of
 * them; what every retraining needs, new samples and labelled rows, is none.
 */
export function countTriggerReasons(
  checks: readonly Pick<Check, "answer" | "reasons">[],
): TriggerReasonCount[] {
  const counts = new Map<string, number>();
  for (const { reasons } of checks.filter(({ answer }) => answer === "retrain")) {
    const spoke = reasons.filter(({ code, speaks }) => speaks === "for" && !NEEDED.has(code));
    for (const code of new Set(spoke.map(({ code }) => code))) counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  return [...counts].map(([reason, checks]) => ({ reason, checks }))
    .sort((a, b) => b.checks - a.checks || (a.reason < b.reason ? -1 : 1));
}
