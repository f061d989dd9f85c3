import assert from "node:assert/strict";
import { senderOf } from "../../src/api/control_messages.ts";
import { recordChange, sendAllWaiting } from "../../src/app/control/outbox.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { unsentMessages } from "../../src/db/access/outbox.ts";
import { inTransaction, type Sql } from "../../src/db/connect.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { putSetting } from "../../src/db/settings.ts";
import { ingest } from "../../src/app/events/ingest.ts";
import { Status } from "../../src/retraining/status.ts";
import { addEndedCycle, NOW, pseudonym, withApp } from "./support.ts";

Deno.test("POST start, stop and force tell every model's retrainer, and write one audit row for each", () =>
  withApp(async ({ call, control, sql }) => {
    for (const action of ["start", "stop", "force"]) {
      control.told = [];
      const response = await call("POST", `/retraining/${action}`, { why: "a test" });
      assert.equal(response.status, 202);
      const { accepted, models, requestId, statusUrl } = await response.json();
      assert.deepEqual([accepted, models, statusUrl], [true, ["churn", "spending"], "/retraining/status"]);
      const extra = action === "stop" ? { running: "finish" } : {};
      const change = { requestId, by: "owner", why: "a test", ...extra };
      assert.deepEqual(control.told, [[action, "churn", change], [action, "spending", change]]);
      const rows = (await listAudit(sql)).filter((row) => row.requestId.startsWith(requestId));
      assert.deepEqual(rows.map((r) => [r.who, r.action, r.target, r.why]).sort(), [
        ["owner", action, "churn", "a test"],
        ["owner", action, "spending", "a test"],
      ]);
    }
  }));

Deno.test("POST stop names what becomes of a running cycle, and works without a body", () =>
  withApp(async ({ call, control, sql }) => {
    await saveRetrainer(sql, { model: "churn", active: true, nextCheckAt: null, runningCycle: null });
    await call("POST", "/retraining/stop", { model: "churn", running: "cancel" });
    await call("POST", "/retraining/stop");
    assert.deepEqual(
      control.told.map(([, model, change]) => [model, (change as { running: string }).running]),
      [
        ["churn", "cancel"],
        ["churn", "finish"],
        ["spending", "finish"],
      ],
    );
    const [first] = (await listAudit(sql)).slice(-1);
    assert.deepEqual([first.before, first.after], [{ active: true }, { active: false, running: "cancel" }]);
  }));

Deno.test("Idempotency-Key makes a repeated request count once, and refuses another request", () =>
  withApp(async ({ call, control, sql }) => {
    const headers = { "Idempotency-Key": "order 66" };
    const first = await call("POST", "/retraining/force", { model: "churn" }, headers);
    const again = await call("POST", "/retraining/force", { model: "churn" }, headers);
    assert.deepEqual([first.status, again.status], [202, 202]);
    assert.deepEqual(await again.json(), await first.json());
    assert.equal(again.headers.get("idempotent-replayed"), "true");
    assert.equal(control.told.length, 1);
    assert.equal((await listAudit(sql)).length, 1);
    for (
      const [path, body] of [["/retraining/force", { model: "spending" }], ["/retraining/start", {
        model: "churn",
      }]]
    ) {
      const other = await call("POST", path as string, body, headers);
      assert.deepEqual([other.status, (await other.json()).field], [422, "Idempotency-Key"]);
    }
    assert.equal(
      (await call("POST", "/retraining/force", {}, { "Idempotency-Key": "x".repeat(201) })).status,
      422,
    );
  }));

Deno.test("Idempotency-Key lets one of several equal requests at once through, and keeps no failure", () =>
  withApp(async ({ call, control }) => {
    const headers = { "Idempotency-Key": "rush" };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => call("POST", "/retraining/force", {}, headers)),
    );
    const statuses = answers.map((a) => a.status);
    assert.ok(statuses.includes(202) && statuses.every((s) => s === 202 || s === 409), statuses.join());
    assert.equal(control.told.length, 2);
  }));

