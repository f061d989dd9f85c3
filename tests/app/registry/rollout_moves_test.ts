import assert from "node:assert/strict";
import { ConflictError } from "../../../src/core/errors.ts";
import type { Database } from "../../../src/db/connect.ts";
import { getRollout, listLooks, runningRollout } from "../../../src/db/rollouts/rollouts.ts";
import { moveServing, servingChanges, servingHistory, servingState } from "../../../src/db/models/serving.ts";
import { getVersion } from "../../../src/db/models/versions.ts";
import { knownGood, promote, rollBack } from "../../../src/app/registry/moves.ts";
import { applyDecision, beginRollout } from "../../../src/app/registry/rollout_moves.ts";
import type { RolloutDecision } from "../../../src/rollout/decision.ts";
import type { ArmShare } from "../../../src/rollout/plan.ts";
import { rolloutId } from "../../../src/rollout/rollout.ts";
import { withDatabase } from "../../db/database.ts";
import { addVersions, AS_OF, deployment, goodFiles } from "../../db/models_support.ts";
import { evidenceOf, planOf } from "../../rollout/support.ts";

/** Versions 1 to 5, of which 1 and 2 were deployed in turn. */
const withChampion = (work: (sql: Database) => Promise<void>) =>
  withDatabase(async (sql) => {
    await addVersions(sql, 5);
    await moveServing(sql, deployment(1, null));
    await moveServing(sql, deployment(2, 1));
    await work(sql);
  });

const begin = (
  sql: Database,
  version: number,
  { share = 0.05, strategy = "canary" as "canary" | "shadow" } = {},
) =>
  beginRollout(sql, {
    id: rolloutId("churn", version),
    model: "churn",
    cycleId: `retrainer/churn/cycle/${version}`,
    champion: 2,
    challengers: [version],
    plan: planOf({ strategy, champion: 2, challengers: [version] }),
    shares: [{ version, share }],
    asOf: AS_OF,
    replayed: false,
    beganBy: "a cycle",
    why: "better",
  });

let looks = 0;
async function decided(sql: Database, version: number, decision: RolloutDecision, key = `look ${++looks}`) {
  const rollout = await getRollout(sql, rolloutId("churn", version));
  return await applyDecision(sql, {
    rollout,
    key,
    decision,
    evidence: evidenceOf({ asOf: AS_OF }),
    codeVersion: "c1",
  });
}
const goOn = (version: number, step: number, share: number): RolloutDecision => ({
  kind: "go on",
  step,
  shares: [{ version, share }],
  text: `now ${share}`,
});
const back: RolloutDecision = { kind: "roll back", because: "harm", text: "worse" };
const hold: RolloutDecision = { kind: "hold", text: "cannot tell" };
const keep: RolloutDecision = { kind: "keep collecting", have: 1, need: 2, text: "too few" };

const told = async (sql: Database) =>
  (await servingChanges(sql, "churn")).reverse().map((
    m,
  ) => [m.kind, m.version, m.previous, m.share, m.rollout !== null]);
const shown = async (sql: Database): Promise<[number, ArmShare[]]> => {
  const { champion, arms } = (await servingState(sql, "churn"))!;
  return [champion, arms.filter((arm) => arm.shown).map(({ version, share }) => ({ version, share }))];
};
const DEPLOYED = [["deploy", 1, null, 1, false], ["deploy", 2, 1, 1, false]];

Deno.test("a rollout grows step by step and is promoted; each change of what serves is a row", () =>
  withChampion(async (sql) => {
    await begin(sql, 3);
    assert.deepEqual(await shown(sql), [2, [{ version: 3, share: 0.05 }]]);
    await decided(sql, 3, keep);
    const { step, shares } = await decided(sql, 3, goOn(3, 1, 0.25));
    assert.deepEqual([step, shares], [1, [{ version: 3, share: 0.25 }]]);
    assert.equal((await decided(sql, 3, { kind: "promote", version: 3, text: "proven" })).state, "promoted");
    assert.deepEqual(await shown(sql), [3, []]);
    assert.deepEqual(await told(sql), [
      ...DEPLOYED,
      ["share", 3, 2, 0.05, true],
      ["share", 3, 2, 0.25, true],
      ["deploy", 3, 2, 1, true],
    ]);
    const decisions = (await listLooks(sql, rolloutId("churn", 3))).map((look) => look.decision.kind);
    assert.deepEqual(decisions, ["promote", "go on", "keep collecting"]);
    assert.equal((await servingHistory(sql, "churn"))[0].key, "retrainer/churn/cycle/3");
  }));

Deno.test("a rollout that does harm is taken back, and its version is not known as good", () =>
  withChampion(async (sql) => {
    await begin(sql, 3);
    assert.equal((await decided(sql, 3, back)).state, "rolled back");
    assert.deepEqual(await shown(sql), [2, []]);
    assert.deepEqual((await told(sql)).slice(2), [["share", 3, 2, 0.05, true], ["roll back", 2, 3, 1, true]]);
    assert.equal((await getVersion(sql, "churn", 3)).state, "rejected");
    assert.deepEqual(
      (await servingHistory(sql, "churn")).map((m) => m.version),
      [2, 1],
      "the champion never moved",
    );
    assert.equal(await knownGood(sql, "churn"), 1);
  }));

