import { hash32 } from "../core/random.ts";
import { packRows } from "./blocks.ts";
import type { UserDay } from "./user_day.ts";

/** One shopper's row, before rows have an order. */
export interface UnorderedRow {
  readonly userKey: string;
  /** from {@link activityCode} */
  readonly code: number;
  readonly features: readonly number[];
}

/**
 * A number that follows from when a shopper did what, whatever the shopper is called. Money is left out: the last digit
 * of a sum depends on the order in which its parts came in.
 */
export const activityCode = (days: readonly UserDay[]): number =>
  hash32(days.map((day) => `${day.firstMs} ${day.lastMs} ${countsOf(day).join(" ")}`).join());

const countsOf = ({ views, carts, purchases, returns, others, products, categories, viewed }: UserDay) => [
  views,
  carts,
  purchases,
  returns,
  others,
  products.length,
  categories.length,
  viewed.length,
];

/**
 * Compares rows so that their order looks random and does not depend on the secret that pseudonyms are made with: batches
 * of a training and divisions of shoppers follow from it, and an installation with another secret has the same. Shoppers
 * who did the same at the same moments come in the order of their features, and only those alike in all in that of
 * their pseudonyms.
 */
export function compareRows(a: UnorderedRow, b: UnorderedRow): number {
  if (a.code !== b.code) return a.code - b.code;
  for (let j = 0; j < a.features.length; j++) {
    const difference = compareNumbers(a.features[j], b.features[j]);
    if (difference !== 0) return difference;
  }
  return a.userKey < b.userKey ? -1 : 1;
}

/** Below it numbers of 53 bits have room for a hash of the features. */
const FEATURE_CODES = 2 ** 21;

/**
 * A number that orders rows of different shards as {@link compareRows} does, but for rows of one code, which come in
 * the order of a hash of their features: what another shard holds is not at hand.
 */
export const orderNumber = (code: number, features: readonly number[]): number =>
  code * FEATURE_CODES + featureCode(features) % FEATURE_CODES;

/** A hash of features as they are sealed: the last digits of a sum do not reach it. */
const featureCode = (features: readonly number[]): number =>
  hash32(String.fromCharCode(...new Uint16Array(packRows([features], features.length).buffer)));

/** NaN comes last, and equals itself. */
export const compareNumbers = (a: number, b: number): number =>
  Number.isNaN(a) || Number.isNaN(b) ? Number(Number.isNaN(a)) - Number(Number.isNaN(b)) : Math.sign(a - b);
