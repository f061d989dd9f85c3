import type { Policy, Step } from "./replay.ts";
import type { LossView } from "./view.ts";
import { calendar, never } from "./calendars.ts";
import { lossTrail } from "./loss_trail.ts";
import { tuned } from "./tuned.ts";

/**
 * CARA (Mahadevan and Mathioudakis, Knowledge-Based Systems 293, 2024), with what its published text leaves open chosen
 * as in docs/decisions/0024: staleness is the loss now less the loss on the first block after the training.
 */
const threshold = (name: string, limit: number, cumulated: boolean): Policy => ({
  name,
  start() {
    const stalenessOf = staleness();
    let sum = 0;
    return (step) => {
      const { values, isNew } = stalenessOf(step);
      if (isNew) sum = 0;
      for (const value of values) sum += value;
      const current = cumulated ? sum : values.at(-1) ?? 0;
      return current > limit ? { kind: "train" } : { kind: "keep" };
    };
  },
});

function staleness() {
  const trail = lossTrail();
  let first: number | null = null;
  return (step: Step) => {
    const { losses, isNew } = trail(step);
    if (isNew) first = null;
    const values: number[] = [];
    for (const loss of losses) {
      first ??= loss;
      values.push(loss - first);
    }
    return { values, isNew };
  };
}

/** Limits to choose from: quantiles of the staleness that versions of the history came to. */
function limits(view: LossView, cumulated: boolean): number[] {
  const found: number[] = [];
  for (let t = 1; t < view.blocks; t++) {
    const version = view.version(t);
    if (!version) continue;
    const first = view.seen(t, version.through + 1);
    let sum = 0;
    for (let j = version.through + 2; j < view.blocks; j++) {
      const value = view.seen(t, j) - first;
      sum += value;
      if (!Number.isNaN(value)) found.push(cumulated ? sum : value);
    }
  }
  found.sort((a, b) => a - b);
  return Array.from({ length: 20 }, (_, i) => found[Math.floor(i / 20 * found.length)]);
}

const ofLimits = (name: string, cumulated: boolean) =>
  tuned(
    name,
    (history) => [...limits(history, cumulated).map((limit) => threshold(name, limit, cumulated)), never],
    { equals: "middle" },
  );

export const caraT: Policy = ofLimits("CARA-T", false);
export const caraCt: Policy = ofLimits("CARA-CT", true);

/** Period and offset. */
export const caraP: Policy = tuned("CARA-P", ({ start, blocks }) => {
  const length = blocks - start;
  const all = Array.from(
    { length },
    (_, p) => Array.from({ length: p + 1 }, (_, o) => calendar(p + 1, o + 1)),
  );
  return [...all.flat(), never];
}, { equals: "first" });
