import type { Step } from "./replay.ts";
import type { LossView } from "./view.ts";

/**
 * Hands a policy each newly known loss of the version that serves, once, in order of blocks; and tells it when the
 * version changed. Labels of blocks from before the version could serve count as well: it is scored on them in shadow.
 */
export function lossTrail() {
  let serving = -1;
  let next = 0;
  return (step: Step): { losses: number[]; isNew: boolean } => {
    const isNew = step.serving !== serving;
    if (isNew) {
      serving = step.serving;
      next = step.versions.find(({ at }) => at === serving)!.through + 1;
    }
    const losses: number[] = [];
    for (; next < step.known; next++) {
      const loss = step.seen(serving, next);
      if (!Number.isNaN(loss)) losses.push(loss);
    }
    return { losses, isNew };
  };
}

/** Mean and standard deviation of what fresh versions lost on the first block after their training, in the history. */
export function freshLosses(view: LossView): { mean: number; sd: number } {
  const losses: number[] = [];
  for (let t = 1; t <= view.start; t++) {
    const version = view.version(t);
    if (!version || view.knownAt(version.through + 1) > view.start) continue;
    const loss = view.seen(t, version.through + 1);
    if (!Number.isNaN(loss)) losses.push(loss);
  }
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
  const squares = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0);
  return { mean, sd: Math.sqrt(squares / Math.max(1, losses.length - 1)) };
}
