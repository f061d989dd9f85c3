/** The third action on a real registry: checked, made, proven, fitted again, and explained afterwards. */
import assert from "node:assert/strict";
import { MockActivityEnvironment } from "@temporalio/testing";
import { type CheckResult, createCheckActivities } from "../../activities/check.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { createRecalibrateActivities } from "../../activities/recalibrate.ts";
import { createSnapshotActivities } from "../../activities/snapshot.ts";
import { createTrainActivities } from "../../activities/train.ts";
import { createValidateActivities } from "../../activities/validate.ts";
import { deployVersion } from "../../activities/deploy.ts";
import { checkOfCycle } from "../../src/db/cycles/checks.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { getVersion, versionOfCycle } from "../../src/db/models/versions.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { learnedThrough } from "../../src/registry/version.ts";
import { explain } from "../../src/retraining/explain.ts";
import { Findings } from "../../src/retraining/findings.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { hasLine, withoutLine } from "../../src/training/recalibrate.ts";
import { inWorthShop, labelledTo } from "./worth_shop.ts";

/** Runs an activity as a worker would. */
const run = <I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> =>
  new MockActivityEnvironment().run(activity as never, input as never) as Promise<O>;

const cycleId = "retrainer/churn/cycle/9";
const DEAR = { training_price: 5 }; // a training that has to win back five cut-offs' loss

const check = (deps: ActivityDeps, newest: number): Promise<CheckResult> =>
  run(createCheckActivities(deps).checkTrigger, {
    cycleId,
    model: "churn",
    number: 9,
    trigger: "interval" as const,
    asOf: labelledTo(newest),
    requestedBy: null,
  });

/** What a cycle of the answer "recalibrate" does, up to its verdict. */
async function recalibrated(deps: ActivityDeps, newest: number) {
  const snapshot = await run(createSnapshotActivities(deps).takeSnapshot, {
    cycleId,
    model: "churn",
    asOf: labelledTo(newest),
    recalibrates: true,
  });
  const job = { cycleId, model: "churn", snapshotId: snapshot.snapshotId };
  const made = await run(createRecalibrateActivities(deps).recalibrateChallenger, job);
  return { snapshot, job, made };
}

Deno.test("a check recalibrates where a training is too dear, and the version is one like any other", () =>
  inWorthShop({ through: [0], settings: DEAR }, async (deps) => {
    const { sql, store } = deps;
    const checked = await check(deps, 7);
    assert.equal(checked.answer, "recalibrate", checked.text);
    const { snapshot, job, made } = await recalibrated(deps, 7);
    assert.ok(snapshot.testRows > 100, `${snapshot.testRows} rows`);
    assert.deepEqual([made.version, made.candidate], [2, "linear, recalibrated"]);
    assert.deepEqual(await run(createRecalibrateActivities(deps).recalibrateChallenger, job), made);

    const { verdict, why } = await run(createValidateActivities(deps).validateChallenger, job);
    assert.equal(verdict, "promote", why);
    const { evidence } = await getCycle(sql, cycleId);
    assert.ok(evidence!.expected!.mean < -0.1, "forecast of the recalibration, not of a training");
    assert.ok(evidence!.difference.high < 0);

    const tested = (await versionOfCycle(sql, cycleId))!;
    await run(createTrainActivities(deps).refitChallenger, job);
    const { manifest, artefactSha256 } = (await versionOfCycle(sql, cycleId))!;
    assert.ok(manifest.served.refitted && manifest.recalibrated!.rows > tested.manifest.recalibrated!.rows);
    assert.deepEqual([manifest.parent, manifest.recalibrated!.of], [1, 1]);
    assert.equal(learnedThrough(manifest), learnedThrough((await getVersion(sql, "churn", 1)).manifest));
    assert.equal(manifest.served.labelledThrough, labelledTo(7));
    const { intercept, slope } = manifest.recalibrated!;
    const usual = Math.log(0.2 / 0.8);
    assert.ok(intercept + slope * usual > usual + 0.5, `more stay away now: ${intercept}, ${slope}`);
    const asked = await run(createValidateActivities(deps).smokeTest, job);
    assert.equal(asked.asked, 64);
    const serving = await store.get((await getVersion(sql, "churn", 1)).artefactSha256);
    const bytes = await store.get(artefactSha256);
    assert.deepEqual(loadScorer(withoutLine(bytes).artefact).features, loadScorer(serving).features);

    const challenger = await getVersion(sql, "churn", 2);
    await deployVersion(deps, await getCycle(sql, cycleId), { challenger, why: "better" });
    assert.equal(await servingVersion(sql, "churn"), 2);
  }));

