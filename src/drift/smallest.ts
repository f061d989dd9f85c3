import { binOf, countsIn } from "./bins.ts";
import type { Coding } from "./coding.ts";
import type { Sample } from "./sample.ts";
import type { Scores } from "./scores.ts";
import type { Statistic } from "./statistic.ts";
import { tailOf } from "../stats/quadratic_form.ts";
import type { Units } from "./units.ts";

/** The smallest change that the test of a feature sees with 80 % power. */

const POWER = 0.8;
/** Halvings of the interval in which the answer lies. */
const STEPS = 12;
/** Larger shifts, in standard deviations of the reference, are not tried. */
const SHIFT_MAX = 4;

/**
 * The change for which `Q`, its standardised sums moved by what the change adds to them, passes the critical value with
 * a chance of 80 % (tail.ts; a test holds it against simulation).
 *
 * Numbers: values move by so many standard deviations, up or down, whichever is harder to see. A value that many rows
 * share stays (nobody who bought nothing buys a little less); where all values are such, rows move to the neighbouring
 * one as often as it takes. Categories: a share moves from the most frequent to the next.
 * @param level the chance of a false alarm that this feature may take
 * @returns null: no change that was tried is seen so often
 */
export function smallestChange(
  reference: Sample,
  coding: Coding,
  statistic: Statistic,
  units: Units,
  level: number,
): number | null {
  const { evidence, scores, moments } = statistic;
  if (evidence === null) return null;
  const critical = evidence.inverse(-Math.log(level));
  if (coding.ends === null) return smallestShare(coding, statistic, units, critical);
  if (!(reference.sd > 0)) return null;
  const perScore = sumsPerScore(units);
  const seen = (shift: number) => {
    const effect = scoresMoved(reference, coding, scores, shift * reference.sd);
    return tailOf(scores.weights, critical, effect.map((mean, k) => mean * perScore / moments.sd[k]));
  };
  const [up, down] = [seenFrom(SHIFT_MAX, seen), seenFrom(SHIFT_MAX, (shift) => seen(-shift))];
  return up === null || down === null ? null : Math.max(up, down);
}

/** Returns the rise of the tested sum by a change of the mean score by 1 in the current window. */
function sumsPerScore({ rows: { length }, starts, current }: Units): number {
  const now = starts[current];
  return now * (length - now) / length;
}

/** Change of each mean score when the reference's values move by `by`. */
function scoresMoved(
  reference: Sample,
  coding: Coding,
  { values, bins, weights }: Scores,
  by: number,
): number[] {
  const still = coding.reference;
  const moved = countsMoved(reference, coding, by);
  const rows = reference.sorted.length + reference.missing;
  return Array.from(weights, (_, k) => {
    let sum = 0;
    for (let b = 0; b < bins; b++) sum += (moved[b] - still[b]) * values[k * bins + b];
    return sum / rows;
  });
}

/** Rows per bin when the reference's values move by `by`. */
function countsMoved(reference: Sample, coding: Coding, by: number): Float64Array {
  const { at, atoms } = coding.ends!;
  const still = coding.reference;
  if (atoms.every(Boolean)) return spreadMoved(at, still, by);
  const ends = new Float64Array(at).map((end) => end - by);
  const moved = countsIn(ends, reference);
  atoms.forEach((stays, b) => {
    if (!stays) return;
    moved[binOf(ends, at[b])] -= still[b];
    moved[b] += still[b];
  });
  return moved;
}

/** The same of few distinct values: what lands between two of them is divided so that its mean is kept. */
function spreadMoved(at: Float32Array, still: Float64Array, by: number): Float64Array {
  const moved = new Float64Array(still.length);
  moved[at.length] = still[at.length];
  at.forEach((value, b) => {
    const above = binOf(at, value + by);
    const below = Math.max(0, above - 1);
    const gap = at[above] - at[below];
    const share = gap > 0 ? Math.min(1, Math.max(0, (at[above] - value - by) / gap)) : 0;
    moved[above] += (1 - share) * still[b];
    moved[below] += share * still[b];
  });
  return moved;
}

/** The share that must move from the most frequent to the next category. */
function smallestShare(
  coding: Coding,
  { moments }: Statistic,
  units: Units,
  critical: number,
): number | null {
  const mass = coding.reference.map((rows, b) => rows + coding.current[b]);
  const total = mass.reduce((a, b) => a + b, 0);
  const [first, second] = Array.from(mass, (rows) => rows / total).sort((a, b) => b - a);
  const perShare = Math.sqrt(sumsPerScore(units) * (1 / first + 1 / second) / moments.designEffect);
  const effect = (share: number) => Array.from(moments.weights, (_, k) => k === 0 ? share * perShare : 0);
  return seenFrom(first, (share) => tailOf(moments.weights, critical, effect(share)));
}

/** The smallest change up to a largest one that is seen with enough power; it is the easier seen the larger. */
function seenFrom(largest: number, power: (change: number) => number): number | null {
  if (power(largest) < POWER) return null;
  let low = 0;
  let high = largest;
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (power(middle) < POWER) low = middle;
    else high = middle;
  }
  return high;
}
