import type { Policy } from "../../../src/backtest/losses/replay.ts";
import { freshLosses, lossTrail } from "../../../src/backtest/losses/loss_trail.ts";

/**
 * Modyn's trigger on avoidable misclassifications (eth-easl/modyn): losses beyond the expected ones are a regret that
 * lasts, the area under its curve is set against the cost of a training. In Modyn's code nothing resets the area, so that
 * after the first crossing it trains at each interval; `mended` resets it when a version comes to serve.
 */
const avoidable = (name: string, mended: boolean): Policy => ({
  name,
  start(view) {
    const { mean: expected } = freshLosses(view); // Modyn has it typed in
    const trail = lossTrail();
    let regret = 0;
    let area = 0;
    return (step) => {
      const { losses, isNew } = trail(step);
      if (isNew && mended) regret = area = 0;
      for (const loss of losses) {
        const added = Math.max(0, loss - expected);
        area += regret + added / 2; // what is new existed for half of the block on average
        regret += added;
      }
      return area >= step.alpha && losses.length > 0 ? { kind: "train" } : { kind: "keep" };
    };
  },
});

export const modyn: Policy = avoidable("Modyn, as is", false);
export const modynMended: Policy = avoidable("Modyn, reset mended", true);
