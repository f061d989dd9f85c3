import { byClass, likeliest, numbersOfRow } from "../stats/classes.ts";
import type { PerformanceEvidence } from "./performance_evidence.ts";
import type { PerformanceReport } from "./report.ts";
import type { OutcomeRows } from "./rows.ts";

type ClassReport = NonNullable<PerformanceReport["classes"]>[number];

/**
 * What became of each class: how often it is predicted, now, of what waits and at validation, how often it came true, and
 * how well it is told. @returns undefined where a prediction is one number
 */
export function classReports(
  { classes, validated, waiting }: Pick<PerformanceEvidence, "classes" | "validated" | "waiting">,
  rows: OutcomeRows,
): ClassReport[] | undefined {
  if (!classes) return undefined;
  const found = rows.outcome.length > 0 ? byClass(rows.outcome, rows.prediction) : null;
  const before = validated && takenShares(validated.prediction, validated.outcome.length);
  const pending = takenShares(waiting.prediction, waiting.shopper.length);
  const known = takenShares(rows.prediction, rows.outcome.length);
  return classes.map((name, c) => ({
    name,
    rows: found?.[c].rows ?? 0,
    cameTrue: found ? found[c].rows / rows.outcome.length : null,
    predicted: known?.[c] ?? null,
    waiting: pending?.[c] ?? null,
    atDeployment: before?.[c] ?? null,
    recall: found && found[c].rows > 0 ? found[c].recall : null,
    precision: found && found[c].predicted > 0 ? found[c].precision : null,
  }));
}

/** How often each class is the likeliest; null: there are no rows. */
function takenShares(predictions: ArrayLike<number>, n: number): number[] | null {
  if (n === 0) return null;
  const shares = new Array<number>(numbersOfRow(predictions, n)).fill(0);
  for (const c of likeliest(predictions, n)) shares[c] += 1 / n;
  return shares;
}
