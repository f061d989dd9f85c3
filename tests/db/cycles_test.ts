import assert from "node:assert/strict";
import { NotFoundError } from "../../src/core/errors.ts";
import { listChecks, saveCheck } from "../../src/db/cycles/checks.ts";
import {
  beginStage,
  countOutcomes,
  endCycle,
  enterStage,
  getCycle,
  listCycles,
  nextCycleNumber,
  openCycle,
  saveChallenger,
  saveProgress,
  saveVerdict,
  saveWatch,
} from "../../src/db/cycles/cycles.ts";
import type { Sql } from "../../src/db/connect.ts";
import type { Reason } from "../../src/retraining/check.ts";
import type { Evidence } from "../../src/validation/verdict.ts";
import { withDatabase } from "./database.ts";
import { AS_OF } from "./models_support.ts";

const reasons: Reason[] = [{
  code: "new samples",
  speaks: "for",
  text: "250 new data points",
  evidence: { have: 250, need: 100 },
}];
const idOf = (number: number, model = "churn") => `retrainer/${model}/cycle/${number}`;

const open = (sql: Sql, number: number, model = "churn") =>
  openCycle(sql, {
    id: idOf(number, model),
    model,
    number,
    runId: "run",
    trigger: "interval",
    requestedBy: null,
    asOf: AS_OF,
    reasons,
    champion: null,
  });

const evidence: Evidence = {
  gate: "evidence",
  loss: "logLoss",
  against: "baseline",
  championLoss: 0.6,
  challengerLoss: 0.5,
  difference: { mean: -0.1, low: -Infinity, high: Infinity, n: 2, clusters: 1, confidence: 0.9 },
  margin: 0.01,
  threshold: 0.05,
  expected: null,
  stale: false,
  staleBecause: null,
  failing: false,
  cutoffs: [AS_OF],
  segments: [],
  segmentMargin: 0.1,
  championMetrics: { logLoss: 0.6 },
  challengerMetrics: { logLoss: 0.5 },
};

Deno.test("openCycle() opens a cycle once, and getCycle() gives it back", () =>
  withDatabase(async (sql) => {
    await open(sql, 1);
    await enterStage(sql, idOf(1), "train");
    await open(sql, 1);
    const cycle = await getCycle(sql, idOf(1));
    assert.deepEqual([cycle.stage, cycle.asOf, cycle.reasons, cycle.outcome], [
      "train",
      AS_OF,
      reasons,
      null,
    ]);
    await assert.rejects(getCycle(sql, idOf(2)), NotFoundError);
  }));

Deno.test("enterStage() closes the stage before, and repeated changes nothing", () =>
  withDatabase(async (sql) => {
    await open(sql, 1);
    for (const stage of ["snapshot", "train", "train", "validate"] as const) {
      await enterStage(sql, idOf(1), stage);
    }
    const { stages, stage } = await getCycle(sql, idOf(1));
    assert.equal(stage, "validate");
    assert.deepEqual(stages.map((s) => [s.stage, s.endedAt !== null]), [["snapshot", true], ["train", true], [
      "validate",
      false,
    ]]);
    assert.equal(stages[0].endedAt, stages[1].startedAt);
  }));

Deno.test("saveProgress() shows how far a stage is, until the next begins", () =>
  withDatabase(async (sql) => {
    await open(sql, 1);
    await enterStage(sql, idOf(1), "train");
    await saveProgress(sql, idOf(1), { fraction: 0.4, text: "epoch 4" });
    assert.deepEqual((await getCycle(sql, idOf(1))).progress, { fraction: 0.4, text: "epoch 4" });
    await enterStage(sql, idOf(1), "validate");
    assert.equal((await getCycle(sql, idOf(1))).progress, null);
  }));

Deno.test("saveVerdict() keeps all evidence, also an interval without ends", () =>
  withDatabase(async (sql) => {
    await open(sql, 1);
    await saveChallenger(sql, idOf(1), 4);
    await saveVerdict(sql, idOf(1), "inconclusive", evidence);
    const cycle = await getCycle(sql, idOf(1));
    assert.deepEqual([cycle.challenger, cycle.verdict, cycle.evidence], [4, "inconclusive", evidence]);
  }));

