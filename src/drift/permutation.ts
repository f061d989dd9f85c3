import type { Random } from "../core/random.ts";
import type { Coded } from "./coded.ts";
import { isOver, shareOf } from "./sequential.ts";
import { quadratic, type Statistic } from "./statistic.ts";
import { balanceOf, fewerOf } from "./units.ts";

/** The rows that are dealt, and what is tested of them. */
export interface Deal extends Coded {
  readonly statistics: readonly Statistic[];
}

export interface PermutationResult {
  rounds: number;
  /** of each feature alone */
  pRaw: number[];
  /** adjusted for all */
  p: number[];
}

/**
 * Westfall and Young's step-down test: units are dealt to the windows at random, whole rows at once, so that features
 * stay as dependent as they are. A feature's adjusted p-value is the share of deals in which the largest evidence over
 * it and all less extreme features reaches its own. Holds the family-wise error rate at any number of rows where units
 * are exchangeable without a change. When it ends: see sequential.ts.
 * Source: Westfall and Young, Resampling-based multiple testing (1993).
 */
export function permutationTest(
  deal: Deal,
  { alpha, roundsMax, random }: { alpha: number; roundsMax: number; random: Random },
): PermutationResult {
  const features = deal.statistics.length;
  const { observed, next } = dealer(deal, random);
  const seen = observed();
  const order = Array.from(seen, (_, f) => f).sort((a, b) => seen[b] - seen[a]);
  const extreme = new Uint32Array(features);
  const extremeAlone = new Uint32Array(features); // in that order
  let rounds = 0;
  while (!isOver(extreme, rounds, { alpha, roundsMax })) {
    const evidence = next();
    rounds++;
    for (let i = features - 1, largest = -Infinity; i >= 0; i--) {
      const f = order[i];
      if (evidence[f] > largest) largest = evidence[f];
      if (largest >= seen[f]) extreme[i]++;
      if (evidence[f] >= seen[f]) extremeAlone[i]++;
    }
  }
  const p = new Array<number>(features);
  const pRaw = new Array<number>(features);
  order.forEach((f, i) => {
    pRaw[f] = shareOf(extremeAlone[i], rounds);
    p[f] = Math.max(i === 0 ? 0 : p[order[i - 1]], shareOf(extreme[i], rounds));
  });
  return { rounds, pRaw, p };
}

/** Evidence of every feature as the rows are, and after each deal; what `next` returns is reused. */
function dealer({ codes, firstBin, units, statistics }: Deal, random: Random) {
  const features = statistics.length;
  const { starts } = units;
  const all = starts.length - 1;
  const fewer = fewerOf(units);
  const counts = new Float64Array(firstBin[features]);
  const evidence = new Float64Array(features);
  const order = Int32Array.from({ length: all }, (_, i) => i);
  let taken = 0;
  const take = (unit: number) => {
    const from = starts[unit] * features;
    const to = starts[unit + 1] * features;
    for (let at = from; at < to; at++) counts[codes[at]]++;
    taken += starts[unit + 1] - starts[unit];
  };
  const weigh = () => {
    const balance = balanceOf(units, taken);
    statistics.forEach((statistic, f) =>
      evidence[f] = statistic.evidence === null
        ? 0
        : statistic.evidence.at(quadratic(statistic, counts, firstBin[f], balance))
    );
    counts.fill(0);
    taken = 0;
    return evidence;
  };
  const observed = () => {
    for (let i = 0; i < fewer.count; i++) take(fewer.first + i);
    return weigh().slice();
  };
  const next = () => {
    for (let i = 0; i < fewer.count; i++) {
      const j = i + Math.floor(random() * (all - i));
      const unit = order[j];
      order[j] = order[i];
      take(order[i] = unit);
    }
    return weigh();
  };
  return { observed, next };
}
