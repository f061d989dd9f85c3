import { twoSidedZ } from "./critical.ts";
import type { Bounds } from "./interval.ts";

/**
 * Wilson's score interval of a share seen in `n` independent draws.
 * @param share in [0, 1]   @param n 0: the whole of [0, 1]   @param confidence in (0, 1)
 * Source: Wilson, JASA 22 (1927).
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const { low, high } = wilson(0.7, 100, 0.95);
 * assert.deepEqual([low.toFixed(4), high.toFixed(4)], ["0.6042", "0.7811"]);
 * ```
 */
export function wilson(share: number, n: number, confidence: number): Bounds {
  if (n === 0) return { low: 0, high: 1 };
  const z2 = twoSidedZ(confidence) ** 2;
  const middle = (share + z2 / (2 * n)) / (1 + z2 / n);
  const reach = Math.sqrt(z2) / (1 + z2 / n) * Math.sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  return { low: middle - reach, high: middle + reach };
}
