import type { Random } from "../core/random.ts";

/** Rows that move between the windows as a whole; row numbers count the reference first, then the current window. */
export interface Units {
  /** row numbers, unit after unit: those of the current window first, then those of the reference */
  readonly rows: Int32Array;
  /** where each unit begins in `rows`, and where the last ends, shape `[units + 1]` */
  readonly starts: Int32Array;
  /** how many of the units are of the current window */
  readonly current: number;
}

/** The units of the window that has fewer of them: its sums tell all, for those of both windows add up to 0. */
export function fewerOf({ starts, current }: Units): { isCurrent: boolean; first: number; count: number } {
  const others = starts.length - 1 - current;
  const isCurrent = current <= others;
  return { isCurrent, first: isCurrent ? 0 : current, count: isCurrent ? current : others };
}

/**
 * Returns the factor that makes sums over windows of different numbers of rows comparable: a difference of means is the
 * sum over one window by `N / (n (N - n))`, here relative to that of a window with its usual share of the rows.
 * @param taken rows in the window with fewer units
 */
export function balanceOf({ starts, current }: Units, taken: number): number {
  const all = starts.length - 1;
  const rows = starts[all];
  const usual = rows * Math.min(current, all - current) / all;
  return usual * (rows - usual) / (taken * (rows - taken));
}

interface Clusters {
  reference: Int32Array;
  current: Int32Array;
}

/** Every row its own unit. */
export function rowUnits(referenceRows: number, currentRows: number): Units {
  const n = referenceRows + currentRows;
  return {
    rows: new Int32Array(n).map((_, i) => i < currentRows ? referenceRows + i : i - currentRows),
    starts: new Int32Array(n + 1).map((_, i) => i),
    current: currentRows,
  };
}

/**
 * One unit per cluster and window.
 *
 * A cluster with rows in both windows is two units. Rows of one shopper resemble each other, so the true difference of
 * the windows scatters less than it does under this null: the test is on the safe side (Anderson's inequality, decision
 * 0008). Taking its rows as a pair instead would test whether shoppers changed (they age), not whether the windows did.
 *
 * Whole units may only change places when they are alike in size, else the null has another scatter than the
 * difference. So both windows are cut to the smaller of their two quantiles of size, by rows chosen at random.
 */
export function clusterUnits({ reference, current }: Clusters, random: Random): Units {
  const windows = [unitsOf(current, reference.length, random), unitsOf(reference, 0, random)];
  const [now, then] = windows.map((units) => units.map(({ length }) => length));
  for (const units of windows) {
    units.forEach((unit, i) => unit.length = Math.min(now[at(i, units, now)], then[at(i, units, then)]));
  }
  return packed(windows.flat(), windows[0].length);
}

/**
 * Some of the units, chosen at random, and of large ones some rows: at most about so many rows of each window, and from
 * every unit, of whichever window, at most as many.
 */
export function someUnits(
  { rows, starts, current }: Units,
  rowsMax: { current: number; reference: number },
  random: Random,
): Units {
  const all = starts.length - 1;
  const each = Math.max(1, Math.floor(rowsMax.current / current));
  const from = (first: number, end: number, most: number) => {
    const order = shuffle(Array.from({ length: end - first }, (_, i) => first + i), random);
    return order.slice(0, Math.max(1, most)).map((u) =>
      rows.subarray(starts[u], Math.min(starts[u + 1], starts[u] + each))
    );
  };
  const now = from(0, current, Math.floor(rowsMax.current / each));
  const then = from(current, all, Math.floor(rowsMax.reference / each));
  return packed(now.concat(then), now.length);
}

function packed(units: readonly ArrayLike<number>[], current: number): Units {
  const starts = new Int32Array(units.length + 1);
  units.forEach((unit, i) => starts[i + 1] = starts[i] + unit.length);
  const rows = new Int32Array(starts[units.length]);
  units.forEach((unit, i) => rows.set(unit, starts[i]));
  return { rows, starts, current };
}

/** The place of the i-th of some units in another ordered list, at the same quantile. */
const at = (i: number, { length }: readonly unknown[], sizes: readonly number[]) =>
  Math.floor((i + 0.5) / length * sizes.length);

/** Row numbers by cluster, each in random order; the smallest cluster first. */
function unitsOf(clusters: Int32Array, firstRow: number, random: Random): number[][] {
  const units = new Map<number, number[]>();
  clusters.forEach((cluster, i) => {
    const unit = units.get(cluster);
    if (unit) unit.push(firstRow + i);
    else units.set(cluster, [firstRow + i]);
  });
  return [...units.values()].map((unit) => shuffle(unit, random)).sort((a, b) => a.length - b.length);
}

function shuffle(items: number[], random: Random): number[] {
  for (let i = items.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [items[i], items[j]] = [items[j], items[i]];
  }
  return items;
}
