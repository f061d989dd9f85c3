import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { isActive } from "../../src/features/population.ts";
import { dayOf, START_MS } from "./shoppers.ts";

const asOfMs = START_MS + 100 * DAY_MS;
for (
  const [name, days, activity, want] of [
    ["counts a purchase inside the window", [dayOf(50, { purchases: 1 })], "purchase", true],
    ["forgets a purchase before it", [dayOf(9, { purchases: 1 })], "purchase", false],
    ["asks for a purchase", [dayOf(99, { views: 3 })], "purchase", false],
    ["takes any event, where any will do", [dayOf(99, { views: 3 })], "any", true],
    [
      "looks behind later days without a purchase",
      [dayOf(50, { purchases: 1 }), dayOf(60)],
      "purchase",
      true,
    ],
    ["is false without a history", [], "any", false],
  ] as const
) {
  Deno.test(`isActive() ${name}`, () =>
    assert.equal(isActive(days, asOfMs, { activeDays: 90, activity }), want));
}
