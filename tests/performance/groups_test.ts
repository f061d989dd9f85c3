import assert from "node:assert/strict";
import { largestGroups, rowsByGroup, type ShopperGroups } from "../../src/performance/groups.ts";

/** Shoppers of a country each, and of a category each, in numbers. */
function shoppers(countries: Record<string, number>): Map<string, ShopperGroups> {
  const all = Object.entries(countries).flatMap(([country, n]) => Array<string>(n).fill(country));
  return new Map(all.map((country, i) => [`u${i}`, { country: country || null, category: "tea" }]));
}

const namesOf = (groups: ReadonlyMap<string, readonly string[]>) =>
  [...new Set([...groups.values()].flat())].sort();

Deno.test("largestGroups() keeps the five largest countries of at least 30 shoppers", () => {
  const given = shoppers({ A: 70, B: 60, C: 50, D: 40, E: 35, F: 31, G: 29, "": 100 });
  assert.deepEqual(namesOf(largestGroups(given)), ["A", "B", "C", "D", "E"].map((name) => `country ${name}`));
});

Deno.test("largestGroups() leaves out what everybody has in common, and whose place is unknown", () => {
  assert.deepEqual(namesOf(largestGroups(shoppers({ A: 50 }))), []);
  const groups = largestGroups(shoppers({ A: 50, "": 10 }));
  assert.deepEqual(groups.get("u0"), ["country A"]);
  assert.deepEqual(groups.get("u55"), []);
});

Deno.test("rowsByGroup() lists each group's rows; a shopper may have several rows and groups", () => {
  const groups = new Map([[7, ["country A", "category tea"]], [8, ["category tea"]]]);
  assert.deepEqual([...rowsByGroup([7, 9, 8, 7], groups)], [
    ["category tea", [0, 2, 3]],
    ["country A", [0, 3]],
  ]);
});
