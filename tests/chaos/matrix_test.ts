/**
 * kill -9 of workers at every activity, each once; `deno task chaos` has every point, freezes and clean stops, and
 * backtests.
 */
import assert from "node:assert/strict";
import { POINTS } from "./matrix/kills.ts";
import { ACTIVITIES, NOT_REACHED, planOf } from "./matrix/plan.ts";
import { runMatrix } from "./matrix/run.ts";

const options = { ignore: Deno.build.os !== "linux", sanitizeOps: false, sanitizeResources: false };

Deno.test("kill -9 of the worker in every activity loses nothing and repeats nothing", options, async () => {
  const plan = planOf(ACTIVITIES, { turn: 2, backtests: false });
  const { kills } = await runMatrix(plan, { backtests: false, fate: "kill" });
  const missed = kills.filter(({ hitAt }) => hitAt === null).map(({ activity }) => activity);
  assert.deepEqual(missed, [], "each was killed");
  assert.deepEqual(kills.filter(({ recoveredMs }) => recoveredMs === null), [], "each was done in the end");
});

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
