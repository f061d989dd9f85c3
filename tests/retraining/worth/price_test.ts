import assert from "node:assert/strict";
import fc from "fast-check";
import { NEUTRAL_PRICE, Price, priceOf, priceOfBudget } from "../../../src/retraining/worth/price.ts";

Deno.test("priceOf() divides the cost of a training by what a unit of loss costs in a window", () => {
  const price = Price.parse({
    by: "money",
    trainingSeconds: 1800,
    machineHourCost: 4,
    personCost: 10,
    lossWorth: 600,
  });
  assert.ok(price.by === "money");
  assert.equal(priceOf(price, { level: 0.5 }), 12 / 600);
});

Deno.test("priceOf() takes points as shares of the level, also the neutral one", () => {
  assert.ok(NEUTRAL_PRICE.by === "points");
  assert.equal(priceOf(NEUTRAL_PRICE, { level: 0.5 }), 0.025);
  assert.equal(priceOf({ by: "points", points: 0.2 }, { level: 500_000 }), 100_000);
});

Deno.test("Price refuses money without what a loss costs", () => {
  const money = { by: "money", trainingSeconds: 1, machineHourCost: 1, personCost: 0 };
  assert.equal(Price.safeParse(money).success, false);
  assert.equal(Price.safeParse({ ...money, lossWorth: 0 }).success, false);
});

Deno.test("priceOfBudget() is the lowest price that keeps to the budget", () => {
  const gains = fc.array(fc.double({ min: 0.001, max: 5, noNaN: true }), { minLength: 1, maxLength: 30 });
  fc.assert(fc.property(gains, fc.integer({ min: 1, max: 10 }), (worth, trainings) => {
    const trainingsAt = (price: number) => worth.filter((gain) => gain > price).length;
    const price = priceOfBudget({ trainings, windows: 13 }, { windows: 26, level: 1, trainingsAt });
    assert.ok(trainingsAt(price) <= 2 * trainings);
    if (price > 1e-4) assert.ok(trainingsAt(price * 0.999) > 2 * trainings);
  }));
});
