import assert from "node:assert/strict";
import fc from "fast-check";
import { gainOf, type Outlook, planOf } from "../../../src/retraining/worth/plan.ts";

const share = fc.double({ min: 0, max: 1, noNaN: true });
const small = fc.double({ min: -0.05, max: 0.2, noNaN: true });
const outlooks: fc.Arbitrary<Outlook> = fc.record({
  lag: fc.record({ maturity: small, ageing: small, behind: small, lack: small, sd: fc.constant(0.1) }),
  learned: share,
  newer: fc.integer({ min: 1, max: 12 }),
  learnedLater: share.map((growth) => (windows: number) => Math.log1p(growth * windows)),
  passing: fc.double({ min: 0.5, max: 1, noNaN: true }),
  inherited: share,
  ahead: fc.integer({ min: 1, max: 5 }),
  passes: fc.constant(1),
});
const prices = fc.double({ min: 0, max: 2, noNaN: true });

/** The cost of one schedule: at which windows a version is trained. */
function costOf(outlook: Outlook, price: number, trains: readonly boolean[]): number {
  const { lag, learned, newer, learnedLater, passing, inherited, ahead } = outlook;
  let cost = 0;
  let trained: number | null = null;
  trains.forEach((train, window) => {
    if (train) {
      trained = window;
      cost += price;
    }
    const there = passing ** (window + ahead);
    cost += trained === null
      ? lag.maturity * learned + lag.ageing * newer + lag.behind * there
      : lag.lack * inherited ** (trained + 1) * there - lag.ageing * trained -
        lag.maturity * learnedLater(trained);
  });
  return cost;
}

Deno.test("planOf() finds what trying every schedule finds", () => {
  fc.assert(fc.property(outlooks, prices, fc.integer({ min: 1, max: 7 }), (outlook, price, horizon) => {
    let now = Infinity;
    let waiting = Infinity;
    for (let schedule = 0; schedule < 2 ** horizon; schedule++) {
      const trains = Array.from({ length: horizon }, (_, window) => (schedule >> window) % 2 === 1);
      const cost = costOf(outlook, price, trains);
      if (trains[0]) now = Math.min(now, cost);
      else waiting = Math.min(waiting, cost);
    }
    const found = planOf(outlook, { price, horizon });
    assert.ok(Math.abs(found.now - now) < 1e-9);
    assert.ok(Math.abs(found.waiting - waiting) < 1e-9);
  }));
});

Deno.test("a training is worth no more, the less likely it passes the gate", () => {
  fc.assert(fc.property(outlooks, prices, share, (outlook, price, passes) => {
    const advantage = (chance: number) => {
      const { now, waiting } = planOf({ ...outlook, passes: chance }, { price, horizon: 1 });
      return waiting - now;
    };
    assert.ok(advantage(passes) <= Math.max(advantage(1), -price) + 1e-9);
  }));
});

Deno.test("where loss grows with age alone, trainings come about every sqrt(2 price / ageing) windows", () => {
  const ageing = 0.01;
  for (const price of [0.08, 0.32, 0.72]) {
    const period = Math.sqrt(2 * price / ageing);
    const isDue = (newer: number) => {
      const lag = { maturity: 0, ageing, behind: 0, lack: 0, sd: 0 };
      const rest = { learned: 0, learnedLater: () => 0, passing: 1, inherited: 0, ahead: 1, passes: 1 };
      const { now, waiting } = planOf({ lag, newer, ...rest }, { price, horizon: 200 });
      return now < waiting;
    };
    let first = 1;
    while (!isDue(first)) first++;
    assert.ok(Math.abs(first - period) <= 1, `first after ${first} windows, not about ${period}`);
  }
});

Deno.test("gainOf() fades where what a version has fallen behind by passes", () => {
  const lag = { maturity: 0, ageing: 0, behind: 1, lack: 0, sd: 0 };
  const outlook = {
    lag,
    learned: 0,
    newer: 3,
    learnedLater: () => 0,
    passing: 0.5,
    inherited: 0,
    ahead: 1,
    passes: 1,
  };
  assert.deepEqual([0, 1, 2].map((m) => gainOf(outlook, m)), [0.5, 0.25, 0.125]);
});
