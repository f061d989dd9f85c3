import assert from "node:assert/strict";
import type { Database } from "../../src/db/connect.ts";
import { getRollout } from "../../src/db/rollouts/rollouts.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { applyDecision, beginRollout } from "../../src/app/registry/rollout_moves.ts";
import { decideRollout } from "../../src/rollout/decide.ts";
import { addVersions, AS_OF, deployment } from "../db/models_support.ts";
import { arm, evidenceOf, pair, planOf } from "../rollout/support.ts";
import { NOW, withApp } from "./support.ts";

const ID = "rollout/churn/v3";

/** Versions 1 and 2 were deployed; 3 is being rolled out, and was looked at once. */
async function rollingOut(sql: Database, { replayed = false } = {}): Promise<void> {
  await addVersions(sql, 4);
  await moveServing(sql, deployment(1, null));
  await moveServing(sql, deployment(2, 1));
  const plan = planOf({ champion: 2, challengers: [3] });
  const rollout = await beginRollout(sql, {
    id: ID,
    model: "churn",
    cycleId: "retrainer/churn/cycle/3",
    champion: 2,
    challengers: [3],
    plan,
    shares: [{ version: 3, share: 0.05 }],
    asOf: AS_OF,
    replayed,
    beganBy: "a cycle",
    why: "better",
  });
  const evidence = evidenceOf({
    asOf: AS_OF,
    arms: [arm(2), arm(3, { shoppers: 250 })].slice(1),
    pairs: [pair(3)],
  });
  evidence.arms[0].version = 2;
  const decision = decideRollout(plan, rollout, evidence);
  await applyDecision(sql, { rollout, key: "look 1", evidence, decision, codeVersion: "c1" });
}

Deno.test("GET rollouts lists them; one has its plan and its looks, decided again", () =>
  withApp(async ({ call, sql }) => {
    await rollingOut(sql);
    const { rollouts } = await (await call("GET", "/rollouts?model=churn")).json();
    assert.deepEqual(rollouts.map((r: { id: string; state: string }) => [r.id, r.state]), [[ID, "running"]]);
    for (const id of [ID, encodeURIComponent(ID)]) {
      const one = await (await call("GET", `/rollouts/${id}`)).json();
      assert.deepEqual([one.step, one.plan.strategy, one.looks.length, one.looks[0].same], [
        1,
        "canary",
        1,
        true,
      ]);
    }
    const empty = await (await call("GET", "/rollouts?model=spending")).json();
    assert.deepEqual(empty.rollouts, []);
    assert.equal((await call("GET", "/rollouts/rollout/churn/v9")).status, 404);
    const { models } = await (await call("GET", "/retraining/status")).json();
    const { version, share, text } = models.find((m: { model: string }) => m.model === "churn").rollout;
    assert.deepEqual([version, share], [3, 0.25]);
    assert.match(text, /250/);
  }));

Deno.test("GET rollouts says that a look is not what its evidence gives, where somebody changed it", () =>
  withApp(async ({ call, sql }) => {
    await rollingOut(sql);
    await sql`update rollout_looks set evidence = jsonb_set(evidence, '{stepHours}', '1')`;
    const { looks: [look] } = await (await call("GET", `/rollouts/${ID}`)).json();
    assert.equal(look.same, false);
  }));

Deno.test("GET serving tells each change of share, from when until when, and who made it", () =>
  withApp(async ({ call, sql }) => {
    await rollingOut(sql);
    const { version, history } = await (await call("GET", "/models/churn/serving")).json();
    assert.equal(version, 2);
    type Row = { kind: string; version: number; share: number; until: string | null; at: string };
    assert.deepEqual(history.map((m: Row) => [m.kind, m.version, m.share]), [
      ["share", 3, 0.25],
      ["share", 3, 0.05],
      ["deploy", 2, 1],
      ["deploy", 1, 1],
    ]);
    assert.equal(history[0].until, null);
    assert.equal(history[1].until, history[0].at);
  }));

