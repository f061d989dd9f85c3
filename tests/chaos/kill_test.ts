/**
 * kill -9 in the suite: of the whole installation at the moments at which most can go wrong, and of workers at every
 * activity. `deno task chaos` does all of it, and freezes and stops as well.
 */
import assert from "node:assert/strict";
import { liveThroughKills } from "./life.ts";
import { POINTS } from "./matrix/kills.ts";
import { ACTIVITIES, NOT_REACHED, planOf } from "./matrix/plan.ts";
import { runMatrix } from "./matrix/run.ts";

const options = { ignore: Deno.build.os !== "linux", sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "kill -9 of everything loses nothing and does nothing twice",
  options,
  (t) => liveThroughKills(async (name, work) => assert.ok(await t.step(name, work), name), { long: false }),
);

Deno.test(
  "kill -9 of the worker in every activity loses nothing and does nothing twice",
  options,
  async () => {
    const plan = planOf(ACTIVITIES, { turn: 2, backtests: false });
    const { kills } = await runMatrix(plan, { backtests: false, fate: "kill" });
    const missed = kills.filter(({ hitAt }) => hitAt === null).map(({ activity }) => activity);
    assert.deepEqual(missed, [], "each was killed");
    assert.deepEqual(kills.filter(({ recoveredMs }) => recoveredMs === null), [], "each was done in the end");
  },
);

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
