import type { Policy } from "./replay.ts";
import { freshLosses, lossTrail } from "./loss_trail.ts";
import { never } from "./calendars.ts";
import { tuned } from "./tuned.ts";

/**
 * Trains when the sum of losses beyond what fresh versions lose, less an allowance, has grown to a limit; both in
 * standard deviations of fresh losses. Page, Biometrika 41 (1954).
 */
const cusum = (allowance: number, limit: number): Policy => ({
  name: `cusum ${allowance} ${limit}`,
  start(view) {
    const { mean, sd } = freshLosses(view);
    const trail = lossTrail();
    let sum = 0;
    return (step) => {
      const { losses, isNew } = trail(step);
      if (isNew) sum = 0;
      for (const loss of losses) sum = Math.max(0, sum + (loss - mean) / Math.max(sd, 1e-9) - allowance);
      return sum > limit ? { kind: "train" } : { kind: "keep" };
    };
  },
});

const ALLOWANCES = [0, 0.25, 0.5, 1];
const LIMITS = [0.25, 0.5, 1, 2, 4, 8, 16];

export const tunedCusum: Policy = tuned(
  "CUSUM",
  () => [...LIMITS.flatMap((limit) => ALLOWANCES.map((allowance) => cusum(allowance, limit))), never],
  { equals: "middle" },
);
