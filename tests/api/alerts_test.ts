import assert from "node:assert/strict";
import type { Alert } from "../../src/alerts/alert.ts";
import { closeAlert, openAlert } from "../../src/db/alerts/alerts.ts";
import { anAlert } from "../app/alerts/support.ts";
import { NOW, withApp } from "./support.ts";

const nowMs = Date.parse(NOW);

Deno.test("GET alerts finds by state, kind and model, and refuses what there is none of", () =>
  withApp(async ({ call, sql }) => {
    await openAlert(sql, anAlert({ key: "a" }), { nowMs });
    await openAlert(sql, anAlert({ key: "b", kind: "quality", model: null }), { nowMs });
    await openAlert(sql, anAlert({ key: "c", model: "spending" }), { nowMs });
    await closeAlert(sql, "c", { why: "gone", nowMs });
    const keys = async (query: string) =>
      (await (await call("GET", `/alerts${query}`)).json()).alerts.map(({ key }: Alert) => key).join("");
    for (
      const [query, want] of [
        ["", "ba"],
        ["?open=false", "cba"],
        ["?kind=quality", "b"],
        ["?model=churn", "a"],
        ["?open=false&kind=drift&model=spending", "c"],
        ["?limit=1", "b"],
      ]
    ) assert.equal(await keys(query), want, query);
    for (
      const [query, status] of [["?kind=noise", 422], ["?model=none", 404], ["?open=maybe", 422]] as const
    ) {
      assert.equal((await call("GET", `/alerts${query}`)).status, status, query);
    }
  }));

Deno.test("POST acknowledge says who and why, once, and is written down once", () =>
  withApp(async ({ call, sql }) => {
    const { id } = await openAlert(sql, anAlert(), { nowMs });
    const path = `/alerts/${id}/acknowledge`;
    const header = { "Idempotency-Key": "k1" };
    const first = await call("POST", path, { why: " the supplier resends " }, header);
    assert.equal(first.status, 200);
    const alert = await first.json();
    assert.deepEqual(
      [alert.acknowledgedBy, alert.acknowledgedWhy, alert.acknowledgedAt],
      ["owner", "the supplier resends", NOW],
    );
    const repeated = await call("POST", path, { why: " the supplier resends " }, header);
    assert.equal(repeated.headers.get("idempotent-replayed"), "true");
    assert.deepEqual(await repeated.json(), alert);
    assert.deepEqual(await (await call("POST", path, { why: "again" })).json(), alert, "the first stays");
    const { changes } = await (await call("GET", "/audit")).json();
    assert.deepEqual(changes.map((c: { action: string; target: string }) => [c.action, c.target]), [
      ["acknowledge", `alert ${id}`],
    ]);
  }));

for (
  const [what, path, body, status, detail] of [
    ["an alert that closed unseen", "/alerts/ID/acknowledge", { why: "w" }, 409, /it closed at .* \(gone\)/],
    ["an alert that never was", "/alerts/999999/acknowledge", { why: "w" }, 404, /alert "999999"/],
    ["no number", "/alerts/first/acknowledge", { why: "w" }, 422, /id/],
    ["no reason", "/alerts/ID/acknowledge", { why: " " }, 422, /why: need a note/],
    ["no body", "/alerts/ID/acknowledge", {}, 422, /why/],
  ] as [string, string, object, number, RegExp][]
) {
  Deno.test(`POST acknowledge answers ${status} to ${what}`, () =>
    withApp(async ({ call, sql }) => {
      const { id } = await openAlert(sql, anAlert(), { nowMs });
      await closeAlert(sql, anAlert().key, { why: "gone", nowMs });
      const answer = await call("POST", path.replace("ID", String(id)), body);
      assert.equal(answer.status, status);
      assert.match((await answer.json()).detail, detail);
    }));
}
