import { type Policy, replay } from "./replay.ts";
import type { LossView } from "./view.ts";
import { tuned } from "./tuned.ts";

export const never: Policy = { name: "never", start: () => () => ({ kind: "keep" }) };

export const always: Policy = { name: "always", start: () => () => ({ kind: "train" }) };

/** Trains every `period` blocks, first after `offset` of them. */
export const calendar = (period: number, offset = period): Policy => ({
  name: `every ${period}`,
  start: (view) => ({ t }) => {
    const age = t - view.start - offset;
    return age >= 0 && age % period === 0 ? { kind: "train" } : { kind: "keep" };
  },
});

const periods = (blocks: number) => Array.from({ length: blocks }, (_, i) => calendar(i + 1));

/** The period that would have cost least on the history. */
export const tunedPeriod: Policy = tuned(
  "period",
  ({ blocks, start }) => [...periods(blocks - start), never],
  { equals: "first" },
);

/** The period that costs least, found in hindsight: no policy can know it. */
export function bestPeriod(view: LossView, alpha: number) {
  return [...periods(view.blocks - view.start), never]
    .map((policy) => replay(view, alpha, policy))
    .reduce((best, bill) => bill.cost < best.cost ? bill : best);
}
