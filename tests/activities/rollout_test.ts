import assert from "node:assert/strict";
import { MissingArtefactError } from "../../src/core/errors.ts";
import { DAY_MS } from "../../src/core/time.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { createRolloutActivities } from "../../activities/rollout/mod.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { endCycle, getCycle, openCycle } from "../../src/db/cycles/cycles.ts";
import { savePredictions } from "../../src/db/models/predictions.ts";
import { getRollout, listLooks } from "../../src/db/rollouts/rollouts.ts";
import { moveServing, servingState } from "../../src/db/models/serving.ts";
import { addVersion, getVersion } from "../../src/db/models/versions.ts";
import { knownGood } from "../../src/app/registry/moves.ts";
import { pauseRollout, resumeRollout } from "../../src/app/registry/rollout_pauses.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import { decideRollout } from "../../src/rollout/decide.ts";
import { addStrategy } from "../../src/rollout/strategies/mod.ts";
import { pauseKey } from "../../src/rollout/pause_alert.ts";
import { rolloutId } from "../../src/rollout/rollout.ts";
import { aManifest } from "../db/models_support.ts";
import { tinyArtefact } from "../serving/artefact.ts";
import { DEPLOYED_MS, inObservedShop } from "./observed_shop.ts";

/** Nobody signs here what begins. */
const SIGNALS = { key: new Uint8Array(32), obeyUnsigned: true };
const CYCLE = "retrainer/churn/cycle/2";
const ROLLOUT = rolloutId("churn", 2);
const day = (n: number) => new Date(DEPLOYED_MS + n * DAY_MS).toISOString();

/** A shop in which version 1 serves, and a cycle made version 2 from the artefact given. */
function inShop(
  artefact: Uint8Array,
  work: (
    shop: { deps: ActivityDeps; activities: ReturnType<typeof createRolloutActivities> },
  ) => Promise<void>,
  settings: Record<string, unknown> = {},
): Promise<void> {
  return inObservedShop(async (deps) => {
    const { sql, store } = deps;
    const { version, config } = await currentConfig(sql);
    const wanted = { ...config, rollout: "canary" as const, rollout_step_shoppers: 10, ...settings };
    await saveConfig(sql, { config: wanted, after: version, by: "a test", why: "" });
    await moveServing(sql, {
      model: "churn",
      version: 1,
      expected: null,
      kind: "deploy",
      key: "retrainer/churn/cycle/1",
      by: "a cycle",
      why: "first",
      asOf: day(0),
    });
    await openCycle(sql, {
      id: CYCLE,
      model: "churn",
      number: 2,
      runId: "r2",
      trigger: "replay",
      requestedBy: null,
      asOf: day(1),
      reasons: [],
      champion: 1,
    });
    const manifest = aManifest({ cycleId: CYCLE, metrics: { logLoss: 0.6 } });
    await addVersion(sql, { manifest, artefactSha256: await store.put(artefact) });
    const predictor = {
      predict: () => Promise.reject(new Error("nobody asks")),
      predictRows: () => Promise.reject(),
    };
    await work({ deps, activities: createRolloutActivities({ ...deps, predictor, signals: SIGNALS }) });
  }, { shoppers: 600 });
}

const begin = async (activities: ReturnType<typeof createRolloutActivities>, { sql }: ActivityDeps) => {
  const begun = await activities.beginDeployment({ cycleId: CYCLE, why: "better on 500 rows" });
  await endCycle(sql, CYCLE, "rolling out");
  return begun;
};

Deno.test("beginDeployment() begins a rollout once, with the plan as it is configured then", () =>
  inShop(tinyArtefact(5), async ({ deps, activities }) => {
    const begun = await begin(activities, deps);
    assert.deepEqual(begun, { version: 2, rollout: ROLLOUT });
    assert.deepEqual(await activities.beginDeployment({ cycleId: CYCLE, why: "again" }), begun);
    const { plan, replayed, shares } = await getRollout(deps.sql, ROLLOUT);
    assert.deepEqual([plan.strategy, plan.shares, replayed], ["canary", [0.05, 0.25, 0.5], true]);
    assert.deepEqual(shares, [{ version: 2, share: 0.05 }]);
    assert.ok(plan.margin > 0);
  }));

Deno.test("beginDeployment() lets a version serve at once, where the configuration says so", () =>
  inShop(tinyArtefact(5), async ({ deps, activities }) => {
    assert.deepEqual(await begin(activities, deps), { version: 2, rollout: null });
    assert.equal((await servingState(deps.sql, "churn"))!.champion, 2);
  }, { rollout: "immediate" }));

