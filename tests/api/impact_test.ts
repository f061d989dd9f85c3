import assert from "node:assert/strict";
import { saveImpact } from "../../src/db/cycles/impacts.ts";
import type { Database } from "../../src/db/connect.ts";
import { DamagedArtefactError } from "../../src/core/errors.ts";
import { Impact } from "../../src/impact/impact.ts";
import { reportOf } from "../../src/impact/report.ts";
import { evidenceOf } from "../impact/rows.ts";
import { addEndedCycle, NOW, withApp } from "./support.ts";

const evidence = evidenceOf({ n: 1000, before: 0.2, after: 1 });
const unasked = () => Promise.reject(new Error("nothing to compute again"));
/** One sealed value is kept, under the name "kept". */
const explain = {
  open: (hash: string) =>
    hash === "kept"
      ? Promise.resolve(evidence)
      : Promise.reject(new DamagedArtefactError(hash, "it is gone")),
  recompute: { quality: unasked, drift: unasked, performance: unasked },
  codeVersion: "c1",
};

/** Two cycles of churn that deployed; of the second the validation is measured. */
async function twoDeployments(sql: Database, evidenceSha256 = "kept"): Promise<void> {
  for (const number of [1, 2]) await addEndedCycle(sql, { number });
  await saveImpact(sql, {
    cycleId: "retrainer/churn/cycle/2",
    stage: "validation",
    model: "churn",
    version: 2,
    against: 1,
    report: reportOf(evidence),
    unmeasured: null,
    evidenceSha256,
    codeVersion: "c1",
  });
}

const economics = { kept_customer_value: 40, offer_success: 0.2, contact_cost: 2, currency: "EUR" };

Deno.test("GET impact tells no money before economics are stated, then of the same cycle at once", () =>
  withApp(async ({ call, sql }) => {
    await twoDeployments(sql);
    const get = async () => Impact.parse(await (await call("GET", "/monitoring/impact?model=churn")).json());
    const before = await get();
    assert.deepEqual(before.economics.missing, ["kept_customer_value", "offer_success", "contact_cost"]);
    assert.deepEqual(before.cycles.map((c) => [c.number, c.validation.uplift]), [[2, null], [1, null]]);
    assert.equal(
      (await call("PATCH", "/retraining/config", { models: { churn: { kept_customer_value: 40 } } })).status,
      200,
    );
    assert.deepEqual((await get()).economics.missing, ["offer_success", "contact_cost"]);
    await call("PATCH", "/retraining/config", economics);
    const after = await get();
    assert.deepEqual([after.asOf, after.currency, after.economics.stated], [NOW, "EUR", true]);
    const [second, first] = after.cycles;
    assert.equal(second.validation.uplift?.verdict, "gains");
    assert.match(first.validation.text, /not measured yet/);
    assert.equal(second.measured.gain, null);
    assert.equal(after.curve?.points.length, 21);
  }, { explain }));

Deno.test("GET impact goes on without evidence that is damaged", () =>
  withApp(async ({ call, sql }) => {
    await twoDeployments(sql, "lost");
    await call("PATCH", "/retraining/config", economics);
    const { cycles: [second], curve } = Impact.parse(
      await (await call("GET", "/monitoring/impact?model=churn")).json(),
    );
    assert.match(second.validation.text, /it is gone/);
    assert.ok(second.validation.report!.difference.high < 0);
    assert.equal(curve, null);
  }, { explain }));

Deno.test("GET impact knows its models, and wants one", () =>
  withApp(async ({ call }) => {
    assert.equal((await call("GET", "/monitoring/impact?model=churm")).status, 404);
    assert.equal((await call("GET", "/monitoring/impact")).status, 422);
    const empty = Impact.parse(await (await call("GET", "/monitoring/impact?model=spending")).json());
    assert.deepEqual([empty.cycles, empty.total.measured.gain], [[], null]);
  }));

Deno.test("PATCH config refuses economics that cannot be", (t) =>
  withApp(async ({ call }) => {
    for (
      const wrong of [{ sales_margin: 1.2 }, { offer_success: 0 }, { contact_cost: -1 }, {
        contact_budget: 1.5,
      }]
    ) {
      await t.step(JSON.stringify(wrong), async () => {
        const answer = await call("PATCH", "/retraining/config", wrong);
        assert.deepEqual([answer.status, (await answer.json()).field], [422, Object.keys(wrong)[0]]);
      });
    }
  }));
