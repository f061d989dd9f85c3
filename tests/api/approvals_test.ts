import assert from "node:assert/strict";
import { askApproval } from "../../src/db/rollouts/approvals.ts";
import type { Database } from "../../src/db/connect.ts";
import { addVersions } from "../db/models_support.ts";
import { NOW, withApp } from "./support.ts";

const CYCLE = "retrainer/churn/cycle/3";
const later = (hours: number) => new Date(Date.parse(NOW) + hours * 3_600_000).toISOString();

async function waiting(sql: Database, { expiresAt = later(24) } = {}): Promise<void> {
  await addVersions(sql, 3);
  await askApproval(sql, {
    cycleId: CYCLE,
    model: "churn",
    version: 3,
    text: "May version 3 serve?",
    expiresAt,
  });
}

for (const [word, decision] of [["approve", "approved"], ["reject", "rejected"]] as const) {
  Deno.test(`POST ${word} decides once, tells the cycle, and writes down who and why`, () =>
    withApp(async ({ call, sql, control }) => {
      await waiting(sql);
      const answer = await call("POST", `/models/churn/${word}`, { version: 3, why: "looked at it" });
      const decided = await answer.json();
      assert.equal(answer.status, 200, JSON.stringify(decided));
      assert.deepEqual(
        [decided.decision, decided.decidedBy, decided.decidedWhy],
        [decision, "owner", "looked at it"],
      );
      assert.deepEqual(control.told, [["decided", CYCLE]]);
      const { changes } = await (await call("GET", "/audit")).json();
      assert.deepEqual(changes.map((c: { action: string; who: string }) => [c.action, c.who]), [[
        word,
        "owner",
      ]]);
      assert.equal((await call("POST", "/models/churn/approve")).status, 409, "nothing waits any more");
    }));
}

Deno.test("POST approve counts although Temporal does not answer", () =>
  withApp(async ({ call, sql, control, logged }) => {
    await waiting(sql);
    control.down = true;
    assert.equal((await call("POST", "/models/churn/approve")).status, 200);
    const { approvals } = await (await call("GET", "/approvals?open=false")).json();
    assert.equal(approvals[0].decision, "approved");
    assert.ok(logged.some((line) => line.includes(CYCLE)), logged.join("\n"));
  }));

Deno.test("GET approvals and the status show what waits for a person", () =>
  withApp(async ({ call, sql }) => {
    await waiting(sql);
    const { approvals } = await (await call("GET", "/approvals?model=churn")).json();
    assert.deepEqual(approvals.map((a: { version: number }) => a.version), [3]);
    const { models } = await (await call("GET", "/retraining/status")).json();
    const { approval } = models.find((m: { model: string }) => m.model === "churn");
    assert.deepEqual([approval.version, approval.expiresAt], [3, later(24)]);
  }));

for (
  const [what, body, over, detail] of [
    ["another version than the one that waits", { version: 2 }, {}, /version 3 waits/],
    ["what has expired", {}, { expiresAt: later(-1) }, /no version of "churn" waits/],
  ] as const
) {
  Deno.test(`POST approve refuses ${what}`, () =>
    withApp(async ({ call, sql, control }) => {
      await waiting(sql, over);
      const answer = await call("POST", "/models/churn/approve", body);
      assert.equal(answer.status, 409);
      assert.match((await answer.json()).detail, detail);
      assert.deepEqual(control.told, []);
    }));
}
