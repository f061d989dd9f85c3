/** Days on their way to another thread. */
import assert from "node:assert/strict";
import { seededRandom } from "../../src/core/random.ts";
import { invent } from "../../src/features/invented.ts";
import { DAYS_AT_ONCE, packDays, runsOf, unpackDays } from "../../src/features/packed_days.ts";
import { dayOf } from "./shoppers.ts";

Deno.test("days come out of their package as they went in, of each shopper and frozen", () => {
  const random = seededRandom(5);
  const looked = { atMs: 5, kind: 0, session: NaN, category: 3, price: NaN };
  const shoppers = [
    [],
    ...Array.from({ length: 20 }, () => invent(random, ["review", "wait"]).days),
    [dayOf(1), dayOf(2, { newest: [] }), dayOf(3, { newest: [looked, looked], own: [] })],
    [],
  ];
  const unpacked = [...unpackDays(packDays(shoppers))];
  assert.deepEqual(unpacked, shoppers);
  assert.ok(unpacked.flat().every((day) => Object.isFrozen(day) && Object.isFrozen(day.products)));
  assert.deepEqual([...unpackDays(packDays([]))], []);
});

Deno.test("runsOf() keeps every shopper in its order, however many days it has", () => {
  const days = [0, DAYS_AT_ONCE * 3, 1, DAYS_AT_ONCE - 3, 0, 0, 7];
  const runs = [...runsOf(days, (n) => n)];
  assert.deepEqual(runs, [[0, DAYS_AT_ONCE * 3], [1, DAYS_AT_ONCE - 3], [0, 0, 7]]);
  assert.deepEqual([...runsOf([], () => 1)], []);
});
