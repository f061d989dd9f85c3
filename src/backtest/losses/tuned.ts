import { type Policy, replay } from "./replay.ts";
import { historyOf, type LossView } from "./view.ts";

/**
 * The candidate that would have cost least on the history, of equals the first or the middle one: candidates stand in
 * order, from those that train most. The last of all where the history is too short to tell.
 */
export function tuned(
  name: string,
  candidatesOf: (history: LossView) => readonly Policy[],
  { equals }: { equals: "first" | "middle" },
): Policy {
  return {
    name,
    start(view, alpha) {
      const history = historyOf(view);
      if (!history) return candidatesOf(view).at(-1)!.start(view, alpha);
      const candidates = candidatesOf(history);
      const costs = candidates.map((candidate) => replay(history, alpha, candidate).cost);
      const least = Math.min(...costs);
      const best = candidates.filter((_, i) => costs[i] <= least + 1e-12);
      return best[equals === "first" ? 0 : best.length >> 1].start(view, alpha);
    },
  };
}