Deno.test("beginDeployment() lets no version serve whose file cannot be read by then", () =>
  inShop(tinyArtefact(5), async ({ deps, activities }) => {
    await deps.store.remove((await getVersion(deps.sql, "churn", 2)).artefactSha256);
    await assert.rejects(begin(activities, deps), MissingArtefactError);
    assert.equal((await servingState(deps.sql, "churn"))!.champion, 1);
  }, { rollout: "immediate" }));

Deno.test("a rollout goes back to no version whose file cannot be read, and the look is made again", () =>
  inShop(tinyArtefact(9.9), async ({ deps, activities }) => {
    await begin(activities, deps);
    const { artefactSha256 } = await getVersion(deps.sql, "churn", 1);
    const look = { rollout: ROLLOUT, look: 1, asOf: day(30) };
    await activities.lookAtRollout({ rollout: ROLLOUT, look: 0, asOf: day(1) });
    const bytes = await deps.store.get(artefactSha256);
    await deps.store.remove(artefactSha256);
    await assert.rejects(activities.lookAtRollout(look), MissingArtefactError);
    assert.equal((await getRollout(deps.sql, ROLLOUT)).state, "running");
    assert.deepEqual((await listAlerts(deps.sql)).map((a) => a.key), ["damaged/churn/1"]);
    await deps.store.put(bytes);
    assert.equal((await activities.lookAtRollout(look)).ended, true);
    assert.equal((await getRollout(deps.sql, ROLLOUT)).state, "rolled back");
  }, { guard_divergence: 1000 }));

Deno.test("a version that does worse is taken back once outcomes say so, by the population's alone", () =>
  inShop(tinyArtefact(9.9), async ({ deps, activities }) => {
    await begin(activities, deps);
    const first = await activities.lookAtRollout({ rollout: ROLLOUT, look: 1, asOf: day(1) });
    assert.equal(first.ended, false, first.text);
    const second = await activities.lookAtRollout({ rollout: ROLLOUT, look: 2, asOf: day(30) });
    assert.deepEqual(
      [second.ended, second.text.includes("worse than the champion")],
      [true, true],
      second.text,
    );
    assert.deepEqual(await activities.lookAtRollout({ rollout: ROLLOUT, look: 2, asOf: day(30) }), second);
    const [{ evidence }] = await listLooks(deps.sql, ROLLOUT);
    const [pair] = evidence.pairs;
    const french = pair.segments.find(({ segment }) => segment === "country France")!;
    assert.ok(french.difference.n > 50 && french.difference.n < pair.difference.n / 2, "a third live there");
    await activities.concludeRollout({ rollout: ROLLOUT });
    await activities.concludeRollout({ rollout: ROLLOUT });
    const { outcome, error } = await getCycle(deps.sql, CYCLE);
    assert.deepEqual([outcome, error], ["rolled back", second.text]);
    const [alert, ...others] = await listAlerts(deps.sql);
    assert.deepEqual([alert.kind, alert.severity, others.length], ["rollback", "critical", 0]);
    assert.equal(await knownGood(deps.sql, "churn"), null);
    assert.deepEqual((await servingState(deps.sql, "churn"))!.arms, []);
  }, { guard_divergence: 1000 }));

Deno.test("answers that lie far from the champion's break a guardrail before any outcome is in", () =>
  inShop(tinyArtefact(0, { slope: 0.5 }), async ({ deps, activities }) => {
    await begin(activities, deps);
    const { ended, text } = await activities.lookAtRollout({ rollout: ROLLOUT, look: 1, asOf: day(1) });
    assert.ok(ended && /standard deviations/.test(text), text);
  }));

Deno.test("no traffic is no failure: a rollout without it keeps collecting, and is set aside when its time is over", () =>
  inShop(tinyArtefact(1, { slope: 0.01 }), async ({ deps, activities }) => {
    await begin(activities, deps);
    for (const [look, at] of [[1, 1], [2, 20]] as const) {
      const { ended, text } = await activities.lookAtRollout({ rollout: ROLLOUT, look, asOf: day(at) });
      assert.ok(!ended, text);
    }
    const { ended } = await activities.lookAtRollout({ rollout: ROLLOUT, look: 3, asOf: day(58) });
    await activities.concludeRollout({ rollout: ROLLOUT });
    const { state, endedWhy } = await getRollout(deps.sql, ROLLOUT);
    assert.deepEqual([ended, state], [true, "held"]);
    assert.deepEqual((await getCycle(deps.sql, CYCLE)).outcome, "inconclusive");
    const [alert] = await listAlerts(deps.sql);
    assert.ok(alert.kind === "rollout" && alert.title.includes("perennial promote churn 2"), alert.title);
    assert.ok(endedWhy!.length > 10);
  }));

