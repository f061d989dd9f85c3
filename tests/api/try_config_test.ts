import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { saveCheck } from "../../src/db/cycles/checks.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";
import type { Database } from "../../src/db/connect.ts";
import { WhatIfReport } from "../../src/retraining/what_if.ts";
import { aCheck, findings } from "../retraining/what_if_support.ts";
import { addEndedCycle, evidence, NOW, withApp } from "./support.ts";

/** A check that called for the cycle that was deployed, one after it that waited, and one of long before. */
async function addHistory(sql: Database): Promise<void> {
  const cycleId = await addEndedCycle(sql);
  const ago = (days: number) => new Date(Date.parse(NOW) - days * DAY_MS).toISOString();
  const checks = [
    aCheck(findings({ asOf: NOW }), { cycleId }),
    aCheck(findings({ asOf: ago(3), newCutoffs: 0 })),
    aCheck(findings({ asOf: ago(400), newCutoffs: 0 })),
  ];
  for (const [i, check] of checks.entries()) {
    await saveCheck(sql, { ...check, findings: check.findings as never, workflowRun: `run ${i}` });
  }
}

Deno.test("POST config/try decides history again beside what was answered, and changes nothing", () =>
  withApp(async ({ call, app, sql }) => {
    await addHistory(sql);
    const before = JSON.stringify(await sql`select * from checks order by id`);
    const body = { changes: { routine_cutoffs: 0, models: { churn: { gate: "threshold" } } } };
    const response = await call("POST", "/retraining/config/try", body);
    assert.equal(response.status, 200);
    const simulation = WhatIfReport.parse(await response.json());
    assert.deepEqual(simulation.checks.map((c) => [c.was, c.would]), [["retrain", "wait"], ["wait", "wait"]]);
    assert.deepEqual(simulation.verdicts.map((v) => [v.was, v.would]), [["promote", "no training"]]);
    const churn = simulation.models.find((m) => m.model === "churn")!;
    assert.deepEqual(
      [churn.trainings.was, churn.trainings.fewer, churn.deployments.was, churn.deployments.fewer],
      [1, 1, 1, 1],
    );
    assert.deepEqual((await currentConfig(sql)).version, 0);
    assert.deepEqual(await listAudit(sql), []);
    assert.equal(JSON.stringify(await sql`select * from checks order by id`), before);
    const open = await app.request("/retraining/config/try", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ changes: {}, days: 1000 }),
    });
    assert.deepEqual([open.status, (await open.json()).checks.length], [200, 3]); // no key is needed on loopback
  }));

Deno.test("POST config/try takes a whole configuration as well, and judges verdicts by it", () =>
  withApp(async ({ call, sql }) => {
    await addHistory(sql);
    const response = await call("POST", "/retraining/config/try", { config: { gate: "threshold" } });
    const { verdicts, changes } = WhatIfReport.parse(await response.json());
    assert.deepEqual(changes.map((c) => [c.name, c.before, c.after]), [["gate", "no-harm", "threshold"]]);
    const fall = (evidence.championLoss - evidence.challengerLoss) / evidence.championLoss;
    assert.ok(fall < 0.05);
    assert.deepEqual(verdicts.map((v) => v.would), ["reject"]);
  }));

Deno.test("POST config/try refuses what cannot be used, and names the field", () =>
  withApp(async ({ call }) => {
    for (
      const [body, field] of [
        [{ changes: { confidence: 2 } }, "changes.confidence"],
        [{ changes: { models: { nobody: {} } } }, "models.nobody"],
        [{ config: { gate: "luck" } }, "config.gate"],
        [{ changes: {}, config: {} }, "changes"],
        [{}, "changes"],
        [{ changes: {}, days: 0 }, "days"],
      ] as const
    ) {
      const response = await call("POST", "/retraining/config/try", body);
      assert.deepEqual([response.status, (await response.json()).field], [422, field]);
    }
  }));

Deno.test("PUT config replaces the whole, so that it takes a model's own settings back, in a version of its own", () =>
  withApp(async ({ call, sql }) => {
    await call("PATCH", "/retraining/config", { seed: 5, models: { churn: { seed: 9, confidence: 0.8 } } });
    const put = await call("PUT", "/retraining/config", {
      config: { seed: 5, models: { churn: { seed: 9 } } },
      why: "confidence as for all",
    }, { "If-Match": '"1"' });
    assert.deepEqual([put.status, put.headers.get("etag")], [200, '"2"']);
    const { config } = await currentConfig(sql);
    assert.deepEqual([config.seed, config.models], [5, { churn: { seed: 9 } }]);
    assert.equal((await listAudit(sql))[0].why, "confidence as for all");
    const late = await call("PUT", "/retraining/config", { config: {} }, { "If-Match": '"1"' });
    assert.deepEqual([late.status, (await late.json()).type], [
      412,
      "urn:perennial:problem:changed-meanwhile",
    ]);
    const wrong = await call("PUT", "/retraining/config", { config: { seed: -1 } });
    assert.deepEqual([wrong.status, (await wrong.json()).field], [422, "config.seed"]);
    assert.equal((await currentConfig(sql)).version, 2);
  }));
