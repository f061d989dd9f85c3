import assert from "node:assert/strict";
import { senderOf } from "../../src/api/control_messages.ts";
import { sendAllWaiting } from "../../src/app/control/outbox.ts";
import { BacktestDetail } from "../../src/app/reports/backtest.ts";
import { endBacktest, saveStep } from "../../src/db/backtests/backtests.ts";
import { saveConfig } from "../../src/db/config/config_versions.ts";
import type { Database } from "../../src/db/connect.ts";
import { sealValue } from "../../src/registry/sealed.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { openValue } from "../../src/registry/sealed.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { aYear as aYearOfDays, KEY, type Served, withApp } from "./support.ts";

/** A year of events under a configuration. */
async function aYear(sql: Database, config: Record<string, unknown> = {}): Promise<void> {
  await aYearOfDays(sql);
  await saveConfig(sql, { config: RetrainingConfig.parse(config), after: 0, by: "a test", why: "" });
}

const asked = {
  policies: [{ policy: "perennial" }, { policy: "calendar", days: 28 }],
  why: "before the sale",
};

async function begun({ call }: Pick<Served, "call">, body: unknown = asked): Promise<string> {
  const answer = await call("POST", "/backtests", body);
  const told = await answer.json();
  assert.equal(answer.status, 202, JSON.stringify(told));
  return told.backtest;
}

Deno.test("POST /backtests writes down what is asked, has it begun, and never takes part", () =>
  withApp(async ({ call, sql, control }) => {
    await aYear(sql);
    const id = await begun({ call });
    assert.deepEqual(control.told, [["start backtest", id]]);
    const { backtests } = await (await call("GET", "/backtests")).json();
    const [{ state, done, steps, moments, policies, models, by, why, stepDays }] = backtests;
    assert.deepEqual([state, done, by, why, stepDays], ["running", 0, "owner", "before the sale", 14]);
    assert.deepEqual(policies.map((p: { label: string }) => p.label), ["never", "perennial", "calendar=28d"]);
    assert.equal(steps, moments * policies.length * models.length);
    const { changes } = await (await call("GET", "/audit")).json();
    assert.deepEqual([changes[0].action, changes[0].target, changes[0].why], [
      "backtest",
      id,
      "before the sale",
    ]);
  }));

Deno.test("POST /backtests counts once per Idempotency-Key, and runs one at a time", () =>
  withApp(async ({ call, sql, control }) => {
    await aYear(sql);
    const send = (key: string) => call("POST", "/backtests", asked, { "Idempotency-Key": key });
    const first = await (await send("k")).json();
    assert.deepEqual(await (await send("k")).json(), first);
    assert.equal(control.told.length, 1);
    const refused = await send("l");
    assert.equal(refused.status, 409);
    assert.match(
      (await refused.json()).detail,
      new RegExp(`${first.backtest} runs; wait for it or cancel it`),
    );
  }));

for (
  const [name, body, status, field] of [
    ["without a policy", { policies: [] }, 422, "policies"],
    ["of a policy there is not", { policies: [{ policy: "sometimes" }] }, 422, "policies.0.policy"],
    ["of a calendar without days", { policies: [{ policy: "calendar" }] }, 422, "days"],
    ["of one policy twice", { policies: [{ policy: "every" }, { policy: "every" }] }, 422, "policies"],
    [
      "of another horizon",
      { policies: [{ policy: "perennial", config: { horizon_days: 7 } }] },
      422,
      "config.horizon_days",
    ],
    ["of a model there is not", { policies: [{ policy: "every" }], models: ["moon"] }, 404, undefined],
    ["beyond the data", { policies: [{ policy: "every" }], from: "2012-01-20" }, 422, "from"],
    ["that asks for more", { ...asked, speed: 9 }, 422, "speed"],
  ] as const
) {
  Deno.test(`POST /backtests refuses one ${name}`, () =>
    withApp(async ({ call, sql, control }) => {
      await aYear(sql);
      const answer = await call("POST", "/backtests", body);
      const problem = await answer.json();
      assert.deepEqual([answer.status, problem.field], [status, field], problem.detail);
      assert.deepEqual(control.told, []);
      assert.deepEqual((await (await call("GET", "/backtests")).json()).backtests, []);
    }));
}

Deno.test("POST /backtests without data says so; with Temporal down it begins as soon as that answers", () =>
  withApp(async ({ call, sql, control }) => {
    const empty = await call("POST", "/backtests", asked);
    assert.equal(empty.status, 422);
    assert.match((await empty.json()).detail, /history without events/);
    await aYear(sql);
    control.down = true;
    const id = await begun({ call });
    assert.deepEqual(control.told, []);
    control.down = false;
    await sendAllWaiting(sql, senderOf({ sql, control }));
    assert.deepEqual(control.told, [["start backtest", id]]);
  }));