Deno.test("a line comes off where the check found none to be worth more: what was trained answers again", () =>
  inWorthShop({ through: [0], settings: DEAR }, async (deps) => {
    const { sql, store } = deps;
    await check(deps, 7);
    const { worth } = (await checkOfCycle(sql, cycleId))!.findings as Findings;
    const windows = worth!.recalibration!.windows.map(({ number }) => ({ number, saved: -0.3, aged: 0 }));
    const found = sql.json({ ...worth!.recalibration!, windows, line: { age: 2 } });
    await sql`update checks set findings = jsonb_set(findings, '{worth,recalibration}', ${found})
              where cycle_id = ${cycleId}`;
    const { job } = await recalibrated(deps, 7);
    await run(createTrainActivities(deps).refitChallenger, job);
    const { manifest, artefactSha256 } = (await versionOfCycle(sql, cycleId))!;
    assert.deepEqual([manifest.recalibrated!.intercept, manifest.recalibrated!.slope], [0, 1]);
    assert.ok(!hasLine(manifest));
    const { artefact } = withoutLine(await store.get(artefactSha256));
    const trained = await store.get((await getVersion(sql, "churn", 1)).artefactSha256);
    assert.deepEqual(loadScorer(artefact).features, loadScorer(trained).features);
  }));

Deno.test("a check under the policy worth is computed again to the same answer and reasons", () =>
  inWorthShop({ through: [0], settings: DEAR }, async (deps) => {
    await check(deps, 7);
    const stored = (await checkOfCycle(deps.sql, cycleId))!;
    const explained = await explain(stored, [], {
      open: () => Promise.reject(new Error("no look was made")),
      recompute: {} as never,
      codeVersion: "c1",
    });
    assert.equal(explained.outcome, "same", explained.text);
    const codes = explained.check.reasons.map(({ code, speaks }) => `${code}: ${speaks}`);
    assert.deepEqual(codes.slice(0, 2), ["worth: against", "recalibration: for"]);
    const [worth, third] = explained.check.reasons;
    assert.match(worth.text, /^Training now: worth .* over the next \d+ windows, costs /);
    assert.match(third.text, /^Recalibrating now: worth .* over the next \d+ windows, costs .*intercept /);
    const turned = { ...stored, findings: { ...stored.findings as Findings, worth: null } };
    assert.equal(
      (await explain(turned, [], { open: () => Promise.reject(), recompute: {} as never, codeVersion: "c1" }))
        .outcome,
      "differs",
    );
  }));

Deno.test("what serves is not recalibrated where that is turned off, or too little is known of it", async () => {
  await inWorthShop({ through: [0], settings: { ...DEAR, recalibrate: false } }, async (deps) => {
    const { answer } = await check(deps, 7);
    assert.notEqual(answer, "recalibrate");
  });
  await inWorthShop({ through: [0], settings: DEAR }, async (deps) => {
    const { answer, text } = await check(deps, 3);
    assert.notEqual(answer, "recalibrate");
    assert.match(text, /Recalibrating is not weighed: 0 labelled windows say what it saves, 2 needed/);
    const { made } = await recalibrated(deps, 1);
    assert.deepEqual(made, { version: null, candidate: null, text: "too few rows to recalibrate on" });
  });
});
