import {
  RECALIBRATION_EVIDENCE,
  RECALIBRATION_LASTS,
  RECALIBRATION_SHARE,
  surelySaved,
} from "../../../src/retraining/worth/recalibration.ts";
import type { Policy, Step } from "../../../src/backtest/losses/replay.ts";

/**
 * A policy that may also recalibrate what serves, wherever it would keep: when recalibrating at each of the newest
 * labelled blocks, with the labels known by then, would have saved more than it costs.
 */
export const recalibrating = (base: Policy, name: string): Policy => ({
  name,
  start(view, alpha) {
    const decide = base.start(view, alpha);
    return (step) => {
      const action = decide(step);
      if (action.kind !== "keep") return action;
      return RECALIBRATION_LASTS * surelySaved(savedBy(step)) > RECALIBRATION_SHARE * alpha
        ? { kind: "recalibrate" }
        : action;
    };
  },
});

/** Loss that recalibrating would have saved in each of the newest labelled blocks, with what was known there. */
function savedBy(step: Step): number[] {
  const { serving, recalibratedAt, known } = step;
  const saved: number[] = [];
  for (let j = Math.max(0, known - RECALIBRATION_EVIDENCE); j < known; j++) {
    const isRenewed = recalibratedAt !== null && j >= recalibratedAt;
    const now = isRenewed ? step.recalibrated(serving, recalibratedAt, j) : step.seen(serving, j);
    const renewed = step.recalibrated(serving, j, j);
    if (!Number.isNaN(now - renewed)) saved.push(now - renewed);
  }
  return saved;
}
