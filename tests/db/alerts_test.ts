import assert from "node:assert/strict";
import { HOUR_MS } from "../../src/core/time.ts";
import {
  acknowledgeAlert,
  closeAlert,
  closeAlertsOf,
  escalateAlerts,
  getAlert,
  listAlerts,
  openAlert,
} from "../../src/db/alerts/alerts.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { listDeliveries } from "../../src/db/alerts/deliveries.ts";
import { ConflictError, NotFoundError } from "../../src/core/errors.ts";
import { anAlert, BOTH, NOW_MS, setConfig, toldOf } from "../app/alerts/support.ts";
import { withDatabase } from "./database.ts";

const at = (hours: number) => ({ channels: BOTH, nowMs: NOW_MS + hours * HOUR_MS });
const gone = (hours: number) => ({ why: "gone", nowMs: NOW_MS + hours * HOUR_MS });
const iso = (hours: number) => new Date(NOW_MS + hours * HOUR_MS).toISOString();

Deno.test("openAlert() opens a key once and tells it once; later it is seen again, with its newest words", () =>
  withDatabase(async (sql) => {
    const first = await openAlert(sql, anAlert(), at(0));
    const again = await openAlert(sql, anAlert({ title: "newer", detail: { n: 2 } }), at(3));
    assert.deepEqual(
      [again.id, again.seen, again.title, again.detail, again.openedAt, again.lastSeenAt],
      [first.id, 2, "newer", { n: 2 }, iso(0), iso(3)],
    );
    const deliveries = await listDeliveries(sql, first.id);
    assert.deepEqual(deliveries.map((d) => [d.event, d.channel, d.body.title]), [
      ["opened", "log", anAlert().title],
      ["opened", "webhook", anAlert().title],
    ]);
  }));

Deno.test("openAlert() opens a key once and tells it once, when eight processes find it at the same time", () =>
  withDatabase(async (sql) => {
    const opened = await Promise.all(Array.from({ length: 8 }, () => openAlert(sql, anAlert(), at(0))));
    assert.equal(new Set(opened.map(({ id }) => id)).size, 1);
    assert.equal((await getAlert(sql, opened[0].id)).seen, 8);
    assert.deepEqual(await toldOf(sql, opened[0].id), ["opened log", "opened webhook"]);
  }));

Deno.test("openAlert() writes nothing down to be told, when the transaction it is part of is undone", () =>
  withDatabase(async (sql) => {
    await assert.rejects(sql.begin(async (tx) => {
      await openAlert(tx, anAlert(), at(0));
      throw new Error("undone");
    }));
    assert.deepEqual([await listAlerts(sql), [...await sql`select id from deliveries`]], [[], []]);
  }));

for (
  const [name, reopenedAfter, severity, want] of [
    ["within the cool-down", 1, "warning", []],
    ["just before its end", 23.9, "warning", []],
    ["after it", 24.1, "warning", ["opened log", "opened webhook"]],
    ["within it, but graver", 1, "critical", ["opened log", "opened webhook"]],
    ["within it, and lighter", 1, "info", []],
  ] as const
) {
  Deno.test(`openAlert() tells a key that closed and comes back: ${name}`, () =>
    withDatabase(async (sql) => {
      await openAlert(sql, anAlert(), at(0));
      await closeAlert(sql, anAlert().key, gone(1));
      const again = await openAlert(sql, anAlert({ severity }), at(1 + reopenedAfter));
      assert.deepEqual(await toldOf(sql, again.id), want);
      assert.equal("quiet" in again.detail, want.length === 0);
    }));
}

