/** A model that is retired while its cycle runs: what is left of the cycle is no failure, and opens no alert. */
import assert from "node:assert/strict";
import { scoreServed } from "../../activities/backtest/score.ts";
import { createReportActivities } from "../../activities/report.ts";
import { createTrainActivities } from "../../activities/train.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { saveRestored, saveRetired } from "../../src/db/models/retired.ts";
import { cycle, EARLIER_MS, inShop, run } from "./weekly_shop.ts";

Deno.test("a cycle whose model is retired meanwhile ends as cancelled; of one in use it is a failure", () =>
  inShop(async (deps) => {
    const { sql, models } = deps;
    const { cycleId } = await cycle(deps, 1, EARLIER_MS);
    const [[model, definition]] = models;
    const job = { cycleId, model, snapshotId: "" };
    const report = (error: string) =>
      run(createReportActivities(deps).reportCycle, { cycleId, model, outcome: "failed" as const, error });

    await saveRetired(sql, { model, by: "ann", why: "no use" });
    models.delete(model);
    await assert.rejects(
      run(createTrainActivities(deps).trainChallenger, job),
      /There is no model "buyers"|buyers/,
    );
    await report('there is no model "buyers"');
    assert.equal((await getCycle(sql, cycleId)).outcome, "cancelled");
    assert.deepEqual(await listAlerts(sql, { open: true, limit: 10 }), []);

    models.set(model, definition);
    await saveRestored(sql, model);
    await report("the disk is full");
    assert.deepEqual((await listAlerts(sql, { open: true, limit: 10 })).map(({ kind }) => kind), [
      "cycle failed",
    ]);
  }));

Deno.test("a backtest whose model is retired meanwhile says so; no retry would bring it back", async () => {
  const step = { backtest: {} as never, model: "buyers", asOf: "2026-01-01", live: false };
  const scoring = scoreServed({ models: new Map() } as never, {} as never, step);
  await assert.rejects(scoring, { name: "NotFoundError", message: /model "buyers"/ });
});
