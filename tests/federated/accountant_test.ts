import assert from "node:assert/strict";
import fc from "fast-check";
import { epsilonOf, type NoisedRounds, sampledGaussianRdp } from "../../src/federated/accountant.ts";
import golden from "../golden/federated.json" with { type: "json" };

const near = (actual: number, want: number, tolerance: number) =>
  assert.ok(Math.abs(actual - want) <= tolerance * Math.max(1, Math.abs(want)), `${actual} is not ${want}`);

for (const { mechanisms, delta, epsilon, epsilonAtItsOwnOrders, rdp } of golden.cases) {
  const what = mechanisms.map(({ sampling, noise, rounds }) => `q ${sampling}, z ${noise}, ${rounds} rounds`);
  Deno.test(`epsilonOf() agrees with ${golden.madeBy}: ${what.join(" and ")}, delta ${delta}`, () => {
    near(epsilonOf(mechanisms, delta), epsilon, 1e-9);
    for (const [order, want] of Object.entries(rdp)) {
      const sum = mechanisms.reduce((all, m) => all + m.rounds * sampledGaussianRdp(Number(order), m), 0);
      near(sum, want, 1e-9);
    }
    const found = epsilonOf(mechanisms, delta);
    assert.ok(found >= epsilonAtItsOwnOrders - 1e-6, "whole orders alone may not claim more privacy");
    assert.ok(found <= epsilonAtItsOwnOrders * 1.05 + 1e-9, `${found} is far above ${epsilonAtItsOwnOrders}`);
  });
}

const rounds = fc.record({
  sampling: fc.double({ min: 0.001, max: 1, noNaN: true }),
  noise: fc.double({ min: 0.5, max: 20, noNaN: true }),
  rounds: fc.integer({ min: 1, max: 500 }),
});

Deno.test("epsilonOf() grows with rounds and sampling, and falls with noise and delta", () => {
  fc.assert(
    fc.property(rounds, (m: NoisedRounds) => {
      const spent = epsilonOf([m], 1e-5);
      assert.ok(epsilonOf([{ ...m, rounds: m.rounds + 1 }], 1e-5) >= spent);
      assert.ok(epsilonOf([{ ...m, sampling: m.sampling / 2 }], 1e-5) <= spent);
      assert.ok(epsilonOf([{ ...m, noise: m.noise * 2 }], 1e-5) <= spent);
      assert.ok(epsilonOf([m], 1e-6) >= spent);
      near(
        epsilonOf([{ ...m, rounds: 3 }, { ...m, rounds: 4 }], 1e-5),
        epsilonOf([{ ...m, rounds: 7 }], 1e-5),
        1e-9,
      );
    }),
    { seed: 18, numRuns: 50 },
  );
});

Deno.test("epsilonOf() is infinite without noise, 0 without rounds, and refuses what is no probability", () => {
  assert.equal(epsilonOf([{ sampling: 0.1, noise: 0, rounds: 1 }], 1e-5), Infinity);
  assert.equal(epsilonOf([], 1e-5), 0);
  assert.equal(epsilonOf([{ sampling: 0.1, noise: 0, rounds: 0 }], 1e-5), 0);
  assert.throws(() => epsilonOf([{ sampling: 0.1, noise: 1, rounds: 1 }], 0), RangeError);
  assert.throws(() => epsilonOf([{ sampling: 1.1, noise: 1, rounds: 1 }], 1e-5), RangeError);
  assert.throws(() => epsilonOf([{ sampling: 0.5, noise: -1, rounds: 1 }], 1e-5), RangeError);
});
