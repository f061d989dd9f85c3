import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY_MS } from "../../src/core/time.ts";
import { sha256 } from "../../src/core/hash.ts";
import { seededRandom } from "../../src/core/random.ts";
import { FEATURE_HASH, featureRow, FEATURES } from "../../src/features/definition.ts";
import { type UserDay } from "../../src/features/user_day.ts";
import { dayOf, randomShopper, randomShoppers, START_MS } from "./shoppers.ts";

const asOf = (day: number) => START_MS + day * DAY_MS;
const past = (days: readonly UserDay[], asOfMs: number) => days.filter((d) => d.lastMs < asOfMs);
const named = (row: readonly number[]) => Object.fromEntries(FEATURES.map((name, i) => [name, row[i]]));

Deno.test("featureRow() reads recency, counts, money and gaps off a history worked out by hand", () => {
  const days = [
    dayOf(0, { purchases: 2, spend: 50, products: [1, 2], categories: [1] }),
    dayOf(10, { purchases: 1, spend: 30, products: [2], categories: [1] }),
    dayOf(12, { views: 4, carts: 1, viewed: [7, 8, 9] }),
    dayOf(30, {
      purchases: 3,
      spend: 100,
      returned: 20,
      returns: 1,
      products: [3, 4, 5],
      categories: [1, 2],
    }),
  ];
  const f = named(featureRow(days, asOf(40)));
  const want = {
    recency: 9.5,
    recency_any: 9.5,
    recency_view: 27.5,
    tenure: 39.5,
    first_purchase_age: 39.5,
    baskets_all: 3,
    baskets_28: 1,
    baskets_7: 0,
    active_days_all: 4,
    spend_all: 160, // the third basket counts 80: 20 went back on the same day
    spend_28: 80,
    returned_all: 20,
    views_28: 4,
    carts_28: 1,
    gap_mean: 15,
    gap_median: 15,
    gap_last: 20,
    gap_max: 20,
    recency_over_gap: 9.5 / 16,
    basket_mean: 160 / 3,
    basket_median: 50,
    basket_max: 80,
    basket_last: 80,
    products_all: 5,
    repeat_share: 1 - 5 / 6,
    categories_all: 2,
    viewed_products_90: 3,
    lines_per_basket: 2,
    basket_rate: 28 * 3 / 46.5,
    baskets_faded_14: 2 ** (-39.5 / 14) + 2 ** (-29.5 / 14) + 2 ** (-9.5 / 14),
    bought_horizons: 1, // one whole horizon lies behind the first basket, and it holds one
    weekend_share: 0,
    hour_mean: 12,
    as_of_weekday: 6,
    as_of_month_day: 10,
  };
  for (const [name, value] of Object.entries(want)) {
    assert.ok(Math.abs(f[name] - value) < 1e-9, `${name}: want ${value}, have ${f[name]}`);
  }
});

Deno.test("featureRow() has nothing to say of gaps and baskets, for a shopper who only looked", () => {
  const f = named(featureRow([dayOf(3, { views: 2, viewed: [1, 2] })], asOf(5)));
  for (const name of ["recency", "gap_mean", "gap_std", "basket_mean", "money_per_unit", "weekend_share"]) {
    assert.ok(Number.isNaN(f[name]), `${name} is ${f[name]}`);
  }
  assert.equal(f.views_7, 2);
});

Deno.test("featureRow() is finite or NaN and never infinite, for random shoppers and for none", () => {
  for (const days of [[], ...randomShoppers(50)]) {
    const row = featureRow(past(days, asOf(200)), asOf(200));
    assert.equal(row.length, FEATURES.length);
    assert.ok(row.every((v) => Number.isNaN(v) || Number.isFinite(v)));
  }
});

Deno.test("featureRow() does not change, when events are added at or after the cut-off", () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 360 }), (seed, day) => {
      const days = randomShopper(seededRandom(seed));
      const later = [
        ...past(days, asOf(day)),
        ...Array.from({ length: 5 }, (_, i) => dayOf(day + i, { purchases: 9 })),
      ];
      assert.deepEqual(
        featureRow(past(later, asOf(day)), asOf(day)),
        featureRow(past(days, asOf(day)), asOf(day)),
      );
    }),
    { seed: 7, numRuns: 200 },
  );
});

Deno.test("featureRow() follows the horizon, in the windows measured in horizons", () => {
  const days = [dayOf(0, { purchases: 1 }), dayOf(80, { purchases: 1 })];
  const [short, long] = [7, 28].map((horizonDays) => named(featureRow(days, asOf(90), { horizonDays })));
  assert.equal(short.baskets_horizon, 0);
  assert.equal(long.baskets_horizon, 1);
  assert.equal(short.baskets_28, long.baskets_28);
});

Deno.test("FEATURES are named once each", () => assert.equal(new Set(FEATURES).size, FEATURES.length));

/**
 * A change of any number must come with a new VERSION, or models would be served other features than they learned.
 * When this fails: raise VERSION in src/features/definition.ts, then put the new pair here.
 */
Deno.test("FEATURE_HASH belongs to the numbers of a fixed population", () => {
  const rows = randomShoppers(40, 11).map((days) => featureRow(past(days, asOf(300)), asOf(300)));
  const text = rows.flat().map((v) => Number.isNaN(v) ? "-" : v.toPrecision(9)).join(",");
  assert.deepEqual({ definition: FEATURE_HASH.slice(0, 16), numbers: sha256(text).slice(0, 16) }, PINNED);
});

const PINNED = { definition: "be36fa187de505fa", numbers: "07905e71ed1f4d32" };