Deno.test("endCycle() keeps the first outcome, and nothing moves afterwards", () =>
  withDatabase(async (sql) => {
    await open(sql, 1);
    await endCycle(sql, idOf(1), "deployed");
    const ended = await getCycle(sql, idOf(1));
    await endCycle(sql, idOf(1), "failed", "too late");
    await enterStage(sql, idOf(1), "train");
    await saveProgress(sql, idOf(1), { fraction: 1, text: "late" });
    assert.deepEqual(await getCycle(sql, idOf(1)), ended);
    assert.deepEqual([ended.outcome, ended.stage, ended.error], ["deployed", "ended", null]);
    assert.ok(ended.endedAt !== null && ended.stages.at(-1)?.stage === "ended");
  }));

Deno.test("beginStage() lets no work begin in the name of a cycle that has ended", () =>
  withDatabase(async (sql) => {
    await open(sql, 1);
    await beginStage(sql, idOf(1), "train");
    await beginStage(sql, idOf(1), "train");
    await endCycle(sql, idOf(1), "lost", "its workflow was terminated");
    await assert.rejects(beginStage(sql, idOf(1), "deploy"), {
      name: "ConflictError",
      message: /cycle.* has ended already \(lost\)\. Force another/,
    });
    assert.equal((await getCycle(sql, idOf(1))).stage, "ended");
  }));

for (
  const [decision, outcome] of [["kept", "deployed"], ["rolled back", "rolled back"], [
    "cannot tell",
    "deployed",
  ]] as const
) {
  Deno.test(`saveWatch() leaves the outcome "${outcome}", when the deployment was "${decision}"`, () =>
    withDatabase(async (sql) => {
      await open(sql, 1);
      await endCycle(sql, idOf(1), "deployed");
      const watch = { decision, cutoff: AS_OF, against: 1, difference: null, text: "what was seen" };
      await saveWatch(sql, idOf(1), watch);
      const cycle = await getCycle(sql, idOf(1));
      assert.deepEqual([cycle.outcome, cycle.watch], [outcome, watch]);
    }));
}

Deno.test("listCycles() filters and pages, newest first; countOutcomes() and nextCycleNumber() count", () =>
  withDatabase(async (sql) => {
    assert.equal(await nextCycleNumber(sql, "churn"), 1);
    for (const number of [1, 2, 3]) await open(sql, number);
    await open(sql, 1, "spending");
    await endCycle(sql, idOf(1), "rejected");
    await endCycle(sql, idOf(2), "deployed");
    const numbers = async (query: Parameters<typeof listCycles>[1]) =>
      (await listCycles(sql, query)).map((c) => c.number);
    assert.deepEqual(await numbers({ model: "churn" }), [3, 2, 1]);
    assert.deepEqual(await numbers({ model: "churn", limit: 1, offset: 1 }), [2]);
    assert.deepEqual(await numbers({ outcome: "rejected" }), [1]);
    assert.equal((await listCycles(sql, {})).length, 4);
    assert.deepEqual(await countOutcomes(sql, "churn"), { rejected: 1, deployed: 1, running: 1 });
    assert.equal(await nextCycleNumber(sql, "churn"), 4);
  }));

Deno.test("saveCheck() stores a run's check once: a retry gets the answer given first", () =>
  withDatabase(async (sql) => {
    const check = (answer: "wait" | "retrain") =>
      saveCheck(sql, {
        id: crypto.randomUUID(),
        model: "churn",
        workflowRun: "run-1",
        asOf: AS_OF,
        trigger: "interval",
        answer,
        reasons,
        cycleId: null,
      });
    const first = await check("wait");
    assert.deepEqual(await check("retrain"), first);
    assert.deepEqual(await listChecks(sql, { model: "churn" }), [first]);
    assert.deepEqual(await listChecks(sql, { model: "spending" }), []);
  }));