Deno.test("a version that everybody was shown and that outcomes prove is promoted, step by step", () =>
  inShop(tinyArtefact(1, { slope: 0.01 }), async ({ deps, activities }) => {
    await begin(activities, deps);
    const shown: number[] = [];
    for (let look = 1, at = 1; look <= 8; look++, at += 8) {
      await trafficFrom(deps, day(at));
      const { ended } = await activities.lookAtRollout({ rollout: ROLLOUT, look, asOf: day(at) });
      const { champion, arms: [arm] } = (await servingState(deps.sql, "churn"))!;
      shown.push(champion === 2 ? 1 : arm.share);
      if (ended) break;
    }
    assert.deepEqual([...new Set(shown)], [0.05, 0.25, 0.5, 1]);
    await activities.concludeRollout({ rollout: ROLLOUT });
    assert.equal((await getCycle(deps.sql, CYCLE)).outcome, "deployed");
    for (const look of await listLooks(deps.sql, ROLLOUT)) {
      const { plan } = await getRollout(deps.sql, ROLLOUT);
      assert.deepEqual(decideRollout(plan, look, look.evidence), look.decision, "decided again");
    }
  }, { rollout_step_shoppers: 2 }));

const ANN = { model: "churn", by: "ann", why: "the sale" };

Deno.test("a paused rollout takes no step and does not end, an alert tells of it in time, and resumed it goes on", () =>
  inShop(tinyArtefact(1, { slope: 0.01 }), async ({ deps, activities }) => {
    const { sql } = deps;
    await begin(activities, deps);
    const lookAt = async (look: number, at: number) => {
      await trafficFrom(deps, day(at));
      return await activities.lookAtRollout({ rollout: ROLLOUT, look, asOf: day(at) });
    };
    await lookAt(1, 1);
    await pauseRollout(sql, { ...ANN, requestId: "p", asOf: day(1), hours: 72 });
    await assert.rejects(
      pauseRollout(sql, { ...ANN, requestId: "p2", asOf: day(1), hours: 72 }),
      /ann paused it already/,
    );
    const before = await getRollout(sql, ROLLOUT);
    assert.equal(before.paused!.by, "ann");
    for (const [look, at] of [[2, 9], [3, 90]]) {
      const { ended, text } = await lookAt(look, at);
      assert.deepEqual([ended, text.startsWith("Paused")], [false, true]);
    }
    const { step, shares } = await getRollout(sql, ROLLOUT);
    assert.deepEqual([step, shares], [before.step, before.shares]);
    assert.deepEqual((await servingState(sql, "churn"))!.arms[0].share, before.shares[0].share);
    assert.deepEqual(await listAlerts(sql), [], "the pause is no longer than was meant");
    await sql`update rollouts set paused = jsonb_set(paused, '{until}', '"2020-01-01T00:00:00.000Z"')`;
    await lookAt(4, 90);
    const [alert, ...others] = await listAlerts(sql);
    assert.deepEqual([alert.kind, alert.key, others.length], [
      "rollout",
      pauseKey(ROLLOUT),
      0,
    ]);
    assert.match(alert.title, /still paused.*perennial rollouts resume churn/);
    await resumeRollout(sql, { ...ANN, requestId: "r", asOf: day(90), nowMs: deps.clock() });
    assert.deepEqual(await listAlerts(sql), []);
    const resumed = await getRollout(sql, ROLLOUT);
    assert.deepEqual([resumed.paused, Math.round(resumed.pausedDays)], [null, 89]);
    const { ended } = await lookAt(5, 91);
    const [last] = await listLooks(sql, ROLLOUT);
    assert.deepEqual([ended, last.decision.kind, Math.round(last.evidence.days)], [false, "go on", 1]);
    for (const look of await listLooks(sql, ROLLOUT)) {
      assert.deepEqual(decideRollout(resumed.plan, look, look.evidence), look.decision, "decided again");
    }
    const changes = (await listAudit(sql)).map(({ action, who }) => [action, who]);
    assert.deepEqual(changes, [["resume rollout", "ann"], ["pause rollout", "ann"]]);
  }, { rollout_step_shoppers: 2 }));

