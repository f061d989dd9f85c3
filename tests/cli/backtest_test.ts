import assert from "node:assert/strict";
import { endBacktest, saveStep } from "../../src/db/backtests/backtests.ts";
import type { Database } from "../../src/db/connect.ts";
import { aYear } from "../api/support.ts";
import { withServed } from "./support.ts";

async function scored(sql: Database, id: string, policy: string, accuracy: number): Promise<void> {
  await saveStep(sql, id, {
    policy,
    model: "churn",
    asOf: "2011-08-01T00:00:00.000Z",
    run: "train",
    why: "",
    outcome: "deployed",
    trained: true,
    version: 1,
    rows: 300,
    metrics: { accuracy, auc: 0.7, logLoss: 0.5 },
    predictionsSha256: null,
  });
}

Deno.test("perennial backtest begins, lists, shows and cancels", () =>
  withServed(async ({ run, sql, control }) => {
    assert.match((await run(["backtest", "list"])).out, /No backtests yet/);
    await aYear(sql);
    const begun = await run([
      "backtest",
      "--detach",
      "--policy",
      "perennial:min_new_samples=500",
      "--policy",
      "calendar=28d",
    ]);
    const [, id] = /perennial backtest show ([0-9a-f]{8})/.exec(begun.out) ?? [];
    assert.deepEqual(control.told, [["start backtest", id]], begun.err);
    assert.match(
      (await run(["backtest", "list"])).out,
      new RegExp(`${id} +running +0 % .*never, perennial:min_new_samples=500, calendar=28d`),
    );
    assert.match((await run(["backtest", "show", id])).out, /churn: nothing is scored yet/);
    const cancelled = await run(["backtest", "cancel", id, "--why", "enough"]);
    assert.match(cancelled.out, /Cancelling/, cancelled.err);
    assert.deepEqual(control.told[1], ["cancel backtest", id]);
  }));

Deno.test("perennial backtest watches to the end, then shows the table", () =>
  withServed(async ({ run, sql }) => {
    await aYear(sql);
    const watching = run(["backtest", "--policy", "every", "--model", "churn", "--step-days", "28"]);
    let id: string | undefined;
    while (!id) [{ id }] = [...await sql`select id from backtests`, { id: undefined }];
    await scored(sql, id, "never", 0.6);
    await scored(sql, id, "every", 0.75);
    await endBacktest(sql, id, { policy: "", state: "finished", text: "2 policies" });
    const { code, out, err } = await watching;
    assert.equal(code, 0, err);
    assert.match(err, /Backtest [0-9a-f]{8}: finished, 2 of \d+ steps/);
    assert.match(out, /every +0\.7500 +0\.7000 +0\.5000 +\+0\.1500 \(inconclusive\)/);
    assert.match(out, /every +1 +1 +1 +0 +0 +0 +0/);
    assert.match(out, /perennial config set kept_customer_value=/);
    const json = JSON.parse((await run(["backtest", "show", id, "--json"])).out);
    assert.equal(json.results[0].policies[1].series.length, 1);
  }));

Deno.test("perennial backtest says what is wrong with a policy before it asks anybody", () =>
  withServed(async ({ run, control }) => {
    const refused = await run(["backtest", "--policy", "sometimes"]);
    assert.equal(refused.code, 2);
    assert.match(refused.err, /need never, every, calendar/);
    assert.deepEqual(control.told, []);
  }));
