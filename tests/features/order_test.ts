import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../src/core/random.ts";
import { activityCode, compareRows, type UnorderedRow } from "../../src/features/order.ts";
import { dayOf, randomShopper } from "./shoppers.ts";

const random = seededRandom(5);
const shoppers = Array.from({ length: 200 }, () => randomShopper(random)).filter((days) => days.length > 0);

/** Rows of the same shoppers under the names that a secret gives, as a database hands them out: by name. */
function rowsUnder(secret: number): UnorderedRow[] {
  const name = seededRandom(secret);
  const rows = shoppers.map((days, i) => ({
    userKey: String(name()),
    code: activityCode(days),
    features: [days.length, i % 3 === 0 ? NaN : days[0].firstMs],
  }));
  return rows.sort((a, b) => a.userKey < b.userKey ? -1 : 1);
}

const featuresOf = (rows: readonly UnorderedRow[]) => rows.map(({ features }) => features);

Deno.test("compareRows() gives the same order of rows under any secret", () => {
  const expected = featuresOf(rowsUnder(1).sort(compareRows));
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 1e6 }), (secret) => {
      assert.deepEqual(featuresOf(rowsUnder(secret).sort(compareRows)), expected);
    }),
    { seed: 7, numRuns: 20 },
  );
});

Deno.test("compareRows() orders rows of equal activity by their features, NaN last, and then by name", () => {
  const row = (userKey: string, ...features: number[]) => ({ userKey, code: 1, features });
  const [a, b, c, d] = [row("d", 1, 2), row("c", 1, NaN), row("a", 3, 0), row("b", 3, 0)];
  assert.deepEqual([d, c, b, a].sort(compareRows), [a, b, c, d]);
});

Deno.test("compareRows() gives an order that says nothing about a feature", () => {
  const rows = rowsUnder(1).sort(compareRows);
  const firstHalf = rows.slice(0, rows.length / 2).reduce((sum, { features: [days] }) => sum + days, 0);
  const all = rows.reduce((sum, { features: [days] }) => sum + days, 0);
  assert.ok(Math.abs(firstHalf / all - 0.5) < 0.1, `${firstHalf / all}`);
});

Deno.test("activityCode() tells apart who came at another moment or did something else", () => {
  const days = [dayOf(3, { purchases: 1 }), dayOf(9, { views: 2 })];
  const others = [
    [days[0]],
    [dayOf(3, { purchases: 1 }), dayOf(10, { views: 2 })],
    [dayOf(3, { purchases: 1 }), dayOf(9, { views: 3 })],
    [dayOf(3, { purchases: 2 }), dayOf(9, { views: 2 })],
  ];
  assert.equal(new Set([days, ...others].map(activityCode)).size, 5);
});

Deno.test("activityCode() does not depend on money, whose last digit depends on the order of its sum", () =>
  assert.equal(
    activityCode([dayOf(3, { purchases: 2, spend: 0.1 + 0.2 })]),
    activityCode([dayOf(3, { purchases: 2, spend: 0.3 })]),
  ));
