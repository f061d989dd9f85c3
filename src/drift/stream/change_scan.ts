/**
 * Has the share of ones changed at some moment? A Shiryaev-Roberts statistic with both shares unknown.
 *
 * Each moment at which the change may have happened is a hypothesis with a likelihood ratio
 * `P(what followed | a share of its own) / P(what followed | the share of all before)`, both shares learned as numbers
 * come in (beta-binomial prediction). The statistic is the sum of the ratios over all moments. While nothing changes,
 * each ratio is a bet at fair odds, so after `n` numbers the sum is `n` on average, and the mean time until it reaches
 * `A` is at least `A`. Fair on average over a prior of the share; for one given share approximately (decision 0009
 * has what was simulated).
 *
 * Moments of long ago lie so close together that two neighbours say the same: as in an exponential histogram at most 5
 * groups of 1, 2, 4, ... moments are kept. A group's ratios are added and go on with its newest moment's counts, which
 * keeps the bets fair and the memory at `O(log n)`.
 *
 * Sources: Shiryaev (1963) and Roberts (1966) for the statistic; Shin, Ramdas, Rinaldo, E-detectors (2022) for its run
 * length with ratios of any fair bets; Datar et al. (2002) for the exponential histogram.
 */
export interface ChangeScan {
  /** numbers read, and how many of them were ones */
  n: number;
  ones: number;
  /** after the newest number; 0 while all numbers are the same, which is no sign of change */
  statistic: number;
  /** moments, the oldest group first; arrays are parallel */
  groups: {
    /** how many moments the group stands for */
    size: number[];
    /** numbers and ones since the group's newest moment */
    n: number[];
    ones: number[];
    /** share of ones before it */
    before: number[];
    /** likelihood ratios, one for each strength in `STRENGTHS`, each a `1 / STRENGTHS.length` part of the bet */
    ratios: number[][];
  };
}

/** Numbers before the first moment at which a change can have happened. */
export const REFERENCE = 32;
const GROUPS_OF_A_SIZE = 5;
/** Of the beta prior `(1/4, 1/4)` of the share; a half would gain from mere ones or mere zeros. */
const PRIOR = 0.25;
/**
 * The weight, in numbers, of the share before a moment in the guess at the share after it: for large and small changes.
 */
const STRENGTHS = [4, 64];

export const beginScan = (): ChangeScan => ({
  n: 0,
  ones: 0,
  statistic: 0,
  groups: { size: [], n: [], ones: [], before: [], ratios: STRENGTHS.map(() => []) },
});

/** Takes the next number. @param x 0 or 1 */
export function scanNext(scan: ChangeScan, x: number): void {
  const share = (scan.ones + PRIOR) / (scan.n + 2 * PRIOR);
  if (scan.n >= REFERENCE) openGroup(scan.groups, share);
  const sum = bet(scan.groups, x, x === 1 ? share : 1 - share);
  scan.n += 1;
  scan.ones += x;
  mergeGroups(scan.groups);
  scan.statistic = scan.ones > 0 && scan.ones < scan.n ? sum : 0;
}

/** The change happens just before the next number. */
function openGroup(groups: ChangeScan["groups"], share: number): void {
  groups.size.push(1);
  groups.n.push(0);
  groups.ones.push(0);
  groups.before.push(share);
  for (const ratios of groups.ratios) ratios.push(1 / STRENGTHS.length);
}

/** Multiplies each ratio by the odds of `x`. @param expected probability of `x` if nothing changed @returns the sum */
function bet({ n, ones, before, ratios }: ChangeScan["groups"], x: number, expected: number): number {
  let sum = 0;
  for (let s = 0; s < STRENGTHS.length; s++) {
    const strength = STRENGTHS[s];
    const ratio = ratios[s];
    for (let g = 0; g < n.length; g++) {
      const share = (ones[g] + strength * before[g]) / (n[g] + strength);
      ratio[g] *= (x === 1 ? share : 1 - share) / expected;
      sum += ratio[g];
    }
  }
  for (let g = 0; g < n.length; g++) {
    n[g] += 1;
    ones[g] += x;
  }
  return sum;
}

/** Merges the two oldest groups of a size that has one too many into one of the next size. */
function mergeGroups({ size, n, ones, before, ratios }: ChangeScan["groups"]): void {
  for (let end = size.length;;) {
    let first = end;
    while (first > 0 && size[first - 1] === size[end - 1]) first--;
    if (end - first <= GROUPS_OF_A_SIZE) return;
    for (const ratio of ratios) ratio[first + 1] += ratio[first];
    size[first + 1] *= 2;
    for (const column of [size, n, ones, before, ...ratios]) column.splice(first, 1);
    end = first + 1;
  }
}

/** Whether ones became more frequent at the most likely moment of change. */
export function hasRisen({ n, ones, groups }: ChangeScan): boolean {
  const weight = groups.n.map((_, g) => groups.ratios.reduce((sum, ratio) => sum + ratio[g], 0));
  const g = weight.indexOf(Math.max(...weight));
  return groups.ones[g] / groups.n[g] > (ones - groups.ones[g]) / (n - groups.n[g]);
}
