import { fileURLToPath } from "node:url";
import { DAY_MS } from "../../src/core/time.ts";
import { featureRow, FEATURES } from "../../src/features/definition.ts";
import { isActive } from "../../src/features/population.ts";
import { type UserDay } from "../../src/features/user_day.ts";
import { readShoppers, type Shopper } from "../lab/events.ts";
import { type Kind, scaledIn, shoppersKind, tiltedIn } from "./kinds.ts";

/** Rows that really were, by what they depend on: all rows of a shopper, or of a day. */
export interface Pool {
  readonly features: readonly string[];
  readonly clusters: readonly (readonly (readonly number[])[])[];
}

const WHOLE = fileURLToPath(new URL("../../data/online_retail.csv.gz", import.meta.url));
/** Ten features of the project's own that every buyer of the last 90 days has; amounts, counts with ties, days, hours. */
const WATCHED = [
  "spend_90",
  "baskets_90",
  "recency",
  "tenure",
  "units_90",
  "returns_90",
  "products_all",
  "basket_mean",
]
  .concat(["lines_per_basket", "hour_mean"]);
const LAST_MS = Date.parse("2011-11-11");
const POPULATION = { activeDays: 90, activity: "purchase" } as const;

/** The real kinds: rows of shoppers, one each; shoppers with up to four rows, a week apart; whole days of baskets. */
export async function realKinds(): Promise<Kind[]> {
  const { shoppers } = await readShoppers(WHOLE);
  const one = shopperPool(shoppers, [LAST_MS]);
  const several = shopperPool(shoppers, [21, 14, 7, 0].map((days) => LAST_MS - days * DAY_MS));
  const days = dayPool(shoppers);
  return [
    shoppersKind("real shoppers", one, [scaledIn(one, "spend_90"), tiltedIn(one, "baskets_90")]),
    shoppersKind("whole shoppers", several, [scaledIn(several, "spend_90")]),
    shoppersKind("whole days", days, [scaledIn(days, "spend")]),
  ];
}

function shopperPool(shoppers: readonly Shopper[], cutoffsMs: readonly number[]): Pool {
  const columns = WATCHED.map((name) => FEATURES.indexOf(name));
  const clusters = shoppers.map(({ days }) =>
    cutoffsMs.flatMap((cutoffMs) => {
      const past = days.filter((d) => d.lastMs < cutoffMs);
      if (!isActive(past, cutoffMs, POPULATION)) return [];
      const row = featureRow(past, cutoffMs, { horizonDays: 28 });
      return [columns.map((c) => row[c])];
    })
  );
  return { features: WATCHED, clusters: clusters.filter((rows) => rows.length > 0) };
}

/** What is known of one day of a shopper who bought. */
const BASKET: readonly (readonly [string, (day: UserDay) => number])[] = [
  ["spend", (d) => d.spend],
  ["lines", (d) => d.purchases],
  ["units", (d) => d.units],
  ["orders", (d) => d.orders],
  ["products", (d) => d.products.length],
  ["categories", (d) => d.categories.length],
  ["returns", (d) => d.returns],
  ["hour", (d) => (d.lastPurchaseMs % DAY_MS) / 3_600_000],
  ["spend per unit", (d) => d.spend / Math.max(1, d.units)],
  ["weekday", (d) => (d.day + 4) % 7],
];

function dayPool(shoppers: readonly Shopper[]): Pool {
  const byDay = new Map<number, number[][]>();
  for (const day of shoppers.flatMap(({ days }) => days.filter(({ purchases }) => purchases > 0))) {
    const rows = byDay.get(day.day) ?? [];
    byDay.set(day.day, rows);
    rows.push(BASKET.map(([, of]) => of(day)));
  }
  return { features: BASKET.map(([name]) => name), clusters: [...byDay.values()] };
}
