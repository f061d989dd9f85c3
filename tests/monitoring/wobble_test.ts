import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { type Moment, wobble } from "../../src/monitoring/wobble.ts";

const LAG_DAYS = 42;

/** A column every second week: shoppers differ, and each week moves all of them by a common shock. */
function history(seed: number, { weeks = 26, rows = 150, shock = 0.2, change = 0 } = {}) {
  const normal = gaussian(seededRandom(seed));
  const moments = Array.from({ length: weeks }, (_, i): Moment => {
    const common = shock * normal() + (i === weeks - 1 ? change : 0);
    return { atMs: i * 14 * DAY_MS, values: Float32Array.from({ length: rows }, () => common + normal()) };
  });
  const current = moments[weeks - 1];
  const reference = moments[weeks - 1 - LAG_DAYS / 14];
  return { reference, current, past: moments.slice(0, -1) };
}

Deno.test("wobble() calls unusual only what exceeds the shop's own ups and downs, when weeks move all shoppers at once", () => {
  const runs = 400;
  let alarms = 0;
  for (let seed = 0; seed < runs; seed++) {
    if (wobble({ ...history(seed), alpha: 0.05 })!.p < 0.05) alarms++;
  }
  // 20 expected; a test that takes shoppers for independent is wrong here in most runs
  assert.ok(alarms <= 33, `${alarms} of ${runs} at 5 %: above the 99.9 % limit`);
  assert.ok(alarms >= 4, `${alarms} of ${runs} at 5 %: it never speaks`);
});

Deno.test("wobble() sees a move well beyond them, and about 80 % of those as large as it says it would see", () => {
  const runs = 200;
  const seenOf = (change: number) => {
    let seen = 0;
    for (let seed = 0; seed < runs; seed++) {
      if (wobble({ ...history(1000 + seed, { change }), alpha: 0.05 })!.p < 0.05) seen++;
    }
    return seen / runs;
  };
  assert.ok(seenOf(1.5) > 0.95);
  const smallest = Array.from({ length: 50 }, (_, i) => wobble({ ...history(i), alpha: 0.05 })!.smallest);
  const typical = smallest.sort((a, b) => a - b)[25];
  const seen = seenOf(typical);
  assert.ok(seen > 0.65 && seen < 0.95, `${seen} of shifts of ${typical} sd were seen`);
});

for (
  const [name, past] of [
    ["no history", []],
    ["two stretches", history(1, { weeks: 6 }).past],
  ] as const
) {
  Deno.test(`wobble() cannot tell, with ${name}`, () => {
    const { reference, current } = history(1, { weeks: 6 });
    assert.equal(wobble({ reference, current, past, alpha: 0.05 }), null);
  });
}

Deno.test("wobble() takes shoppers without a value for the lowest, so that a null burst is a move", () => {
  const { reference, current, past } = history(3);
  const burst = { ...current, values: Array.from(current.values, (v, i) => i % 2 === 0 ? NaN : v) };
  assert.ok(wobble({ reference, current: burst, past, alpha: 0.05 })!.p < 0.02);
  const constant = (m: Moment): Moment => ({ ...m, values: new Float32Array(10) });
  const still = wobble({
    reference: constant(reference),
    current: constant(current),
    past: past.map(constant),
    alpha: 0.05,
  });
  assert.equal(still!.p, 1);
});
