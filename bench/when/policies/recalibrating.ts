import { type Policy, RECALIBRATION_SHARE, type Step } from "../replay.ts";

const BLOCKS = 6; // newest labelled ones that the forecast of its gain rests on
const LASTS = 3; // blocks for which a recalibration is trusted to hold
const DOUBT = 1; // standard errors taken off

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
      return LASTS * surelySaved(step) > RECALIBRATION_SHARE * alpha ? { kind: "recalibrate" } : action;
    };
  },
});

/** Loss that recalibrating saves in a block, on average over the newest labelled ones, less its standard error. */
function surelySaved(step: Step): number {
  const { serving, recalibratedAt, known } = step;
  const saved: number[] = [];
  for (let j = Math.max(0, known - BLOCKS); j < known; j++) {
    const isRenewed = recalibratedAt !== null && j >= recalibratedAt;
    const now = isRenewed ? step.recalibrated(serving, recalibratedAt, j) : step.seen(serving, j);
    const renewed = step.recalibrated(serving, j, j);
    if (!Number.isNaN(now - renewed)) saved.push(now - renewed);
  }
  if (saved.length < 2) return 0;
  const mean = saved.reduce((sum, value) => sum + value, 0) / saved.length;
  const squares = saved.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return mean - DOUBT * Math.sqrt(squares / (saved.length - 1) / saved.length);
}