Deno.test("several rollouts rolled back in a row leave the champion, from which the next one starts", () =>
  withChampion(async (sql) => {
    for (const version of [3, 4]) {
      await begin(sql, version);
      await decided(sql, version, back);
    }
    assert.equal((await begin(sql, 5)).champion, 2);
    await decided(sql, 5, { kind: "promote", version: 5, text: "proven" });
    assert.equal(await knownGood(sql, "churn"), 2);
    assert.equal((await rollBack({ sql, files: goodFiles }, request("r1"))).version, 2);
    assert.equal(await knownGood(sql, "churn"), 1);
  }));

Deno.test("a rollout that cannot be told is set aside, and nothing is said against its version", () =>
  withChampion(async (sql) => {
    await begin(sql, 3);
    assert.equal((await decided(sql, 3, hold)).state, "held");
    assert.deepEqual((await told(sql)).slice(2), [["share", 3, 2, 0.05, true], ["share", 3, 2, 0, true]]);
    assert.equal((await getVersion(sql, "churn", 3)).state, "candidate");
    assert.equal((await promote({ sql, files: goodFiles }, { ...request("r1"), version: 3 })).version, 3);
  }));

Deno.test("a shadow rollout shows nothing to anybody, and changes nothing of what serves until it is promoted", () =>
  withChampion(async (sql) => {
    await begin(sql, 3, { strategy: "shadow", share: 0 });
    assert.deepEqual((await servingState(sql, "churn"))!.arms, [{ version: 3, share: 0, shown: false }]);
    assert.deepEqual(await told(sql), DEPLOYED);
  }));

Deno.test("beginRollout() begins once, refuses another champion, and takes the place of one that runs", () =>
  withChampion(async (sql) => {
    const first = await begin(sql, 3);
    assert.deepEqual(await begin(sql, 3, { share: 0.5 }), first);
    await begin(sql, 4);
    assert.equal((await getRollout(sql, first.id)).state, "superseded");
    assert.equal((await runningRollout(sql, "churn"))!.challengers[0], 4);
    assert.deepEqual(await shown(sql), [2, [{ version: 4, share: 0.05 }]]);
    assert.deepEqual((await told(sql)).slice(2), [
      ["share", 3, 2, 0.05, true],
      ["share", 3, 2, 0, true],
      ["share", 4, 2, 0.05, true],
    ]);
    await moveServing(sql, deployment(5, 2));
    await assert.rejects(begin(sql, 1), ConflictError);
  }));

Deno.test("applyDecision() does a look once, and nothing once the rollout has ended", () =>
  withChampion(async (sql) => {
    await begin(sql, 3);
    await decided(sql, 3, goOn(3, 1, 0.25));
    await rollBack({ sql, files: goodFiles }, request("by hand"));
    const after = await decided(sql, 3, { kind: "promote", version: 3, text: "too late" });
    assert.deepEqual([after.state, await shown(sql)], ["rolled back", [2, []]]);
    assert.equal((await listLooks(sql, after.id)).length, 1);
  }));

Deno.test("a person and a look that decide at once leave one of the two, whole", () =>
  withChampion(async (sql) => {
    for (const version of [3, 4, 5]) {
      await begin(sql, version);
      const promoted = decided(sql, version, { kind: "promote", version, text: "proven" });
      const [byHand] = await Promise.allSettled([
        rollBack({ sql, files: goodFiles }, request(`r${version}`)),
        promoted,
      ]);
      const { state } = await getRollout(sql, rolloutId("churn", version));
      const serving = (await servingState(sql, "churn"))!;
      assert.deepEqual([serving.arms, serving.champion], [[], 2], `${state} ${byHand.status}`);
    }
  }));

const request = (requestId: string) => ({ model: "churn", requestId, by: "ann", why: "odd", asOf: AS_OF });

Deno.test("a deployment or a promotion by hand ends a rollout that runs", () =>
  withChampion(async (sql) => {
    await begin(sql, 3);
    const move = await promote({ sql, files: goodFiles }, { ...request("r1"), version: 3 });
    assert.deepEqual([move.rollout, (await getRollout(sql, move.rollout!)).state], [
      rolloutId("churn", 3),
      "promoted",
    ]);
  }));

Deno.test("looks that change nothing give way to each other within the hour, those that do stay", () =>
  withChampion(async (sql) => {
    await begin(sql, 3);
    for (let i = 0; i < 5; i++) await decided(sql, 3, keep);
    await decided(sql, 3, goOn(3, 1, 0.25));
    for (let i = 0; i < 3; i++) await decided(sql, 3, keep);
    const kept = (await listLooks(sql, rolloutId("churn", 3))).map((
      look,
    ) => [look.number, look.decision.kind]);
    assert.deepEqual(kept, [[4, "keep collecting"], [3, "go on"], [2, "keep collecting"], [
      1,
      "keep collecting",
    ]]);
  }));
