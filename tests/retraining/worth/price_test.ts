import assert from "node:assert/strict";
import fc from "fast-check";
import { lossWorth } from "../../../src/retraining/worth/loss_worth.ts";
import { PriceBasis, priceOf, priceOfBudget, priceText } from "../../../src/retraining/worth/price.ts";
import { trainingsAt } from "../../../src/retraining/worth/replay_history.ts";
import { inputOf, versionsThrough, windowsOf } from "./support.ts";

const MONEY = {
  by: "money",
  trainingSeconds: 1800,
  machineHourCost: 4,
  personCost: 10,
  lossWorth: 600,
  lossWorthError: 90,
  comparisons: 12,
} as const;

Deno.test("priceOf() divides the cost of a training by what a unit of loss costs in a window", () => {
  assert.equal(priceOf(MONEY, { level: 0.5 }), 12 / 600);
  assert.match(priceText(MONEY), /^priced at 12 in money, where one unit of loss costs 600 at one cut-off/);
});

Deno.test("priceOf() takes a share of the level, and says why where something else was asked for", () => {
  const share = { by: "share", share: 0.2, instead: null } as const;
  assert.equal(priceOf(share, { level: 500_000 }), 100_000);
  assert.match(
    priceText({ ...share, instead: "not stated: contact_cost" }),
    /20 % .*, since not stated: contact_cost$/,
  );
});

Deno.test("PriceBasis refuses money without what a loss costs", () => {
  const { lossWorth: _, ...without } = MONEY;
  assert.equal(PriceBasis.safeParse(without).success, false);
  assert.equal(PriceBasis.safeParse({ ...MONEY, lossWorth: 0 }).success, false);
});

Deno.test("lossWorth() finds the slope of money on loss, and says nothing where it cannot be told", () => {
  const exchanges = (slope: number, noise: number) =>
    Array.from({ length: 24 }, (_, i) => {
      const loss = 0.01 * Math.sin(i + 1);
      return { window: i >> 2, loss, money: slope * loss + noise * Math.cos(7 * i) };
    });
  const { worth, error, comparisons } = lossWorth(exchanges(300, 0.1))!;
  assert.ok(Math.abs(worth - 300) < 3 * error + 1 && error > 0, `${worth} give or take ${error}`);
  assert.equal(comparisons, 24);
  assert.equal(lossWorth(exchanges(-300, 0.1)), null, "who loses less earns less");
  assert.equal(lossWorth(exchanges(1, 50)), null, "chance rules");
  assert.equal(lossWorth(exchanges(300, 0).slice(0, 8)), null, "two windows");
  assert.equal(lossWorth([]), null);
});

Deno.test("trainingsAt() falls with the price, down to none", () => {
  const versions = versionsThrough([0, 4, 9]);
  const windows = windowsOf(versions, { count: 20, lossOf: ({ through }, j) => 1 + 0.05 * (j - through) });
  const input = inputOf(versions, windows);
  const counts = [0.0001, 0.05, 0.5, 5, 500].map((price) => trainingsAt(input, price));
  assert.ok(counts[0] >= 10, `${counts}`);
  assert.equal(counts.at(-1), 0);
  counts.slice(1).forEach((count, i) => assert.ok(count <= counts[i], `${counts}`));
  const budget = { trainings: 2, windows: 10 };
  const price = priceOfBudget(budget, { windows: 20, level: 1, trainingsAt: (at) => trainingsAt(input, at) });
  assert.ok(trainingsAt(input, price) <= 4 && trainingsAt(input, price) >= 1, `${price}`);
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
