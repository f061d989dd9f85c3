import assert from "node:assert/strict";
import { askApproval } from "../../src/db/rollouts/approvals.ts";
import { moveServing } from "../../src/db/models/serving.ts";
import { beginRollout } from "../../src/app/registry/rollout_moves.ts";
import { addVersions, AS_OF, deployment } from "../db/models_support.ts";
import { planOf } from "../rollout/support.ts";
import { withServed } from "./support.ts";
import type { Database } from "../../src/db/connect.ts";

async function rollingOut(sql: Database): Promise<void> {
  await addVersions(sql, 4);
  await moveServing(sql, deployment(2, null));
  await beginRollout(sql, {
    id: "rollout/churn/v3",
    model: "churn",
    cycleId: "retrainer/churn/cycle/3",
    champion: 2,
    challengers: [3],
    plan: planOf({ champion: 2, challengers: [3] }),
    shares: [{ version: 3, share: 0.05 }],
    asOf: AS_OF,
    replayed: false,
    beganBy: "a cycle",
    why: "better on 500 rows",
  });
}

Deno.test("perennial rollouts lists, shows, plans and begins", () =>
  withServed(async ({ run, sql, control }) => {
    assert.match((await run(["rollouts"])).out, /No rollouts yet/);
    await rollingOut(sql);
    assert.match(
      (await run(["rollouts"])).out,
      /rollout\/churn\/v3 +canary +running +v3 beside v2 +v3 5 %/,
    );
    const shown = await run(["rollouts", "show", "rollout/churn/v3"]);
    assert.match(
      shown.out,
      /shown to 5 %, 25 %, 50 % of shoppers, each for at least 24 h and 100 shoppers/,
    );
    assert.match(shown.out, /No decisions yet/);
    const plan = await run(["rollouts", "plan", "churn", "4", "--strategy", "ab"]);
    assert.match(plan.out, /too few outcomes to plan/);
    const begun = await run(["rollouts", "begin", "churn", "4", "--strategy", "shadow"]);
    assert.match(begun.out, /Started: perennial rollouts show rollout\/churn\/v4-/);
    assert.deepEqual(control.told.map(([what]) => what), ["begin rollout"]);
    const refused = await run(["rollouts", "begin", "churn", "2"]);
    assert.ok(refused.code !== 0 && /serves already/.test(refused.err), refused.err);
  }));

Deno.test("perennial rollouts pause and resume, also as rollout", () =>
  withServed(async ({ run, sql }) => {
    await rollingOut(sql);
    const paused = await run(["rollout", "pause", "churn", "--hours", "5", "--why", "the sale"]);
    assert.match(paused.out, /^Paused: rollout\/churn\/v3\. Go on: perennial rollouts resume churn$/m);
    assert.match((await run(["rollouts"])).out, /canary +paused +v3 beside v2/);
    const shown = (await run(["rollouts", "show", "rollout/churn/v3"])).out;
    assert.match(
      shown,
      /^rollout\/churn\/v3 +paused\n.*\n.*\npaused \S+ \S+ by owner: the sale; meant until/,
    );
    assert.match(
      (await run(["status"])).out,
      /version 3 is shown to 5 % of shoppers; paused by owner until/,
    );
    assert.notEqual((await run(["rollouts", "pause", "churn"])).code, 0);
    assert.match((await run(["rollouts", "resume", "churn"])).out, /^Resumed: /m);
    assert.match((await run(["rollouts"])).out, /canary +running/);
  }));

Deno.test("perennial approvals, approve and reject", () =>
  withServed(async ({ run, sql, control }) => {
    assert.match((await run(["approvals"])).out, /No version is waiting for approval/);
    await rollingOut(sql);
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const asked = {
      cycleId: "retrainer/churn/cycle/4",
      model: "churn",
      version: 4,
      text: "May version 4 serve?",
    };
    await askApproval(sql, { ...asked, expiresAt });
    assert.match((await run(["approvals"])).out, /churn +4 +waits +until .* May version 4 serve\?/);
    const approved = await run(["approve", "churn", "--version", "4", "--why", "fine"]);
    assert.equal(approved.out, "churn: version 4 was approved", approved.err);
    assert.deepEqual(control.told, [["decided", "retrainer/churn/cycle/4"]]);
    assert.match((await run(["approvals", "--all"])).out, /approved +.* by owner/);
    const again = await run(["reject", "churn"]);
    assert.ok(again.code !== 0 && /no version of "churn" waits/.test(again.err), again.err);
  }));
