import { z } from "zod";
import { clusteredError, type Influences, tInterval } from "../stats/clustered.ts";
import { meanOf } from "../stats/statistic.ts";

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
  const differing = new Set<number>();
  const samples: Influences[] = [];
  let amount = 0;
  let rows = 0;
  for (const { differences, shoppers, scale, widen = 1 } of parts) {
    const n = differences.length;
    if (shoppers.length !== n) {
      throw new RangeError(`Cannot pair ${n} differences with ${shoppers.length} shoppers`);
    }
    const { value, influence } = meanOf(differences);
    if (n > 0) amount += scale * value;
    rows += n;
    samples.push({ influence: influence.map((moved) => widen * scale * moved), shopper: shoppers });
    for (let i = 0; i < n; i++) if (differences[i] !== 0) differing.add(shoppers[i]);
  }
  const error = clusteredError(...samples);
  const { low, high } = tInterval(amount, error, confidence);
  const counts = { rows, shoppers: error.clusters, differing: differing.size, confidence };
  return { amount, low, high, ...counts, verdict: verdictOf(low, high, differing.size) };
}

function verdictOf(low: number | null, high: number | null, differing: number): Money["verdict"] {
  if (low === null || high === null) return "cannot tell yet";
  if (differing === 0) return "no difference";
  if (differing < DIFFERING_MIN) return "cannot tell yet";
  return low > 0 ? "gains" : high < 0 ? "loses" : "cannot tell yet";
}

/** The same less what was paid for it. */
export const lessCost = ({ amount, low, high }: Pick<Money, "amount" | "low" | "high">, cost: number) => ({
  amount: amount - cost,
  low: low === null ? null : low - cost,
  high: high === null ? null : high - cost,
});
