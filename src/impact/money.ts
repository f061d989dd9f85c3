import tQuantile from "@stdlib/stats-base-dists-t-quantile";
import { z } from "zod";

/** An amount with its two-sided interval, and whether that tells anything. */
export const Money = z.strictObject({
  amount: z.number(),
  low: z.number().nullable().describe("null: no bound is known"),
  high: z.number().nullable(),
  rows: z.int(),
  shoppers: z.int(),
  differing: z.int().describe("shoppers on whom the models differ in money: all else cancels out"),
  confidence: z.number(),
  verdict: z.enum(["gains", "loses", "no difference", "cannot tell yet"]),
});
export type Money = z.infer<typeof Money>;

/** Paired differences in money, row by row, and what their mean is multiplied by. */
export interface Part {
  /** shape `[n]` */
  differences: ArrayLike<number>;
  /** any integer that is the same for the same shopper, shape `[n]` */
  shoppers: ArrayLike<number>;
  /** shoppers in the population x horizons */
  scale: number;
  /** how much wider its share of the interval is than the rows say; left out: 1 */
  widen?: number;
}

/** Fewer shoppers on whom the models differ: an interval around their mean cannot be trusted. */
const DIFFERING_MIN = 20;

/**
 * The sum over parts of `scale * mean(differences)`, with a t interval robust to rows of the same shopper being alike,
 * within a part and across parts: with `u_s` the sum over parts of `scale / n * sum of the shopper's residuals`, the
 * variance is `G / (G - 1) * sum u_s^2` over `G` shoppers. One part of scale 1 has the interval of a validation.
 * Models and thresholds are taken as given; `widen` makes room for what chance did to them.
 * Source: Liang and Zeger, Biometrika 73 (1986), for the mean.
 */
export function sumOf(parts: readonly Part[], { confidence }: { confidence: number }): Money {
  const influence = new Map<number, number>();
  const differing = new Set<number>();
  let amount = 0;
  let rows = 0;
  for (const { differences, shoppers, scale, widen = 1 } of parts) {
    const n = differences.length;
    if (shoppers.length !== n) {
      throw new RangeError(`Cannot pair ${n} differences with ${shoppers.length} shoppers`);
    }
    const mean = meanOf(differences);
    amount += scale * mean;
    rows += n;
    for (let i = 0; i < n; i++) {
      const s = shoppers[i];
      influence.set(s, (influence.get(s) ?? 0) + widen * scale / n * (differences[i] - mean));
      if (differences[i] !== 0) differing.add(s);
    }
  }
  const clusters = influence.size;
  const found = { amount, rows, shoppers: clusters, differing: differing.size, confidence };
  if (clusters < 2) return { ...found, low: null, high: null, verdict: "cannot tell yet" };
  const squares = [...influence.values()].reduce((sum, u) => sum + u * u, 0);
  const reach = tQuantile(1 - (1 - confidence) / 2, clusters - 1) *
    Math.sqrt(clusters / (clusters - 1) * squares);
  const low = amount - reach;
  const high = amount + reach;
  return { ...found, low, high, verdict: verdictOf(low, high, differing.size) };
}

function verdictOf(low: number, high: number, differing: number): Money["verdict"] {
  if (differing === 0) return "no difference";
  if (differing < DIFFERING_MIN) return "cannot tell yet";
  return low > 0 ? "gains" : high < 0 ? "loses" : "cannot tell yet";
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length > 0 ? sum / values.length : 0;
}

/** The same less what was paid for it. */
export const lessCost = ({ amount, low, high }: Pick<Money, "amount" | "low" | "high">, cost: number) => ({
  amount: amount - cost,
  low: low === null ? null : low - cost,
  high: high === null ? null : high - cost,
});