Deno.test("openAlert() tells a quiet alert that still stands when the cool-down is over, and a flapping one once in it", () =>
  withDatabase(async (sql) => {
    await openAlert(sql, anAlert(), at(0));
    await closeAlert(sql, anAlert().key, gone(1));
    for (const hour of [2, 8, 14, 20]) { // flaps: opens and closes every few hours
      const { id } = await openAlert(sql, anAlert(), at(hour));
      assert.deepEqual(await toldOf(sql, id), [], `at hour ${hour}`);
      await closeAlert(sql, anAlert().key, gone(hour + 1));
      assert.deepEqual(await toldOf(sql, id), [], "what was never told open is not told closed");
    }
    const { id } = await openAlert(sql, anAlert(), at(22));
    const stands = await openAlert(sql, anAlert(), at(26));
    assert.deepEqual([stands.id, stands.detail], [id, anAlert().detail]);
    assert.deepEqual(await toldOf(sql, id), ["opened log", "opened webhook"]);
  }));

Deno.test("openAlert() has no cool-down where the setting is 0", () =>
  withDatabase(async (sql) => {
    await setConfig(sql, { alert_cooldown_hours: 0 });
    await openAlert(sql, anAlert(), at(0));
    await closeAlert(sql, anAlert().key, gone(1));
    assert.equal((await toldOf(sql, (await openAlert(sql, anAlert(), at(1.1))).id)).length, 2);
  }));

Deno.test("openAlert() lets the severity rise, which is told, and never fall", () =>
  withDatabase(async (sql) => {
    const severities = [];
    for (const [hour, severity] of (["info", "warning", "critical", "info"] as const).entries()) {
      const alert = await openAlert(sql, anAlert({ severity }), at(hour));
      severities.push([alert.severity, alert.escalatedAt]);
    }
    assert.deepEqual(severities, [["info", null], ["warning", null], ["critical", iso(2)], [
      "critical",
      iso(2),
    ]]);
    const [alert] = await listAlerts(sql);
    assert.deepEqual(
      await toldOf(sql, alert.id),
      ["opened log", "opened webhook", "escalated log", "escalated webhook"],
    );
  }));

Deno.test("closeAlert() closes an open alert, has it told over the channels it was told over, and can be repeated", () =>
  withDatabase(async (sql) => {
    const { id } = await openAlert(sql, anAlert(), { ...at(0), channels: ["email"] });
    const closed = await closeAlert(sql, anAlert().key, gone(1));
    assert.deepEqual(closed.map((a) => [a.id, a.closedAt, a.closedWhy]), [[id, iso(1), "gone"]]);
    assert.deepEqual(await closeAlert(sql, anAlert().key, gone(2)), []);
    assert.deepEqual(await toldOf(sql, id), ["opened email", "closed email"]);
    assert.deepEqual((await listDeliveries(sql, id))[1].body.closedWhy, "gone");
    assert.deepEqual(await listAlerts(sql), []);
    await openAlert(sql, anAlert({ model: null }), at(50));
    const all = await listAlerts(sql, { open: false });
    assert.deepEqual(all.map((a) => [a.model, a.closedAt === null]), [[null, true], ["churn", false]]);
  }));

Deno.test("closeAlertsOf() closes what was about the version that served, and nothing about data, workers or others", () =>
  withDatabase(async (sql) => {
    const kinds = [
      ...["degradation", "predictive", "drift", "quality", "cycle failed", "rollback", "damaged"] as const,
      ...["stalled worker", "missed check", "model"] as const,
    ];
    for (const kind of kinds) await openAlert(sql, anAlert({ key: kind, kind }), at(0));
    await openAlert(sql, anAlert({ key: "other", model: "spending" }), at(0));
    await closeAlertsOf(sql, "churn", gone(1));
    const open = (await listAlerts(sql)).map(({ key }) => key).sort();
    assert.deepEqual(open, ["cycle failed", "missed check", "other", "quality", "stalled worker"]);
  }));