Deno.test("POST rollback takes back the challenger at once, without Temporal, and says so once", () =>
  withApp(async ({ call, sql, control }) => {
    await rollingOut(sql);
    control.down = true;
    const header = { "Idempotency-Key": "k" };
    const answer = await call("POST", "/models/churn/rollback", { why: "complaints" }, header);
    const move = await answer.json();
    assert.deepEqual([answer.status, move.kind, move.version, move.previous], [200, "roll back", 2, 3]);
    const again = await call("POST", "/models/churn/rollback", { why: "complaints" }, header);
    assert.deepEqual(await again.json(), move);
    const [rollout] = (await (await call("GET", "/rollouts")).json()).rollouts;
    assert.deepEqual([rollout.state, rollout.endedWhy], ["rolled back", "complaints"]);
    const { changes: [audit] } = await (await call("GET", "/audit")).json();
    assert.deepEqual([audit.action, audit.target, audit.who], ["roll back", "churn", "owner"]);
  }));

Deno.test("POST rollback and promote tell the rollout that ended with them", () =>
  withApp(async ({ call, sql, control }) => {
    await rollingOut(sql);
    assert.equal((await call("POST", "/models/churn/promote", { version: 3 })).status, 200);
    assert.deepEqual(control.told.at(-1), ["wake rollout", ID]);
    const [rollout] = (await (await call("GET", "/rollouts")).json()).rollouts;
    assert.equal(rollout.state, "promoted");
  }));

Deno.test("POST pause and resume are written down once, also without Temporal, and wake the rollout", () =>
  withApp(async ({ call, sql, control }) => {
    await rollingOut(sql);
    control.down = true;
    const header = { "Idempotency-Key": "k" };
    const answer = await call("POST", "/models/churn/rollout/pause", { hours: 5, why: "sale" }, header);
    const paused = await answer.json();
    assert.deepEqual([answer.status, paused.paused.by, paused.paused.why], [200, "owner", "sale"]);
    const hours = (Date.parse(paused.paused.until) - Date.parse(paused.paused.at)) / 3_600_000;
    assert.equal(hours, 5);
    const again = await call("POST", "/models/churn/rollout/pause", { hours: 5, why: "sale" }, header);
    assert.deepEqual(await again.json(), paused);
    assert.equal((await call("POST", "/models/churn/rollout/pause")).status, 409);
    const { models, headline } = await (await call("GET", "/retraining/status")).json();
    assert.equal(models.find((m: { model: string }) => m.model === "churn").rollout.paused.by, "owner");
    assert.match(headline, /has the rollout of v3 paused/);
    const stale = await getRollout(sql, ID);
    const evidence = evidenceOf({ asOf: AS_OF, arms: [arm(3)], pairs: [pair(3)] });
    const decision = { kind: "go on" as const, step: 2, shares: [{ version: 3, share: 0.5 }], text: "next" };
    const kept = await applyDecision(sql, {
      rollout: stale,
      key: "look 2",
      evidence,
      decision,
      codeVersion: "c",
    });
    assert.deepEqual([kept.step, kept.shares], [stale.step, stale.shares], "a look from before the pause");
    control.down = false;
    const resumed = await (await call("POST", "/models/churn/rollout/resume", { why: "over" })).json();
    assert.deepEqual([resumed.paused, control.told], [null, [["wake rollout", ID]]]);
    assert.equal((await call("POST", "/models/churn/rollout/resume")).status, 409);
    const { changes } = await (await call("GET", "/audit")).json();
    assert.deepEqual(changes.map((c: { action: string }) => c.action), ["resume rollout", "pause rollout"]);
  }));