Deno.test("a change asked for while Temporal is down is kept, and told in its order once Temporal answers", () =>
  withApp(async ({ call, control, sql, logged }) => {
    await addEndedCycle(sql, { number: 1 });
    await addEndedCycle(sql, { number: 2 });
    control.down = true;
    for (const action of ["stop", "start", "force"]) {
      const response = await call("POST", `/retraining/${action}`, { model: "churn" });
      const answer = await response.json();
      assert.deepEqual([response.status, answer.accepted, answer.told], [202, true, false]);
      assert.doesNotMatch(JSON.stringify(answer), /10\.0\.0\.7/);
    }
    assert.deepEqual((await listAudit(sql)).map(({ action }) => action), ["force", "start", "stop"]);
    assert.equal(control.told.length, 0);
    assert.ok(logged.length >= 3);
    assert.equal((await call("GET", "/retraining/status")).status, 200);
    assert.equal((await call("POST", "/predictions/churn", { user: 1 })).status, 200);
    assert.equal((await call("POST", "/models/churn/rollback")).status, 200);
    const changed = await call("PATCH", "/retraining/config", { seed: 7 });
    assert.deepEqual([changed.status, (await changed.json()).notified], [200, false]);
    const ready = await call("GET", "/readyz");
    assert.deepEqual([ready.status, (await ready.json()).detail], [503, "Temporal cannot be reached"]);
    control.down = false;
    await sendAllWaiting(sql, senderOf({ sql, control }));
    assert.deepEqual(control.told.map(([action]) => action), ["stop", "start", "force"]);
    await sendAllWaiting(sql, senderOf({ sql, control }));
    assert.equal(control.told.length, 3, "each once");
  }));

Deno.test("a change that Temporal refuses is tried again, then given up; what follows it is told", () =>
  withApp(async ({ call, control, sql }) => {
    control.force = () => Promise.reject(new TypeError("a bug"));
    const answer = await call("POST", "/retraining/force", { model: "churn" });
    assert.deepEqual([answer.status, (await answer.json()).told], [202, false]);
    const send = senderOf({ sql, control });
    for (let attempt = 1; attempt < 10; attempt++) await sendAllWaiting(sql, send);
    const [{ lastError, givenUp }] = await unsentMessages(sql, { beforeMs: 0 });
    assert.deepEqual([lastError, givenUp], ["a bug", true]);
    await call("POST", "/retraining/stop", { model: "churn" });
    assert.deepEqual(control.told.map(([action]) => action), ["stop"]);
  }));

Deno.test("a process that dies between writing a change down and telling leaves neither without the other", () =>
  withApp(async ({ sql, control }) => {
    const audit = { requestId: "r/churn", who: "ann", action: "stop", target: "churn", why: "" };
    const change = { requestId: "r", by: "ann", why: "", running: "finish" as const };
    const message = { action: "stop", model: "churn", change };
    const record = (tx: Sql) => recordChange(tx, { audit, target: "retrainer/churn", message });
    const killed = inTransaction(sql, async (tx) => {
      await record(tx);
      throw new Error("killed");
    });
    await assert.rejects(killed, /killed/);
    await sendAllWaiting(sql, senderOf({ sql, control }));
    assert.deepEqual([await listAudit(sql), control.told], [[], []]);
    await inTransaction(sql, record);
    await sendAllWaiting(sql, senderOf({ sql, control })); // another process, later
    assert.equal((await listAudit(sql)).length, 1);
    assert.deepEqual(control.told, [["stop", "churn", change]]);
  }));

Deno.test("GET status tells of samples, serving version, last cycle and next check", () =>
  withApp(async ({ call, sql }) => {
    await putSetting(sql, "pinned_as_of", "2011-09-01T00:00:00.000Z");
    await addEndedCycle(sql, { number: 1 });
    await addEndedCycle(sql, { number: 2 });
    await addEndedCycle(sql, { number: 3, outcome: "rejected" });
    await saveRetrainer(sql, { model: "churn", active: true, nextCheckAt: NOW, runningCycle: null });
    const events = ["2011-08-01", "2011-08-02", "2011-09-02"].map((day) => ({
      type: "view",
      time: `${day}T10:00:00Z`,
    }));
    await ingest({ sql, clock: () => Date.parse("2011-10-01"), pseudonym }, events, { source: "api" });
    const status = Status.parse(await (await call("GET", "/retraining/status")).json());
    assert.deepEqual([status.clock, status.asOf], ["pinned", NOW]);
    const [churn, spending] = status.models;
    assert.deepEqual(churn.samples, { collected: 2, needed: 100, since: null }); // the third lies ahead of the pinned clock
    assert.deepEqual([churn.active, churn.nextCheckAt, churn.health.state], [true, NOW, "healthy"]);
    assert.deepEqual(
      [churn.serving?.version, churn.serving?.validationRows, churn.serving?.difference?.mean],
      [2, 1204, -0.02],
    );
    assert.deepEqual([churn.lastCycle?.number, churn.lastCycle?.outcome], [3, "rejected"]);
    assert.match(
      churn.lastCycle?.text ?? "",
      /^Version 3 was not deployed: log loss 0.4800 against the champion's 0.5000/,
    );
    assert.deepEqual(churn.outcomes, { deployed: 2, rejected: 1 });
    assert.deepEqual([spending.health.state, spending.serving, spending.lastCycle, spending.active], [
      "no model yet",
      null,
      null,
      false,
    ]);
  }));