for (
  const [name, { hours = 24, after = 25, severity = "warning", acked = false, closed = false }, escalates]
    of [
      ["long open and unseen", {}, true],
      ["not long open", { after: 23 }, false],
      ["of another setting", { hours: 2, after: 3 }, true],
      ["the setting is 0", { hours: 0, after: 1000 }, false],
      ["acknowledged", { acked: true }, false],
      ["closed", { closed: true }, false],
      ["an information", { severity: "info" }, false],
      ["critical from the start: told again", { severity: "critical" }, true],
    ] as [string, {
      hours?: number;
      after?: number;
      severity?: "info" | "warning" | "critical";
      acked?: boolean;
      closed?: boolean;
    }, boolean][]
) {
  Deno.test(`escalateAlerts() ${escalates ? "makes" : "does not make"} an alert critical: ${name}`, () =>
    withDatabase(async (sql) => {
      await setConfig(sql, { alert_escalate_hours: hours });
      const { id } = await openAlert(sql, anAlert({ severity }), at(0));
      if (acked) await acknowledgeAlert(sql, { id, who: "ann", why: "known", requestId: "r", nowMs: NOW_MS });
      if (closed) await closeAlert(sql, anAlert().key, gone(1));
      assert.equal((await escalateAlerts(sql, at(after))).length, escalates ? 1 : 0);
      assert.deepEqual(await escalateAlerts(sql, at(after + 0.5)), [], "once");
      const alert = await getAlert(sql, id);
      assert.equal(alert.escalatedAt, escalates ? iso(after) : null);
      assert.equal(alert.severity, escalates ? "critical" : severity);
      assert.equal(
        (await toldOf(sql, id)).filter((told) => told.startsWith("escalated")).length,
        escalates ? 2 : 0,
      );
    }));
}

Deno.test("acknowledgeAlert() notes who and why once, in the audit as well; the first stays", () =>
  withDatabase(async (sql) => {
    const { id } = await openAlert(sql, anAlert(), at(0));
    const ack = (who: string, requestId: string) =>
      acknowledgeAlert(sql, { id, who, why: `${who} knows`, requestId, nowMs: NOW_MS + HOUR_MS });
    const first = await ack("ann", "r1");
    assert.deepEqual([first.acknowledgedBy, first.acknowledgedWhy, first.acknowledgedAt], [
      "ann",
      "ann knows",
      iso(1),
    ]);
    assert.deepEqual(await ack("bob", "r2"), first);
    await closeAlert(sql, anAlert().key, gone(2));
    assert.equal((await ack("bob", "r3")).acknowledgedBy, "ann", "closed since, but seen before");
    const audit = await listAudit(sql);
    assert.deepEqual(audit.map((a) => [a.who, a.action, a.target, a.why]), [[
      "ann",
      "acknowledge",
      `alert ${id}`,
      "ann knows",
    ]]);
  }));

Deno.test("acknowledgeAlert() refuses an alert that closed unseen, and one that never was", () =>
  withDatabase(async (sql) => {
    const { id } = await openAlert(sql, anAlert(), at(0));
    await closeAlert(sql, anAlert().key, gone(1));
    const ack = (alert: number) =>
      acknowledgeAlert(sql, { id: alert, who: "ann", why: "w", requestId: "r", nowMs: NOW_MS });
    await assert.rejects(
      ack(id),
      (error) => error instanceof ConflictError && error.message.includes("(gone)"),
    );
    await assert.rejects(ack(id + 1), NotFoundError);
    assert.deepEqual(await listAudit(sql), []);
  }));

Deno.test("listAlerts() finds by kind and model, newest first", () =>
  withDatabase(async (sql) => {
    await openAlert(sql, anAlert({ key: "a", kind: "drift" }), at(0));
    await openAlert(sql, anAlert({ key: "b", kind: "quality", model: null }), at(1));
    await openAlert(sql, anAlert({ key: "c", kind: "drift", model: "spending" }), at(2));
    const keys = async (filter: Parameters<typeof listAlerts>[1]) =>
      (await listAlerts(sql, filter)).map(({ key }) => key).join("");
    assert.equal(await keys({}), "cba");
    assert.equal(await keys({ kind: "drift" }), "ca");
    assert.equal(await keys({ kind: "drift", model: "churn" }), "a");
    assert.equal(await keys({ limit: 1 }), "c");
  }));