Deno.test("GET /backtests/{id} sums up what there is so far, in money where economics are stated", async () => {
  const folder = await Deno.makeTempDir({ prefix: "perennial-backtests-" });
  const store = fileArtefacts(folder);
  const explain = {
    open: (sha256: string) => openValue(store, sha256),
    recompute: {} as never,
    codeVersion: "c1",
  };
  try {
    await withApp(async ({ call, sql }) => {
      await aYear(sql, {
        kept_customer_value: 10,
        offer_success: 0.5,
        contact_cost: 1,
        machine_hour_cost: 3,
      });
      const id = await begun({ call }, { policies: [{ policy: "every" }], models: ["churn"] });
      const [{ first: asOf }] = await sql`select scored_from ->> 'churn' as first from backtests`;
      const outcome = Array.from({ length: 300 }, (_, i) => i % 3 === 0 ? 1 : 0);
      const about = {
        model: "churn",
        asOf,
        run: "train",
        why: "",
        outcome: "deployed",
        trained: true,
      } as const;
      for (const [policy, prediction] of [["never", outcome.map(() => 0.1)], ["every", outcome]] as const) {
        const sealed = { shopper: outcome.map((_, i) => i), outcome, prediction };
        await saveStep(sql, id, {
          ...about,
          policy,
          version: 1,
          rows: 300,
          metrics: { accuracy: policy === "every" ? 1 : 0.6 },
          predictionsSha256: await sealValue(store, sealed),
        });
      }
      const detail = BacktestDetail.parse(await (await call("GET", `/backtests/${id}`)).json());
      const [{ policies: [never, every], missing }] = detail.results;
      assert.deepEqual([detail.state, detail.done, missing], ["running", 2, []]);
      assert.equal(never.gain, null, "it is what others are compared with");
      assert.ok(every.gain!.amount > 0 && every.gain!.verdict === "gains", JSON.stringify(every.gain));
      assert.ok(Math.abs(every.toNever!.accuracy.mean - 0.4) < 1e-12);
      assert.deepEqual([every.trainings, every.cost], [1, 0]);
      await endBacktest(sql, id, { policy: "", state: "finished", text: "2 policies" });
      const ended = await (await call("GET", `/backtests/${id}`)).json();
      assert.deepEqual([ended.state, ended.text], ["finished", "2 policies"]);
    }, { explain });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("POST /backtests/{id}/cancel tells Temporal once, and refuses one that has ended or never was", () =>
  withApp(async ({ call, sql, control }) => {
    await aYear(sql);
    assert.equal((await call("POST", "/backtests/none/cancel", {})).status, 404);
    const id = await begun({ call });
    assert.equal((await call("POST", `/backtests/${id}/cancel`, { why: "too long" })).status, 202);
    assert.deepEqual(control.told[1], ["cancel backtest", id]);
    await endBacktest(sql, id, { policy: "", state: "cancelled", text: "" });
    assert.equal((await call("POST", `/backtests/${id}/cancel`)).status, 409);
    assert.equal((await call("GET", "/backtests/none")).status, 404);
  }));

Deno.test("a backtest whose workflow is gone ends when it is cancelled", () =>
  withApp(async ({ call, sql, control }) => {
    await aYear(sql);
    const id = await begun({ call });
    control.cancelBacktest = () => Promise.resolve(false);
    assert.equal((await call("POST", `/backtests/${id}/cancel`, {})).status, 202);
    const [{ state, text }] = (await (await call("GET", "/backtests")).json()).backtests;
    assert.deepEqual([state, text], ["cancelled", "its workflow was not there any more"]);
  }));

Deno.test("what backtests found cannot be changed", () =>
  withApp(async ({ call, sql }) => {
    await aYear(sql);
    const id = await begun({ call });
    const asOf = "2011-08-01T00:00:00.000Z";
    await saveStep(sql, id, {
      policy: "never",
      model: "churn",
      asOf,
      run: "nothing",
      why: "",
      outcome: null,
      trained: false,
      version: null,
      rows: 0,
      metrics: null,
      predictionsSha256: null,
    });
    await endBacktest(sql, id, { policy: "", state: "failed", text: "first" });
    await endBacktest(sql, id, { policy: "", state: "finished", text: "second" });
    const [{ state }] = (await (await call("GET", "/backtests")).json()).backtests;
    assert.equal(state, "failed", "the first end stands");
    for (
      const statement of [
        "update backtest_steps set rows = 1",
        "delete from backtest_ends",
        "delete from backtests",
      ]
    ) {
      await assert.rejects(sql.unsafe(statement), /append-only/, statement);
    }
  }));

Deno.test("changing needs a key, also on this machine", () =>
  withApp(async ({ app }) => {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify(asked);
    assert.equal((await app.request("/backtests", { method: "POST", headers, body })).status, 401);
    assert.equal(
      (await app.request("/backtests/b/cancel", { method: "POST", headers, body: "{}" })).status,
      401,
    );
    assert.equal(
      (await app.request("/backtests", { headers: { Authorization: `Bearer ${KEY}` } })).status,
      200,
    );
  }));
