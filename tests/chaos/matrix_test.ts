/** The kill matrix itself takes minutes: `deno task chaos workers`. Here: that nothing is missing from it. */
import assert from "node:assert/strict";
import { POINTS } from "./matrix/kills.ts";
import { ACTIVITIES, NOT_REACHED, planOf } from "./matrix/plan.ts";

Deno.test("the matrix has every activity there is, but for those that say why not", () => {
  assert.ok(ACTIVITIES.length > 35);
  for (const name of Object.keys(NOT_REACHED)) {
    assert.ok(ACTIVITIES.includes(name), `there is no ${name} any more`);
  }
  const turns = [0, 1, 2].map((turn) => planOf([...ACTIVITIES, "brandNew"], { turn, backtests: true }));
  for (const name of [...ACTIVITIES, "brandNew"]) {
    const points = new Set(turns.map((plan) => plan.get(name)));
    assert.deepEqual(points, new Set(name in NOT_REACHED ? [undefined] : POINTS), name);
  }
});
