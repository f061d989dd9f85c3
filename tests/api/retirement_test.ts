/** A model is taken out of use and brought back: over the API, on a real Postgres. */
import assert from "node:assert/strict";
import { followRetired, openModelSet } from "../../src/app/registry/model_set.ts";
import type { Database } from "../../src/db/connect.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { admitSignal } from "../../src/app/control/admit.ts";
import { listAlerts, openAlert } from "../../src/db/alerts/alerts.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { findDesired, saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { servingState } from "../../src/db/models/serving.ts";
import { bundledModels } from "../support/models.ts";
import { anAlert } from "../app/alerts/support.ts";
import { ROLLOUT, rollOut } from "../dashboard/sessions_support.ts";
import { addEndedCycle, NOW, type Served, withApp } from "./support.ts";

const modelsOf = async ({ call }: Pick<Served, "call">) => await (await call("GET", "/models")).json();
const named = (models: { model: string }[]) => models.map(({ model }) => model);

Deno.test("POST retire takes a model out of every answer, stops its retrainer, and stands in the audit once", () =>
  withApp(async (served) => {
    const { call, control, sql } = served;
    await saveRetrainer(sql, { model: "churn", active: true, nextCheckAt: NOW, runningCycle: null });
    await openAlert(sql, { ...anAlert(), model: "churn" }, { nowMs: Date.parse(NOW) });
    const headers = { "Idempotency-Key": "k" };
    const done = await (await call("POST", "/models/churn/retire", { why: "no use" }, headers)).json();
    assert.deepEqual(done, { model: "churn", retired: true, told: true, hasFile: true });
    assert.deepEqual(
      await (await call("POST", "/models/churn/retire", { why: "no use" }, headers)).json(),
      done,
    );
    const { models, retired } = await modelsOf(served);
    assert.deepEqual(named(models), ["spending"]);
    assert.deepEqual([retired[0].model, retired[0].by, retired[0].why], ["churn", "owner", "no use"]);
    const status = await (await call("GET", "/retraining/status")).json();
    assert.deepEqual(named(status.models), ["spending"]);
    const told = control.told.map(([action, model, change]) => [action, model, (change as Stop).running]);
    assert.deepEqual(told, [["stop", "churn", "cancel"]]);
    assert.equal(await findDesired(sql, "churn"), false);
    assert.deepEqual(await listAlerts(sql, { open: true, limit: 10 }), []);
    const rows = await listAudit(sql);
    assert.deepEqual(rows.map((r) => [r.who, r.action, r.target, r.why]), [[
      "owner",
      "retire",
      "churn",
      "no use",
    ]]);
    for (const path of ["/retraining/force", "/retraining/start"]) {
      assert.equal((await call("POST", path, { model: "churn" })).status, 404, path);
    }
    assert.equal((await call("POST", "/models/churn/retire")).status, 409);
  }));

interface Stop {
  running: string;
}

Deno.test("POST restore brings a retired model back in its place, with its automatic checks off", () =>
  withApp(async (served) => {
    const { call, sql } = served;
    assert.equal((await call("POST", "/models/churn/restore")).status, 409);
    await call("POST", "/models/churn/retire");
    assert.equal((await call("POST", "/models/churn/restore", { why: "needed" })).status, 200);
    const { models, retired } = await modelsOf(served);
    assert.deepEqual([named(models), retired], [["churn", "spending"], []]);
    assert.equal(await findDesired(sql, "churn"), false);
    assert.deepEqual((await listAudit(sql)).map(({ action }) => action), ["restore", "retire"]);
    assert.equal((await call("POST", "/retraining/start", { model: "churn" })).status, 202);
  }));

Deno.test("a model whose file is gone is listed as such, and can be retired and restored", () =>
  withApp(async (served) => {
    const { call, sql, control } = served;
    await saveRetrainer(sql, { model: "returns", active: true, nextCheckAt: NOW, runningCycle: null });
    assert.deepEqual((await modelsOf(served)).withoutFile, ["returns"]);
    const done = await (await call("POST", "/models/returns/retire", { why: "its file is gone" })).json();
    assert.deepEqual([done.hasFile, control.told.length], [false, 1]);
    const after = await modelsOf(served);
    assert.deepEqual([after.withoutFile, named(after.retired), named(after.models)], [[], ["returns"], [
      "churn",
      "spending",
    ]]);
    assert.equal((await call("POST", "/models/returns/restore")).status, 200);
    assert.deepEqual((await modelsOf(served)).withoutFile, ["returns"]);
    assert.equal((await call("POST", "/models/nobody/retire")).status, 404);
  }));

Deno.test("retiring takes a rollout that runs back, and tells its workflow", () =>
  withApp(async ({ call, sql, control }) => {
    for (const number of [1, 2]) await addEndedCycle(sql, { number });
    await rollOut(sql);
    assert.notDeepEqual((await servingState(sql, "churn"))!.arms, []);
    await call("POST", "/models/churn/retire", { why: "no use" });
    assert.deepEqual((await servingState(sql, "churn"))!.arms, []);
    const { state } = await (await call("GET", `/rollouts/${ROLLOUT}`)).json();
    assert.equal(state, "rolled back");
    assert.deepEqual(control.told.map(([action]) => action), ["wake rollout", "stop"]);
  }));

Deno.test("a signal cannot start a retired model, and can stop it", () =>
  withApp(async ({ call, sql }) => {
    await call("POST", "/models/churn/retire");
    const policy = { key: new Uint8Array(32), obeyUnsigned: true };
    const signal = { model: "churn", requestId: "r", by: "someone", why: "" };
    const admit = (action: "start" | "force" | "stop") =>
      admitSignal(sql, policy, { ...signal, action, receipt: action }, Date.parse(NOW));
    assert.deepEqual(
      [(await admit("start")).obey, (await admit("force")).obey, (await admit("stop")).obey],
      [false, false, true],
    );
  }));

Deno.test("another process hears that a model was retired as soon as it looks", () =>
  withApp(async ({ call, sql }) => {
    const other = await openModelSet(sql, bundledModels());
    await call("POST", "/models/churn/retire");
    assert.deepEqual([...other.inUse.keys()], ["churn", "spending"]);
    await other.refresh();
    assert.deepEqual([...other.inUse.keys()], ["spending"]);
    await call("POST", "/models/churn/restore");
    await other.refresh();
    assert.deepEqual([...other.inUse.keys()], ["churn", "spending"]);
  }));

Deno.test("followRetired() asks again by itself, where no notification tells", () =>
  withApp(async ({ call, sql }) => {
    const other = await openModelSet(sql, bundledModels());
    const deaf = { listen: () => Promise.resolve({ unlisten: () => Promise.resolve() }) };
    const end = await followRetired(deaf as unknown as Database, other, {
      log: () => undefined,
      everyMs: 20,
    });
    try {
      await call("POST", "/models/churn/retire");
      const isKnown = () => Promise.resolve(!other.inUse.has("churn"));
      assert.ok(await waitUntil(isKnown, { withinMs: 10_000, everyMs: 10 }));
    } finally {
      await end();
    }
  }));
