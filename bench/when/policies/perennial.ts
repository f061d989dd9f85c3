import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import type { Policy } from "../../../src/backtest/losses/replay.ts";

const CONFIDENCE = 0.9; // the defaults of src/retraining_config.ts
const STALE_GROWTH = 1.3;
const BATCHES = 24;
const MARGIN = 0.01; // of the champion's loss

/**
 * Perennial before it weighed worth: trains at each newly labelled block, and lets the challenger serve only where it
 * proves better on the newest block, or no worse while the one that serves is stale.
 */
export const perennialBefore: Policy = {
  name: "Perennial before",
  start() {
    let known = -1;
    return (step) => {
      if (step.known === known) return { kind: "keep" };
      known = step.known;
      const rows = (version: number) => step.versions.find(({ at }) => at === version)?.rows ?? 0;
      const isStale = (step.next?.rows ?? 0) >= STALE_GROWTH * rows(step.serving);
      return {
        kind: "train",
        gate(look, { heldOut }) {
          if (heldOut === null) return false;
          const newest = look.known - 1;
          const difference = look.seen(heldOut, newest) - look.seen(step.serving, newest);
          const reach = tQuantile((1 + CONFIDENCE) / 2, BATCHES - 1) *
            look.pairSe(heldOut, step.serving, newest);
          if (Number.isNaN(difference) || Number.isNaN(reach)) return false;
          const noWorse = difference + reach < MARGIN * look.seen(step.serving, newest);
          return difference + reach < 0 || (isStale && noWorse);
        },
      };
    };
  },
};
