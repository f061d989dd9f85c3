import { type Policy, replay } from "../replay.ts";
import { historyOf, type View } from "../view.ts";

/**
 * The candidate that would have cost least on the history, the first of equals; the last of all where the history is
 * too short to tell.
 */
export function tuned(name: string, candidatesOf: (history: View) => readonly Policy[]): Policy {
  return {
    name,
    start(view, alpha) {
      const history = historyOf(view);
      if (!history) return candidatesOf(view).at(-1)!.start(view, alpha);
      let best: Policy | null = null, least = Infinity;
      for (const candidate of candidatesOf(history)) {
        const { cost } = replay(history, alpha, candidate);
        if (cost < least - 1e-12) {
          best = candidate;
          least = cost;
        }
      }
      return best!.start(view, alpha);
    },
  };
}