Deno.test("a paused rollout is taken back once it does harm", () =>
  inShop(tinyArtefact(9.9), async ({ deps, activities }) => {
    await begin(activities, deps);
    await pauseRollout(deps.sql, { ...ANN, requestId: "p", asOf: day(1), hours: 1 });
    await deps.sql`update rollouts set paused = jsonb_set(paused, '{until}', '"2020-01-01T00:00:00.000Z"')`;
    assert.equal((await activities.lookAtRollout({ rollout: ROLLOUT, look: 1, asOf: day(1) })).ended, false);
    assert.equal((await activities.lookAtRollout({ rollout: ROLLOUT, look: 2, asOf: day(30) })).ended, true);
    await activities.concludeRollout({ rollout: ROLLOUT });
    assert.equal((await getRollout(deps.sql, ROLLOUT)).state, "rolled back");
    assert.deepEqual((await listAlerts(deps.sql)).map(({ kind }) => kind), ["rollback"]);
    await assert.rejects(
      resumeRollout(deps.sql, { ...ANN, requestId: "r", asOf: day(30), nowMs: 0 }),
      /none is running/,
    );
  }, { guard_divergence: 1000 }));

/** Five shoppers are shown the challenger's answers. */
async function trafficFrom({ sql }: ActivityDeps, asOf: string): Promise<void> {
  const shoppers = await sql`select distinct user_key from user_days order by user_key limit 5`;
  const predictions = shoppers.map(({ userKey }) => ({ userKey, prediction: 0.3 }));
  const said = { model: "churn", fallback: false, featureHash: "f", horizonDays: 28, predictions, asOf };
  await savePredictions(sql, { ...said, version: 2, arm: "challenger" });
}

Deno.test("beginRolloutByHand() plants what a drill needs, once, and leaves the champion as it is", () =>
  inShop(tinyArtefact(5), async ({ deps, activities }) => {
    await pinMoment(deps.sql, DEPLOYED_MS + DAY_MS);
    const wanted = {
      id: "rollout/churn/drill-1",
      model: "churn",
      requestId: "r1",
      by: "ann",
      why: "drill",
    };
    const drill = { ...wanted, version: { drill: { strength: 1 } }, strategy: "shadow" as const };
    await activities.beginRolloutByHand(drill);
    await activities.beginRolloutByHand(drill);
    const { champion, challengers, plan } = await getRollout(deps.sql, wanted.id);
    assert.deepEqual([champion, challengers, plan.strategy], [1, [3], "shadow"]);
    const [{ n }] = await deps.sql`select count(*)::int as n from model_versions`;
    assert.equal(n, 3);
    const again = { ...wanted, id: "rollout/churn/v1-r2", requestId: "r2", version: 1 };
    await assert.rejects(activities.beginRolloutByHand(again), /it serves already/);
  }));

Deno.test("a rollout by a strategy of the shop's own begins with its shares, and ends as it decides", () => {
  addStrategy({
    name: "test-two-days",
    means: "half of all shoppers for two days",
    begin: ({ challengers }) => [{ version: challengers[0], share: 0.5 }],
    decide: ({ challengers: [version] }, _position, { stepHours }) =>
      stepHours >= 48
        ? { kind: "promote", version, text: "two days are over" }
        : { kind: "keep collecting", have: 0, need: null, text: "two days are not over" },
  });
  return inShop(tinyArtefact(0), async ({ deps, activities }) => {
    await begin(activities, deps);
    const { plan, shares } = await getRollout(deps.sql, ROLLOUT);
    assert.deepEqual([plan.strategy, shares], ["own:test-two-days", [{ version: 2, share: 0.5 }]]);
    const first = await activities.lookAtRollout({ rollout: ROLLOUT, look: 1, asOf: day(1.5) });
    assert.deepEqual([first.ended, first.text], [false, "two days are not over"]);
    const second = await activities.lookAtRollout({ rollout: ROLLOUT, look: 2, asOf: day(4) });
    assert.deepEqual([second.ended, second.text], [true, "two days are over"]);
    assert.equal((await servingState(deps.sql, "churn"))!.champion, 2);
  }, { rollout: "own:test-two-days", guard_divergence: 100 });
});
