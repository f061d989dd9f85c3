import type { Alarm, ErrorKind, StreamDetector, StreamDetectorKind } from "./detector.ts";
import { checkError, readState } from "./state.ts";

const NAME = "adwin";
/** The paper's usual values, and river's: risk of a look, numbers between looks, buckets of a size, shortest window. */
const DELTA = 0.002;
const CLOCK = 32;
const BUCKETS = 5;
const SHORTEST = 5;
const GRACE = 10;

interface State {
  name: typeof NAME;
  kind: ErrorKind;
  seen: number;
  total: number;
  /** sum of squared deviations from the mean */
  squares: number;
  /** sums over buckets of 1, 2, 4, ... numbers, the oldest of a size first */
  buckets: number[][];
}

/**
 * ADWIN: a window that grows while its mean stands. Every 32 numbers each cut between two buckets into an older part of
 * `n0` and a newer of `n1` numbers is judged: alarm when the means differ by more than
 * `sqrt(2 v d / m) + 2 d / (3 m)`, with `d = ln(2 ln(n) / delta)`, `1/m = 1/(n0 - 4) + 1/(n1 - 4)` and the window's
 * variance `v`. It then begins anew, as river's does; the paper would drop the oldest bucket instead.
 * Made for numbers in [0, 1]: on others its risk is not what `delta` says.
 * Source: Bifet, Gavalda, Learning from Time-Changing Data with Adaptive Windowing (SDM 2007).
 */
export class Adwin implements StreamDetector {
  readonly name = NAME;
  constructor(private s: State) {}

  get seen(): number {
    return this.s.seen;
  }

  update(x: number): Alarm | null {
    const { s } = this;
    checkError(x, s.kind);
    if (s.seen > 0) s.squares += s.seen * (x - s.total / s.seen) ** 2 / (s.seen + 1);
    s.seen += 1;
    s.total += x;
    insert(s.buckets, x);
    if (s.seen % CLOCK !== 0 || s.seen <= GRACE) return null;
    const difference = firstCut(s);
    if (difference === null) return null;
    this.s = begin(s.kind);
    return difference < 0 ? "up" : "down";
  }

  state(): State {
    return structuredClone(this.s);
  }
}

/** Adds a number; where a size has one bucket too many, its two oldest become one of the next size. */
function insert(buckets: number[][], x: number): void {
  for (let size = 0, sum = x;; size++) {
    if (size === buckets.length) buckets.push([]);
    const row = buckets[size];
    row.push(sum);
    if (row.length <= BUCKETS) return;
    sum = row.shift()! + row.shift()!;
  }
}

/** Mean of the older part less mean of the newer, at the oldest cut where they differ too much; null: nowhere. */
function firstCut({ buckets, seen, total, squares }: State): number | null {
  const d = Math.log(2 * Math.log(seen) / DELTA);
  const variance = squares / seen;
  let n0 = 0;
  let sum0 = 0;
  for (let size = buckets.length - 1; size >= 0; size--) {
    for (const sum of buckets[size]) {
      n0 += 2 ** size;
      sum0 += sum;
      const n1 = seen - n0;
      if (n0 < SHORTEST || n1 < SHORTEST) continue;
      const difference = sum0 / n0 - (total - sum0) / n1;
      const inverse = 1 / (n0 - SHORTEST + 1) + 1 / (n1 - SHORTEST + 1);
      const limit = Math.sqrt(2 * inverse * variance * d) + 2 / 3 * d * inverse;
      if (Math.abs(difference) > limit) return difference;
    }
  }
  return null;
}

const begin = (kind: ErrorKind): State => ({ name: NAME, kind, seen: 0, total: 0, squares: 0, buckets: [] });

export const adwin: StreamDetectorKind = {
  name: NAME,
  budgeted: false,
  kinds: ["binary", "real"],
  source: "Bifet, Gavalda, Learning from Time-Changing Data with Adaptive Windowing (SDM 2007); delta 0.002",
  create: ({ kind }) => new Adwin(begin(kind)),
  restore: (state) => new Adwin(readState<State>(state, NAME)),
};
