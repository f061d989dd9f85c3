/**
 * Holm's adjusted p-values: `max_{j <= i} min(1, (m - j + 1) p_(j))` over the ordered `p_(1) <= ... <= p_(m)`. Holds the
 * family-wise error rate however the tests depend on each other.
 * @param ps p-values, shape `[m]`   @returns adjusted, in the same order
 * Source: Holm, A simple sequentially rejective multiple test procedure (1979).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(holm([0.25, 0.0625, 0.125]), [0.25, 0.1875, 0.25]);
 * ```
 */
export function holm(ps: readonly number[]): number[] {
  const m = ps.length;
  const adjusted = new Array<number>(m);
  let largest = 0;
  ascending(ps).forEach((i, rank) =>
    adjusted[i] = largest = Math.max(largest, Math.min(1, (m - rank) * ps[i]))
  );
  return adjusted;
}

/**
 * Benjamini-Hochberg's adjusted p-values: `min_{j >= i} min(1, m p_(j) / j)`. Holds the false discovery rate of
 * independent or positively dependent tests.
 * @param ps p-values, shape `[m]`   @returns adjusted, in the same order
 * Source: Benjamini and Hochberg, Controlling the false discovery rate (1995).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(benjaminiHochberg([0.5, 0.0625, 0.125, 0.75]), [0.6666666666666666, 0.25, 0.25, 0.75]);
 * ```
 */
export function benjaminiHochberg(ps: readonly number[]): number[] {
  const m = ps.length;
  const adjusted = new Array<number>(m);
  let smallest = 1;
  ascending(ps).map((i, rank) => [i, rank + 1]).reverse().forEach(([i, rank]) =>
    adjusted[i] = smallest = Math.min(smallest, m * ps[i] / rank)
  );
  return adjusted;
}

const ascending = (ps: readonly number[]) => ps.map((_, i) => i).sort((a, b) => ps[a] - ps[b]);
