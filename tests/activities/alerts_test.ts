import assert from "node:assert/strict";
import { MockActivityEnvironment } from "@temporalio/testing";
import { createAlertActivities } from "../../activities/alerts.ts";
import { type CheckResult, createCheckActivities } from "../../activities/check.ts";
import { createReportActivities, failedKey, sameFailure } from "../../activities/report.ts";
import { closeAlertsOf, listAlerts, openAlert } from "../../src/db/alerts/alerts.ts";
import type { Database } from "../../src/db/connect.ts";
import { openCycle } from "../../src/db/cycles/cycles.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import churn from "../../src/models/churn.ts";
import type { Outcome } from "../../src/retraining/cycle.ts";
import { anAlert, NotingChannel, NOW_MS } from "../app/alerts/support.ts";
import { withDatabase } from "../db/database.ts";
import { addVersions, AS_OF, deployment } from "../db/models_support.ts";
import {
  addLook,
  aDriftReport,
  aFinding,
  aPerformanceReport,
  aQualityReport,
} from "../monitoring/reports.ts";

const at = (day: number) => new Date(Date.UTC(2011, 8, day)).toISOString();

/** A shop in which version 1 of churn serves. */
const inShop = (
  work: (
    sql: Database,
    alerts: ReturnType<typeof createAlertActivities>,
    channel: NotingChannel,
  ) => Promise<void>,
) =>
  withDatabase(async (sql) => {
    await addVersions(sql, 2);
    await moveServing(sql, deployment(1, null));
    const channel = new NotingChannel("log");
    const deps = { sql, clock: () => NOW_MS, log: () => undefined, models: new Map([["churn", churn]]) };
    await work(sql, createAlertActivities({ ...deps, channels: new Map([["log", channel]]) }), channel);
  });

const openKeys = async (sql: Database) => (await listAlerts(sql)).map(({ key }) => key).sort();
const healthy = { quality: { answer: "sound" as const, findings: [] }, drift: { answer: "stable" as const } };

Deno.test("settleAlerts() opens by the newest looks, and closes by two healthy ones; each look counts once", () =>
  inShop(async (sql, alerts) => {
    await addLook(sql, "quality", aQualityReport({ asOf: at(1) }));
    await addLook(sql, "drift", aDriftReport({ version: 1, asOf: at(1) }));
    await addLook(sql, "performance", aPerformanceReport({ version: 1, asOf: at(1), answer: "fell" }));
    for (let turn = 0; turn < 3; turn++) assert.deepEqual(await alerts.settleAlerts(), { opened: 3 });
    assert.deepEqual((await listAlerts(sql)).map(({ seen }) => seen), [1, 1, 1]);
    for (const [day, want] of [[2, 3], [3, 0]]) {
      await addLook(sql, "quality", aQualityReport({ asOf: at(day), ...healthy.quality }));
      await addLook(sql, "drift", aDriftReport({ version: 1, asOf: at(day), ...healthy.drift }));
      await addLook(sql, "performance", aPerformanceReport({ version: 1, asOf: at(day), forecast: null }));
      for (let turn = 0; turn < 3; turn++) assert.deepEqual(await alerts.settleAlerts(), { opened: want });
    }
  }));

Deno.test("settleAlerts() does not open again by a look at a version that no longer serves", () =>
  inShop(async (sql, alerts) => {
    await addLook(sql, "quality", aQualityReport({ findings: [aFinding()] }));
    await addLook(sql, "drift", aDriftReport({ version: 1 }));
    await alerts.settleAlerts();
    await moveServing(sql, deployment(2, 1));
    await closeAlertsOf(sql, "churn", { why: "another version", nowMs: NOW_MS });
    await addLook(sql, "drift", aDriftReport({ version: 1, asOf: at(2) }));
    await alerts.settleAlerts();
    assert.deepEqual(await openKeys(sql), ["quality/unit jump/price/2011-08-30"]);
  }));

Deno.test("dueDeliveries() and deliver() tell each alert once, however often they are asked", () =>
  inShop(async (sql, alerts, channel) => {
    await addLook(sql, "drift", aDriftReport({ version: 1 }));
    await alerts.settleAlerts();
    const due = await alerts.dueDeliveries({ limit: 50 });
    for (const id of [...due, ...due]) await alerts.deliver({ id });
    assert.deepEqual(channel.sent.map(({ body }) => body.key), ["drift/churn/1"]);
    assert.deepEqual(await alerts.dueDeliveries({ limit: 50 }), []);
  }));

for (
  const [outcome, want] of [
    ["failed", ["cycle-failed/churn"]],
    ["cancelled", ["cycle-failed/churn"]],
    ["rejected", []],
    ["inconclusive", []],
  ] as [Outcome, string[]][]
) {
  Deno.test(`reportCycle() leaves ${want.length} alert open, when a cycle failed and the next one is ${outcome}`, () =>
    withDatabase(async (sql) => {
      const { reportCycle } = createReportActivities({ sql, clock: () => NOW_MS } as never);
      for (const [number, ended] of (["failed", outcome] as const).entries()) {
        const cycleId = `retrainer/churn/cycle/${number + 1}`;
        await openCycle(sql, {
          id: cycleId,
          model: "churn",
          number: number + 1,
          runId: cycleId,
          trigger: "interval",
          requestedBy: null,
          asOf: AS_OF,
          reasons: [],
          champion: null,
        });
        await reportCycle({ cycleId, model: "churn", outcome: ended, error: "the disk is full" });
      }
      assert.deepEqual(await openKeys(sql), want);
      const [{ title, kind, severity }] = await listAlerts(sql, { open: false });
      assert.deepEqual([kind, severity], ["cycle failed", outcome === "failed" ? "critical" : "warning"]);
      assert.match(
        title,
        /^churn: retrainer\/churn\/cycle\/\d failed: the disk is full\. What served goes on serving/,
      );
    }));
}

for (
  const [before, now, same] of [
    ["the disk is full", "the disk is full", true],
    ["cycle 7 ran out of time after 120 s", "cycle 8 ran out of time after 121 s", true],
    ["artefact 0a1b2c3d4e5f is damaged", "artefact ffeeddccbbaa is damaged", true],
    ["the disk is full", "date/time field value out of range", false],
    [null, "the disk is full", false],
  ] as const
) {
  Deno.test(`sameFailure() is ${same}, when "${now}" follows "${before}"`, () =>
    assert.equal(sameFailure(before, now), same));
}

Deno.test("checkTrigger() that runs through and retrains nothing closes the alert of the cycle that failed", () =>
  withDatabase(async (sql) => {
    const store = {} as never; // nothing is labelled: nothing is read
    const deps = { sql, clock: () => NOW_MS, store, models: new Map([["churn", churn]]), codeVersion: "c1" };
    await openAlert(sql, anAlert({ key: failedKey("churn"), kind: "cycle failed" }), { nowMs: NOW_MS });
    const { checkTrigger } = createCheckActivities(deps as never);
    const cycle = { cycleId: "retrainer/churn/cycle/2", model: "churn", number: 2, requestedBy: null };
    const checked = await new MockActivityEnvironment().run(checkTrigger, {
      ...cycle,
      trigger: "interval" as const,
      asOf: AS_OF,
    });
    assert.notEqual((checked as CheckResult).answer, "retrain");
    const [{ closedWhy }] = await listAlerts(sql, { open: false });
    assert.match(closedWhy!, /^the check of .* ran through: /);
  }));
