import type { LossView } from "./view.ts";

/** The cheapest schedule, in hindsight. */
export interface Schedule {
  readonly cost: number;
  /** blocks at whose start it trains */
  readonly trainings: readonly number[];
}

/**
 * The schedule of least `alpha * trainings + sum of losses served`, by dynamic programming from the last block back:
 * `value[v]` is what the blocks from `t` on cost while the version of `v` serves. Ties keep.
 */
export function oracle(view: LossView, alpha: number): Schedule {
  const { start, blocks } = view;
  let value = new Map<number, number>();
  const trains: Map<number, boolean>[] = [];
  for (let t = blocks - 1; t >= start; t--) {
    const here = new Map<number, number>();
    const choice = new Map<number, boolean>();
    const canTrain = t > start && view.version(t) !== null;
    const fresh = canTrain ? alpha + view.loss(t, t) + (value.get(t) ?? 0) : Infinity;
    for (let v = start; v <= (t === start ? start : t - 1); v++) {
      if (!view.version(v)) continue;
      const kept = view.loss(v, t) + (value.get(v) ?? 0);
      here.set(v, Math.min(kept, fresh));
      choice.set(v, fresh < kept);
    }
    if (canTrain) {
      here.set(t, Infinity); // it can serve only from its own training on, which the step before pays for
    }
    trains[t] = choice;
    value = here;
  }
  return { cost: value.get(start)!, trainings: followed(view, trains) };
}

function followed({ start, blocks }: LossView, trains: readonly Map<number, boolean>[]): number[] {
  const trainings: number[] = [];
  let serving = start;
  for (let t = start + 1; t < blocks; t++) {
    if (!trains[t].get(serving)) continue;
    trainings.push(t);
    serving = t;
  }
  return trainings;
}

/** What a schedule costs. */
export function costOf(view: LossView, alpha: number, trainings: readonly number[]): number {
  const at = new Set(trainings);
  let cost = alpha * trainings.length;
  let serving = view.start;
  for (let t = view.start; t < view.blocks; t++) {
    if (at.has(t)) serving = t;
    cost += view.loss(serving, t);
  }
  return cost;
}

/** The smallest price of a training at which the oracle keeps the first version for ever; 0: at any price. */
export function priceOfNever(view: LossView): number {
  const never = costOf(view, 0, []);
  const pays = (alpha: number) => oracle(view, alpha).cost < never - 1e-12;
  if (!pays(0)) return 0;
  let low = 0;
  let high = never;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (pays(middle)) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * The cheapest schedule where a version may also be recalibrated, or its line taken off, for `alphaRecalibrated`; state: the version that
 * serves and the block at which it was last recalibrated.
 */
export function oracleWithRecalibration(view: LossView, alpha: number, alphaRecalibrated: number): number {
  const { start, blocks } = view;
  const lossOf = (v: number, r: number, j: number) => r < 0 ? view.loss(v, j) : view.recalibrated(v, r, j);
  const key = (v: number, r: number) => v * blocks + (r + 1);
  let value = new Map<number, number>();
  for (let t = blocks - 1; t > start; t--) {
    const here = new Map<number, number>();
    const trained = view.version(t) ? alpha + view.loss(t, t) + (value.get(key(t, -1)) ?? 0) : Infinity;
    for (let v = start; v < t; v++) {
      if (!view.version(v)) continue;
      const renewed = view.recalibrated(v, t, t);
      const again = Number.isNaN(renewed)
        ? Infinity
        : alphaRecalibrated + renewed + (value.get(key(v, t)) ?? 0);
      const without = alphaRecalibrated + view.loss(v, t) + (value.get(key(v, -1)) ?? 0);
      for (let r = -1; r < t; r++) {
        if (r >= 0 && r <= v) continue;
        const loss = lossOf(v, r, t);
        if (Number.isNaN(loss)) continue;
        here.set(key(v, r), Math.min(loss + (value.get(key(v, r)) ?? 0), trained, again, without));
      }
    }
    value = here;
  }
  return view.loss(start, start) + (value.get(key(start, -1)) ?? 0);
}
