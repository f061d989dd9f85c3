import assert from "node:assert/strict";
import { openRound } from "../../src/db/federated/rounds.ts";
import { claimFederatedRun, getFederatedRun, listFederatedRuns } from "../../src/db/federated/runs.ts";
import { withServed } from "./support.ts";

Deno.test("perennial federated starts a training with its plan, forces its cycle, and shows how far it is", () =>
  withServed(async ({ run, sql, control }) => {
    assert.match((await run(["federated"])).out, /No federated trainings yet/);
    const start = [
      "federated",
      "start",
      "churn",
      "--rounds",
      "7",
      "--hidden",
      "8,4",
      "--noise",
      "3",
      "--clip",
      "0.2",
    ];
    const begun = await run([...start, "--why", "the regions asked"]);
    assert.match(begun.out, /A federated cycle of churn is queued/);
    assert.deepEqual(control.told.map(([what, model]) => [what, model]), [["force", "churn"]]);
    const [{ id }] = await listFederatedRuns(sql, { limit: 5 });
    const { plan, why, state } = await getFederatedRun(sql, id);
    assert.deepEqual([plan.rounds, plan.hidden, why, state], [7, [8, 4], "the regions asked", "waiting"]);
    assert.deepEqual(plan.privacy, { noise: 3, clip: 0.2, sampling: 0.25, delta: 1e-5 });

    const again = await run(start);
    assert.ok(again.code !== 0 && /waits or runs already/.test(again.err), again.err);
    const wrong = await run(["federated", "start", "spending"]);
    assert.ok(wrong.code !== 0 && /is no classification/.test(wrong.err), wrong.err);
    const typo = await run(["federated", "start", "churn", "--hidden", "8,x"]);
    assert.ok(typo.code !== 0 && /whole numbers/.test(typo.err), typo.err);

    const withdrawn = await run(["federated", "withdraw", "churn", "--why", "too early"]);
    assert.match(withdrawn.out, /The federated training of churn is withdrawn/);
    assert.equal(await claimFederatedRun(sql, { model: "churn", cycleId: "retrainer/churn/cycle/8" }), null);
    const gone = await getFederatedRun(sql, id);
    assert.deepEqual([gone.state, gone.endedAt !== null], ["withdrawn", true]);
    assert.match(gone.error!, /^withdrawn by .+: too early$/);
    const twice = await run(["federated", "withdraw", "churn"]);
    assert.ok(twice.code !== 0 && /No federated training of churn waits/.test(twice.err), twice.err);
    const [told] = await sql`select action, why, after from audit where action = 'withdraw federated'`;
    assert.deepEqual([told.why, told.after], ["too early", { run: id }]);
    await sql`update federated_runs set state = 'waiting', error = null, ended_at = null`;

    const cycle = { model: "churn", cycleId: "retrainer/churn/cycle/9" };
    assert.equal(await claimFederatedRun(sql, cycle), id);
    assert.equal(await claimFederatedRun(sql, cycle), id, "the same for the same cycle");
    assert.equal(await claimFederatedRun(sql, { ...cycle, cycleId: "another" }), null);
    await openRound(sql, { run: id, round: 1, attempt: 1 });
    const roster = { keys: ["a", "b", "c"], threshold: 2 };
    await sql`update federated_rounds set roster = ${sql.json(roster)}, summed = ${sql.json(["a", "b"])},
      epsilon = 0.75, closed_at = now()`;
    assert.match(
      (await run(["federated", "status", "churn"])).out,
      /churn +running +1 of 7 +2 of 3 +0\.75\d* /,
    );
  }));
