import assert from "node:assert/strict";
import { listAudit } from "../../src/db/access/audit.ts";
import { addEndedCycle, byteAnswer, NOW, pseudonym, withApp } from "./support.ts";

Deno.test("GET models, versions and serving tell what is declared, what was trained, and who served when", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql, { number: 1 });
    await addEndedCycle(sql, { number: 2 });
    const { models } = await (await call("GET", "/models")).json();
    assert.deepEqual(
      models.map((m: { model: string; serving: number; newest: number }) => [m.model, m.serving, m.newest]),
      [
        ["churn", 2, 2],
        ["spending", null, null],
      ],
    );
    const { versions, serving } = await (await call("GET", "/models/churn/versions")).json();
    assert.deepEqual([versions.map((v: { version: number }) => v.version), serving], [[2, 1], 2]);
    const { history, version } = await (await call("GET", "/models/churn/serving")).json();
    assert.deepEqual([version, history.map((m: { version: number; kind: string }) => [m.version, m.kind])], [
      2,
      [[2, "deploy"], [1, "deploy"]],
    ]);
  }));

Deno.test("POST rollback and promote move what serves, once per Idempotency-Key, with an audit row", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql, { number: 1 });
    await addEndedCycle(sql, { number: 2 });
    const headers = { "Idempotency-Key": "k" };
    const back = await (await call("POST", "/models/churn/rollback", { why: "complaints" }, headers)).json();
    assert.deepEqual([back.version, back.previous, back.kind, back.by, back.why, back.asOf], [
      1,
      2,
      "roll back",
      "owner",
      "complaints",
      NOW,
    ]);
    assert.deepEqual(
      await (await call("POST", "/models/churn/rollback", { why: "complaints" }, headers)).json(),
      back,
    );
    const up = await (await call("POST", "/models/churn/promote", { version: 2, why: "approved" })).json();
    assert.deepEqual([up.version, up.previous, up.kind], [2, 1, "promote"]);
    const rows = await listAudit(sql);
    assert.deepEqual(rows.map((r) => [r.action, r.target, r.before, r.after]), [
      ["promote", "churn", { version: 1 }, { version: 2 }],
      ["roll back", "churn", { version: 2 }, { version: 1 }],
    ]);
  }));

Deno.test("POST predictions looks shoppers up by pseudonym, and answers by the ids given, in their order", () =>
  withApp(async ({ call }) => {
    const response = await call("POST", "/predictions/churn", { users: ["b", 17, " a ", "b", "17"] });
    const { predictions, version, fallback, asOf } = await response.json();
    assert.deepEqual([version, fallback, asOf], [4, false, NOW]);
    assert.deepEqual(
      predictions.map((p: { user: string; prediction: number }) => [p.user, p.prediction]),
      ["b", "17", "a", "b", "17"].map((user) => [user, byteAnswer(pseudonym(user))]),
    );
    const one = await (await call("POST", "/predictions/churn", { user: "b", asOf: "2011-06-01" })).json();
    assert.deepEqual([one.asOf, one.predictions.length], ["2011-06-01T00:00:00.000Z", 1]);
  }));

Deno.test("POST predictions takes 10,000 shoppers and refuses one more", () =>
  withApp(async ({ call }) => {
    const users = Array.from({ length: 10_000 }, (_, i) => i);
    const response = await call("POST", "/predictions/churn", { users });
    assert.equal((await response.json()).predictions.length, 10_000);
    assert.equal((await call("POST", "/predictions/churn", { users: [...users, 1] })).status, 422);
  }));

Deno.test("the log holds neither keys nor ids of shoppers, also when predicting fails", () =>
  withApp(async ({ call, logged }) => {
    await call("POST", "/predictions/churn", { users: ["shopper-4711"] });
    await call("POST", "/predictions/spending", { users: ["shopper-4711"] });
    await call("POST", "/events", [{ type: "view", user: "shopper-4711", time: "nonsense" }]);
    assert.doesNotMatch(logged.join("\n"), /shopper-4711|pk_/);
  }));
