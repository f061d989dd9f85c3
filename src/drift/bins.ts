import type { Sample } from "./sample.ts";

/** Values put into bins; the last bin holds the rows without a value. */
export interface Bins {
  /** upper ends, ascending; a value belongs to the first end it does not exceed, and none exceeds the last */
  readonly ends: Float32Array;
  /** whether a bin is of one single value that fills it */
  readonly atoms: readonly boolean[];
  /** rows per bin, shape `[ends + 1]` */
  readonly reference: Float64Array;
  readonly current: Float64Array;
}

/**
 * Bins of about equal size over both samples together, so that they do not depend on which row is in which window. A
 * value that fills a bin by itself gets one of its own; where there are no more than `most` distinct values, each does.
 */
export function quantileBins(reference: Sample, current: Sample, most: number): Bins {
  const a = reference.sorted;
  const b = current.sorted;
  const rows = a.length + b.length;
  const size = hasAtMost(a, b, most) ? 1 : rows / most;
  const ends: number[] = [];
  const atoms: boolean[] = [];
  for (let below = 0; below < rows;) {
    const value = valueAt(a, b, Math.min(rows, below + Math.ceil(size)) - 1);
    const under = rowsUnder(a, value) + rowsUnder(b, value);
    const upTo = rowsUpTo(a, value) + rowsUpTo(b, value);
    const alone = upTo - under >= size;
    if (alone && under > below) ends.push(valueAt(a, b, under - 1)), atoms.push(false);
    ends.push(value), atoms.push(alone);
    below = upTo;
  }
  const edges = Float32Array.from(ends);
  return { ends: edges, atoms, reference: countsIn(edges, reference), current: countsIn(edges, current) };
}

/** Whether two sorted samples have together no more than so many distinct values. */
function hasAtMost(a: Float32Array, b: Float32Array, most: number): boolean {
  const rows = a.length + b.length;
  let distinct = 0;
  for (let below = 0; below < rows && distinct <= most; distinct++) {
    const value = valueAt(a, b, below);
    below = rowsUpTo(a, value) + rowsUpTo(b, value);
  }
  return distinct <= most;
}

/** The value at a rank, from 0, of two sorted samples together. */
function valueAt(a: Float32Array, b: Float32Array, rank: number): number {
  let low = Math.max(0, rank + 1 - b.length);
  let high = Math.min(a.length, rank + 1); // how many of `a` are up to the rank
  while (low < high) {
    const middle = (low + high) >> 1;
    if (a[middle] < b[rank - middle]) low = middle + 1;
    else high = middle;
  }
  const ofB = rank + 1 - low;
  if (low === 0) return b[ofB - 1];
  return ofB === 0 ? a[low - 1] : Math.max(a[low - 1], b[ofB - 1]);
}

/** The bin of a value. */
export function binOf(ends: ArrayLike<number>, value: number): number {
  if (value - value !== 0) return ends.length; // NaN or infinite
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= ends[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Rows of a sample per bin of given upper ends (values above the last count there), and those without a value. */
export function countsIn(ends: ArrayLike<number>, { sorted, missing }: Sample): Float64Array {
  const counts = new Float64Array(ends.length + 1);
  let bin = 0;
  for (let b = 0; b < ends.length; b++) {
    const from = bin;
    bin = b === ends.length - 1 ? sorted.length : rowsUpTo(sorted, ends[b], bin);
    counts[b] = bin - from;
  }
  counts[ends.length] = missing;
  return counts;
}

/** Counts the values of a sorted sample that are at most so large. @param low a number that is known to be */
function rowsUpTo(sorted: Float32Array, value: number, low = 0): number {
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Counts the values of a sorted sample that are smaller. */
function rowsUnder(sorted: Float32Array, value: number): number {
  let low = 0;
  for (let high = sorted.length; low < high;) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