Deno.test("POST rollout hands a kept version over, and is written down once", () =>
  withApp(async ({ call, sql, control }) => {
    await rollingOut(sql);
    const body = { version: 4, strategy: "shadow", why: "before the sale" };
    const header = { "Idempotency-Key": "k" };
    const answer = await call("POST", "/models/churn/rollout", body, header);
    const { rollout } = await answer.json();
    assert.equal(answer.status, 202);
    assert.match(rollout, /^rollout\/churn\/v4-[0-9a-f]{8}$/);
    await call("POST", "/models/churn/rollout", body, header);
    const told = control.told.filter(([what]) => what === "begin rollout");
    assert.equal(told.length, 1);
    const { version, strategy, by, id } = told[0][1] as Record<string, unknown>;
    assert.deepEqual([version, strategy, by, id], [4, "shadow", "owner", rollout]);
    const { changes } = await (await call("GET", "/audit")).json();
    assert.deepEqual(changes.map((c: { action: string }) => c.action), ["roll out"]);
  }));

Deno.test("POST drill begins as of a past moment where it is told one", () =>
  withApp(async ({ call, sql, control }) => {
    await rollingOut(sql);
    assert.equal((await call("POST", "/models/churn/drill", { asOf: "2011-08-01" })).status, 202);
    const wanted = control.told.at(-1)![1] as Record<string, unknown>;
    assert.deepEqual(
      [wanted.version, wanted.strategy, wanted.asOf, wanted.replayed],
      [{ drill: { strength: 1 } }, "canary", "2011-08-01T00:00:00.000Z", true],
    );
  }));

for (
  const [what, path, body, status, detail] of [
    ["a version that serves", "/models/churn/rollout", { version: 2 }, 409, /serves already/],
    ["a version that never was", "/models/churn/rollout", { version: 9 }, 404, /9/],
    ["at once", "/models/churn/rollout", { version: 4, strategy: "immediate" }, 422, /strategy/],
    ["another model", "/models/none/rollout", { version: 4 }, 404, /none/],
    ["beside nothing", "/models/spending/drill", {}, 409, /serves yet/],
    ["with no noise", "/models/churn/drill", { strength: 0 }, 422, /strength/],
    ["a look without a moment", `/rollouts/${ID}/look`, {}, 422, /asOf/],
    ["a look at one that has a timer", `/rollouts/${ID}/look`, { asOf: NOW }, 409, /looks by itself/],
    ["a pause for ever", "/models/churn/rollout/pause", { hours: 9999 }, 422, /hours/],
    ["to pause what does not run", "/models/spending/rollout/pause", {}, 409, /none is running/],
    ["a drill to come", "/models/churn/drill", { asOf: "2999-01-01" }, 422, /future/],
    ["a look at no rollout", "/rollouts/rollout/churn/v9/look", { asOf: NOW }, 404, /v9/],
  ] as const
) {
  Deno.test(`POST ${path} refuses ${what}`, () =>
    withApp(async ({ call, sql, control }) => {
      await rollingOut(sql);
      const answer = await call("POST", path, body);
      const problem = await answer.json();
      assert.equal(answer.status, status, JSON.stringify(problem));
      assert.match(problem.detail, detail);
      assert.deepEqual(control.told, []);
    }));
}

Deno.test("POST look passes on when to look, and what that came to", () =>
  withApp(async ({ call, sql, control }) => {
    await rollingOut(sql, { replayed: true });
    const answer = await call("POST", `/rollouts/${encodeURIComponent(ID)}/look`, {
      asOf: NOW,
      traffic: true,
    });
    assert.deepEqual(await answer.json(), { ended: false, text: "keep collecting" });
    assert.deepEqual(control.told, [["look at rollout", ID, { asOf: NOW, traffic: true }]]);
  }));

Deno.test("GET plan tells beforehand what a rollout would go by and need", () =>
  withApp(async ({ call, sql }) => {
    await rollingOut(sql);
    const { plan } = await (await call("GET", "/models/churn/rollout/plan?version=4&strategy=ab")).json();
    assert.deepEqual([plan.strategy, plan.champion, plan.challengers, plan.ab.perArm], ["ab", 2, [4], null]);
    assert.ok(Math.abs(plan.margin - 0.02 * 0.54) < 1e-12);
    assert.equal((await call("GET", "/models/spending/rollout/plan?version=1")).status, 409);
  }));
