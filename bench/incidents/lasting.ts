import { DAY_MS } from "../../src/core/time.ts";
import { gaussian, permutation } from "../../src/core/random.ts";
import { between, during, memberOf, percent } from "./draw.ts";
import type { Context, Kind } from "./inject.ts";
import { sent, type ShopRow } from "./rows.ts";

/** Lasting kinds go on to the end of the data. */
const FOREVER_DAYS = 3650;
const PAST_DAYS = 90;

/**
 * A share of the products gives way to new ones, in new categories, at prices that differ by about a third either way:
 * the same shoppers, other goods.
 */
function newCatalogue(context: Context) {
  const share = between(context.strength, 0.4, 1);
  const replaced = memberOf(share, context.random);
  const normal = gaussian(context.random);
  const factors = new Map<string, number>();
  const factorOf = (product: string) => {
    const known = factors.get(product) ?? Math.exp(0.3 * normal());
    factors.set(product, known);
    return known;
  };
  const change = (row: ShopRow): ShopRow => {
    if (!during(context, row) || row.product === null || !replaced(row.product)) return row;
    const factor = factorOf(row.product);
    return {
      ...row,
      product: `new-${row.product}`,
      category: row.category === null ? null : `new-${row.category}`,
      price: row.price === null ? null : Math.round(100 * row.price * factor) / 100,
      amount: row.amount === null ? null : row.amount * factor,
    };
  };
  const events = context.rows.map(change).map(sent);
  return { events, text: `${percent(share)} of the products are replaced, in new categories` };
}

/**
 * Shoppers who were loyal and shoppers who had come once change places: from the start on, each does what the other
 * would have done. Volume, prices and hours stay; what follows from a shopper's past is another thing than before.
 * Baskets of those who changed grow, too.
 */
function newPreference(context: Context) {
  const share = between(context.strength, 0.1, 1);
  const larger = between(context.strength, 1, 1.6);
  const partner = exchange(context, share);
  const grown = (value: number | null) => value === null ? null : value * larger;
  const change = (row: ShopRow): ShopRow => {
    const other = row.user === null ? undefined : partner.get(row.user);
    if (!during(context, row) || other === undefined) return row;
    return { ...row, user: other, quantity: grown(row.quantity), amount: grown(row.amount) };
  };
  const text =
    `${partner.size} shoppers, ${percent(share)} of the loyal ones and as many rare ones, change places; ` +
    `their baskets grow ${larger.toFixed(2)} times`;
  return { events: context.rows.map(change).map(sent), text };
}

/** Pairs a share of the shoppers with most order days before the start with as many of those with fewest. */
function exchange({ rows, startMs, random }: Context, share: number): Map<string, string> {
  const days = new Map<string, Set<number>>();
  for (const { user, type, timeMs } of rows) {
    if (user === null || type !== "purchase" || timeMs >= startMs || timeMs < startMs - PAST_DAYS * DAY_MS) {
      continue;
    }
    const known = days.get(user) ?? new Set<number>();
    days.set(user, known.add(Math.floor(timeMs / DAY_MS)));
  }
  const order = permutation(days.size, random);
  const users = [...days.keys()];
  const shuffled = [...order].map((i) => users[i]); // equal counts must not follow the order of the file
  shuffled.sort((a, b) => days.get(b)!.size - days.get(a)!.size);
  const pairs = Math.round(share * shuffled.length / 3);
  const partner = new Map<string, string>();
  for (let i = 0; i < pairs; i++) {
    const [loyal, rare] = [shuffled[i], shuffled[shuffled.length - 1 - i]];
    partner.set(loyal, rare);
    partner.set(rare, loyal);
  }
  return partner;
}

/** Kinds that stay: what a model learned does not hold any more. */
export const LASTING = {
  "new catalogue": { answer: "retrain", days: [FOREVER_DAYS, FOREVER_DAYS], apply: newCatalogue },
  "real change of preference": {
    answer: "retrain",
    days: [FOREVER_DAYS, FOREVER_DAYS],
    apply: newPreference,
  },
} as const satisfies Record<string, Kind>;
