import type { OutcomeRows } from "../../src/performance/rows.ts";

/** Rows as `tests/golden/make_performance.py` packs them. */
export function unpacked(rows: Record<"prediction" | "outcome" | "shopper", string>): OutcomeRows {
  const numbers = (column: string) => column.split(" ").map(Number);
  return {
    prediction: numbers(rows.prediction),
    outcome: numbers(rows.outcome),
    shopper: numbers(rows.shopper),
  };
}
