import { goesFirst } from "../../../src/retraining/worth/decide.ts";
import {
  RECALIBRATION_SHARE,
  type RecalibrationInput,
  recalibrationWorth,
} from "../../../src/retraining/worth/recalibration.ts";
import type { Policy, Step } from "../../../src/backtest/losses/replay.ts";
import { mean } from "../../../src/stats/mean.ts";

/** Older windows than this weigh less than a hundredth of the newest. */
const WINDOWS_MAX = 44;

/**
 * A policy that may also recalibrate what serves, or take its line off, where it would keep or that is worth more than its
 * training: Perennial's rule, on what recalibrating would have saved of every version that it has, with the labels known
 * by then.
 */
export const recalibrating = (base: Policy, name: string): Policy => ({
  name,
  start(view, alpha) {
    const decide = base.start(view, alpha);
    return (step) => {
      const action = decide(step);
      const worth = recalibrationWorth(inputOf(step), alpha);
      if (!worth || worth.advantage <= 0) return action;
      const net = action.kind === "train" ? (action.gain ?? Infinity) - alpha : -Infinity;
      return goesFirst(worth, net) ? { kind: "recalibrate", removes: worth.removes } : action;
    };
  },
});

function inputOf(step: Step): RecalibrationInput {
  const { t, known, recalibratedAt } = step;
  const windows = [];
  for (let j = Math.max(0, known - WINDOWS_MAX); j < known; j++) {
    const window = savedAt(step, j);
    if (window) windows.push(window);
  }
  const line = { age: recalibratedAt === null ? null : t - recalibratedAt };
  return { possible: true, text: "", share: RECALIBRATION_SHARE, windows, line };
}

/** Means over the versions that were no older on a block than the one that serves is now; null: there is none. */
function savedAt({ t, versions, serving, seen, recalibrated }: Step, j: number) {
  const ageMax = t - versions.find(({ at }) => at === serving)!.through;
  const saved: number[] = [];
  const aged: number[] = [];
  for (const { at, through } of versions) {
    if (through >= j || j - through > ageMax) continue;
    const renewed = recalibrated(at, j, j);
    if (!Number.isNaN(seen(at, j) - renewed)) saved.push(seen(at, j) - renewed);
    const older = recalibrated(at, j - 1, j);
    if (!Number.isNaN(older - renewed)) aged.push(older - renewed);
  }
  if (saved.length === 0) return null;
  return { number: j, saved: mean(saved), aged: aged.length > 0 ? mean(aged) : null };
}
