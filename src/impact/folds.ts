import { DAY_MS } from "../core/time.ts";
import { appearances } from "../core/appearance.ts";
import { mix32 } from "../core/random.ts";
import type { ImpactEvidence } from "./impact_evidence.ts";

/** Rows that a threshold is chosen on, and other rows that it is judged on. */
export interface Fold {
  choose: number[];
  judge: number[];
}

/** The division of rows: no threshold is judged on a row it was chosen on. */
export interface Folds {
  /** `time`: chosen where outcomes were complete before the rows it is judged on; `shoppers`: by halves of the shoppers */
  by: "time" | "shoppers";
  folds: Fold[];
}

/** Fewer rows choose badly. */
const CHOOSE_MIN = 100;

/**
 * Divides rows by time where older cut-offs were complete by then, as a shop would have had to choose. A single cut-off
 * is divided into two halves of its shoppers, each judged at the threshold of the other.
 */
export function foldsOf(
  { cutoffs, horizonDays, rows }: Pick<ImpactEvidence, "cutoffs" | "horizonDays" | "rows">,
): Folds {
  const all = [...rows.outcome.keys()];
  const startMs = cutoffs.map(({ cutoff }) => Date.parse(cutoff));
  const folds = cutoffs.map((_, cutoff) => ({
    choose: all.filter((i) => startMs[rows.cutoff[i]] + horizonDays * DAY_MS <= startMs[cutoff]),
    judge: all.filter((i) => rows.cutoff[i] === cutoff),
  })).filter(({ choose, judge }) => choose.length >= CHOOSE_MIN && judge.length > 0);
  if (folds.length > 0) return { by: "time", folds };
  const shopper = appearances(rows.shopper);
  const halves = [0, 1].map((half) => all.filter((i) => mix32(shopper[i] ^ 0x1face) % 2 === half));
  const [a, b] = halves;
  return { by: "shoppers", folds: [{ choose: a, judge: b }, { choose: b, judge: a }] };
}
