import assert from "node:assert/strict";
import fc from "fast-check";
import { seededRandom } from "../../src/core/random.ts";
import { liftWithInfluence, topDecileLift } from "../../src/stats/lift.ts";

const rows = fc.array(fc.record({ y: fc.integer({ min: 0, max: 5 }), p: fc.integer({ min: 0, max: 8 }) }), {
  minLength: 1,
  maxLength: 60,
});

Deno.test("topDecileLift() is 1 where all predictions are equal, and 10 at most", () =>
  fc.assert(fc.property(rows, (found) => {
    const y = found.map((row) => row.y);
    const alike = topDecileLift(y, y.map(() => 3));
    const best = topDecileLift(y, y);
    if (y.every((outcome) => outcome === 0)) return assert.deepEqual([alike, best], [null, null]);
    assert.ok(Math.abs(alike! - 1) < 1e-9);
    assert.ok(best! >= alike! - 1e-9 && best! <= 10 + 1e-9);
  })));

Deno.test("topDecileLift() keeps to the order of predictions alone, whatever the order of rows", () =>
  fc.assert(fc.property(rows, (found) => {
    const lift = (all: typeof found, of: (p: number) => number) =>
      topDecileLift(all.map(({ y }) => y), all.map(({ p }) => of(p)));
    const want = lift(found, (p) => p);
    for (const other of [lift(found.toReversed(), (p) => p), lift(found, (p) => Math.exp(p) - 7)]) {
      if (want === null) assert.equal(other, null);
      else assert.ok(Math.abs(other! - want) < 1e-9);
    }
  })));

Deno.test("topDecileLift() counts equal predictions at the edge in part", () => {
  const y = [4, 0, 1, 1, 1, 1, 1, 1, 0, 0];
  const p = [2, 2, 1, 1, 1, 1, 1, 1, 1, 1]; // the top is one row: half of each of the first two
  assert.equal(topDecileLift(y, p), 2);
});

Deno.test("liftWithInfluence() has the standard error that a bootstrap finds", () => {
  const random = seededRandom(11);
  const n = 2000;
  const p = Float64Array.from({ length: n }, () => random());
  const y = p.map((chance) => random() < chance * chance ? 1 : 0);
  const { influence } = liftWithInfluence(y, p)!;
  const error = Math.sqrt(influence.reduce((sum, x) => sum + x * x, 0));
  const lifts = Array.from({ length: 400 }, () => {
    const chosen = Array.from({ length: n }, () => Math.floor(random() * n));
    return topDecileLift(chosen.map((i) => y[i]), chosen.map((i) => p[i]))!;
  });
  const middle = lifts.reduce((a, b) => a + b) / lifts.length;
  const bootstrap = Math.sqrt(lifts.reduce((sum, x) => sum + (x - middle) ** 2, 0) / (lifts.length - 1));
  assert.ok(Math.abs(error / bootstrap - 1) < 0.15, `${error} against ${bootstrap}`);
});
