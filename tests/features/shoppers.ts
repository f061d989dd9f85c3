import { DAY_MS } from "../../src/core/time.ts";
import { type Random, seededRandom } from "../../src/core/random.ts";
import { type UserDay } from "../../src/features/user_day.ts";

/** 2024-01-01 00:00 UTC, a Monday. */
export const START_MS = Date.UTC(2024, 0, 1);

/** A day with the numbers given, zero elsewhere; `day` counts from {@link START_MS}. */
export function dayOf(day: number, given: Partial<UserDay> = {}): UserDay {
  const startMs = START_MS + day * DAY_MS;
  const at = startMs + 12 * 3_600_000;
  const purchases = given.purchases ?? 0;
  return {
    day: startMs / DAY_MS,
    firstMs: at,
    lastMs: at,
    lastPurchaseMs: purchases > 0 ? at : 0,
    sessions: 1,
    orders: purchases > 0 ? 1 : 0,
    views: 0,
    carts: 0,
    purchases,
    returns: 0,
    others: 0,
    units: purchases,
    spend: 10 * purchases,
    returned: 0,
    products: Array.from({ length: purchases }, (_, i) => i),
    categories: purchases > 0 ? [1] : [],
    viewed: [],
    ...given,
  };
}

/** A random shopper who comes now and then over a year; some buy often, some much. */
export function randomShopper(random: Random): UserDay[] {
  const often = 0.01 + 0.2 * random() ** 2;
  const much = Math.exp(1 + 3 * random());
  const days: UserDay[] = [];
  for (let day = 0; day < 365; day++) {
    if (random() > 2 * often) continue;
    const purchases = random() < 0.5 ? 1 + Math.floor(5 * random()) : 0;
    const returned = random() < 0.05 ? much * random() : 0;
    days.push(dayOf(day, {
      purchases,
      spend: purchases * much * (0.5 + random()),
      returned,
      returns: returned > 0 ? 1 : 0,
      views: Math.floor(10 * random()),
      viewed: [Math.floor(100 * random())],
      products: Array.from({ length: purchases }, () => Math.floor(50 * random())),
    }));
  }
  return days;
}

/** Shoppers, the same from the same seed. */
export function randomShoppers(n: number, seed = 1): UserDay[][] {
  const random = seededRandom(seed);
  return Array.from({ length: n }, () => randomShopper(random));
}
