import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { closeAlert, openAlert } from "../../src/db/alerts/alerts.ts";
import { endCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { planOf } from "../rollout/support.ts";
import { beginRollout } from "../../src/app/registry/rollout_moves.ts";
import { addEndedCycle, NOW } from "../api/support.ts";
import { anAlert, NOW_MS } from "../app/alerts/support.ts";
import { withServed } from "../cli/support.ts";
import { realSite } from "./real_site.ts";

const oneLine = (text: string) => text.replaceAll(/\s+/g, " ").trim();

Deno.test("API, command, pages and the live stream tell one story of a real database, step by step", () =>
  withServed(async ({ call, run, sql }) => {
    const { get, refresh } = await realSite(sql);
    const says = async (churn: string) => {
      const status = await (await call("GET", "/retraining/status")).json();
      assert.ok(status.headline.startsWith(churn), `${status.headline} for ${churn}`);
      assert.equal(
        oneLine(parseHTML(await get("/")).document.querySelector("h1")!.textContent),
        status.headline,
      );
      assert.equal(JSON.parse(await get("/live")).status.headline, status.headline);
      assert.ok(oneLine((await run(["status"])).out).startsWith(status.headline));
      assert.deepEqual(JSON.parse((await run(["status", "--json"])).out), status);
    };
    await says("Churn and spending have no model yet. Automatic retraining is stopped for both.");
    for (const model of ["churn", "spending"]) {
      await saveRetrainer(sql, { model, active: true, nextCheckAt: null, runningCycle: null });
    }
    await says("Churn and spending have no model yet and are waiting for data.");
    await addEndedCycle(sql);
    await says("Churn is healthy and is waiting for data.");
    const { id } = await openAlert(sql, anAlert(), { nowMs: NOW_MS });
    await says("Churn has drifting inputs and is waiting for data.");
    await call("POST", `/alerts/${id}/acknowledge`, { why: "known" });
    await says("Churn has drifting inputs and is waiting for data.");
    const damaged = anAlert({ key: "damaged/churn/1", kind: "damaged", severity: "critical" });
    await openAlert(sql, damaged, { nowMs: NOW_MS });
    await says("Churn needs attention and is waiting for data.");
    for (const { key } of [anAlert(), damaged]) await closeAlert(sql, key, { why: "gone", nowMs: NOW_MS });
    await addEndedCycle(sql, { number: 2, outcome: "rejected" });
    await says("Churn is healthy and is waiting for data.");
    await call("POST", "/models/churn/promote", { version: 2, why: "the season" });
    await says("Churn serves v2, promoted by hand, and is waiting for data.");
    await call("POST", "/models/churn/rollback", { why: "complaints" });
    await says("Churn was rolled back to v1 and is waiting for data.");
    await addEndedCycle(sql, { number: 3, outcome: "failed", error: "out of memory" });
    await says("Churn failed in its last cycle and is waiting for data; v1 keeps serving.");
    await openCycle(sql, {
      id: "retrainer/churn/cycle/4",
      model: "churn",
      number: 4,
      runId: "run 4",
      trigger: "force",
      requestedBy: "ann",
      asOf: NOW,
      reasons: [],
      champion: 1,
    });
    await says("Churn failed in its last cycle and is being retrained; v1 keeps serving.");
    await endCycle(sql, "retrainer/churn/cycle/4", "rejected", null);
    await says("Churn was rolled back to v1 and is waiting for data.");
    await openAlert(sql, damaged, { nowMs: NOW_MS });
    await says("Churn needs attention and is waiting for data.");
    await closeAlert(sql, damaged.key, { why: "gone", nowMs: NOW_MS });
    const worker = anAlert({
      key: "stalled worker",
      kind: "stalled worker",
      model: null,
      severity: "critical",
    });
    await openAlert(sql, worker, { nowMs: NOW_MS });
    await says("Churn was rolled back to v1 and is waiting for data. Spending");
    assert.match(
      (await (await call("GET", "/retraining/status")).json()).headline,
      /Installation: 1 open alert\.$/,
    );
    await closeAlert(sql, worker.key, { why: "gone", nowMs: NOW_MS });
    await call("POST", "/models/churn/promote", { version: 1, why: "it is the good one" });
    await beginRollout(sql, {
      id: "rollout/churn/v3",
      model: "churn",
      cycleId: "retrainer/churn/cycle/3",
      champion: 1,
      challengers: [3],
      plan: planOf({ champion: 1, challengers: [3] }),
      shares: [{ version: 3, share: 0.05 }],
      asOf: NOW,
      replayed: false,
      beganBy: "a cycle",
      why: "better",
    });
    const rollouts = async () => oneLine(parseHTML(await get("/rollouts")).document.body.textContent);
    await says("Churn serves v1, promoted by hand, and is rolling out v3.");
    await call("POST", "/models/churn/rollout/pause", { why: "the sale" });
    await says("Churn serves v1, promoted by hand, and has the rollout of v3 paused.");
    assert.match(await rollouts(), /The rollout is paused\..*Paused, shown to 5 %/);
    assert.match((await run(["rollouts"])).out, /canary +paused/);
    await call("POST", "/models/churn/rollout/resume", { why: "it is over" });
    await says("Churn serves v1, promoted by hand, and is rolling out v3.");
    assert.doesNotMatch(await rollouts(), /paused/i);
    assert.equal((await call("POST", "/models/churn/retire", { why: "no longer sold" })).status, 200);
    await refresh(); // the pages' own
    await says("Spending has no model yet and is waiting for data.");
    assert.match(await rollouts(), /No rollout is running\. Version 3 of churn was rolled back/);
    assert.match((await run(["rollouts"])).out, /canary +rolled back/);
  }));
