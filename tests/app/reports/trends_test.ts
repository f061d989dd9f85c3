import assert from "node:assert/strict";
import { saveCheck } from "../../../src/db/cycles/checks.ts";
import type { Sql } from "../../../src/db/connect.ts";
import { endCycle, enterStage, openCycle, saveVerdict } from "../../../src/db/cycles/cycles.ts";
import { saveObservation } from "../../../src/db/monitoring/observations.ts";
import { saveStream } from "../../../src/db/monitoring/streams.ts";
import type { PerformanceReport } from "../../../src/performance/report.ts";
import { readTrends, Trends } from "../../../src/app/reports/trends.ts";
import type { Evidence } from "../../../src/validation/verdict.ts";
import { withDatabase } from "../../db/database.ts";

const day = (days: number) => new Date(Date.UTC(2024, 2, 1) + days * 86_400_000).toISOString();

function aReport(days: number, over: Partial<PerformanceReport>): PerformanceReport {
  return {
    model: "churn",
    version: 1,
    asOf: day(days),
    answer: "cannot tell yet",
    text: "",
    alpha: 0.01,
    confidence: 0.9,
    loss: "logLoss",
    margin: 0.01,
    measured: null,
    waiting: 0,
    outcomesNext: null,
    estimated: null,
    scored: [],
    forecast: null,
    streams: [],
    ...over,
  };
}

const accuracy = (value: number) => [
  { metric: "logLoss", value: 0.5, low: 0.4, high: 0.6, rows: 200, shoppers: 150, atDeployment: null },
  {
    metric: "accuracy",
    value,
    low: value - 0.1,
    high: value + 0.1,
    rows: 200,
    shoppers: 150,
    atDeployment: 0.8,
  },
];
const measured = (value: number) => ({
  from: day(0),
  to: day(1),
  rows: 200,
  metrics: accuracy(value),
  segments: [],
  calibration: [],
});

async function look(
  sql: Sql,
  kind: "performance" | "drift" | "quality",
  days: number,
  answer: string,
  report: object,
) {
  const id = crypto.randomUUID();
  await saveObservation(sql, {
    id,
    kind,
    model: kind === "quality" ? null : "churn",
    key: `${kind} ${days}`,
    asOf: day(days),
    answer,
    report: { ...report },
    evidenceSha256: "e",
    codeVersion: "c",
  });
  return id;
}

const check = (
  sql: Sql,
  days: number,
  answer: "retrain" | "wait" | "fix data first",
  observations: string[],
) =>
  saveCheck(sql, {
    id: crypto.randomUUID(),
    model: "churn",
    workflowRun: `run ${days}`,
    asOf: day(days),
    trigger: "interval",
    answer,
    reasons: [],
    cycleId: null,
    observations,
    codeVersion: "c",
  });

async function cycle(
  sql: Sql,
  number: number,
  days: number,
  evidence: Partial<Evidence> | null,
): Promise<void> {
  const id = `retrainer/churn/cycle/${number}`;
  await openCycle(sql, {
    id,
    model: "churn",
    number,
    runId: `r${number}`,
    trigger: "interval",
    requestedBy: null,
    asOf: day(days),
    reasons: [],
    champion: null,
  });
  for (const stage of ["train", "validate"] as const) await enterStage(sql, id, stage);
  if (evidence) {
    await saveVerdict(sql, id, "promote", {
      gate: "evidence",
      loss: "logLoss",
      against: "champion",
      championLoss: 0.5,
      challengerLoss: 0.45,
      difference: { mean: -0.05, low: -0.08, high: -0.02, n: 400, clusters: 380, confidence: 0.9 },
      margin: 0.01,
      threshold: 0.05,
      expected: null,
      stale: false,
      staleBecause: null,
      failing: false,
      cutoffs: [],
      segments: [],
      segmentMargin: 0.1,
      championMetrics: {},
      challengerMetrics: { accuracy: 0.8 },
      ...evidence,
    });
  }
  await endCycle(sql, id, evidence ? "deployed" : "failed");
}

Deno.test("readTrends() is empty, before anything happened", () =>
  withDatabase(async (sql) => {
    const nothing = { cycles: 0, deployed: 0, days: 0, daysBetween: null, daysBetweenDeployments: null };
    assert.deepEqual(await readTrends(sql, { model: "churn", metric: "accuracy" }), {
      model: "churn",
      metric: null,
      looks: [],
      cycles: [],
      frequency: nothing,
      detections: [],
    });
  }));

Deno.test("readTrends() tells accuracy over time, marking what was only estimated", () =>
  withDatabase(async (sql) => {
    const estimated = { method: "m", assumptions: [], rows: 200, metrics: accuracy(0.7) };
    await look(sql, "performance", 0, "cannot tell yet", aReport(0, {}));
    await look(sql, "performance", 1, "cannot tell yet", aReport(1, { estimated }));
    await look(
      sql,
      "performance",
      2,
      "holds",
      aReport(2, { estimated, measured: measured(0.8), version: 2 }),
    );
    const { looks, metric } = await readTrends(sql, { model: "churn", metric: "accuracy" });
    assert.equal(metric, "accuracy");
    assert.deepEqual(looks.map((l) => [l.asOf, l.version, l.value, l.rows, l.estimated]), [
      [day(1), 1, 0.7, 200, true],
      [day(2), 2, 0.8, 200, false],
    ]);
  }));

Deno.test("readTrends() tells what cycles gained and cost, and how often they were", () =>
  withDatabase(async (sql) => {
    await cycle(sql, 1, 0, { against: "baseline" });
    await cycle(sql, 2, 14, null);
    await cycle(sql, 3, 28, {
      difference: { mean: 0.1, low: -Infinity, high: Infinity, n: 3, clusters: 1, confidence: 0.9 },
    });
    const trends = await readTrends(sql, { model: "churn", metric: "accuracy" });
    const [first, failed, third] = trends.cycles;
    assert.deepEqual(first.improvement, {
      relative: 0.1,
      low: 0.04,
      high: 0.16,
      loss: "logLoss",
      against: "baseline",
    });
    assert.deepEqual([first.value, first.validationRows, first.rows, first.outcome], [
      0.8,
      400,
      null,
      "deployed",
    ]);
    assert.deepEqual([failed.outcome, failed.value, failed.improvement], ["failed", null, null]);
    assert.deepEqual([third.improvement!.relative, third.improvement!.low, third.improvement!.high], [
      -0.2,
      null,
      null,
    ]);
    assert.deepEqual(Object.keys(first.seconds), ["train", "validate"]);
    assert.ok(Math.abs(first.secondsTotal - first.seconds.train - first.seconds.validate) < 1e-9);
    assert.deepEqual(trends.frequency, {
      cycles: 3,
      deployed: 2,
      days: 28,
      daysBetween: 14,
      daysBetweenDeployments: 28,
    });
    assert.deepEqual(Trends.parse(JSON.parse(JSON.stringify(trends))), trends);
  }));

Deno.test("readTrends() tells the time from the first sign to the check that answered", () =>
  withDatabase(async (sql) => {
    const finding = (from: number, over: object = {}) => ({
      key: `k${from}`,
      kind: "missing",
      subject: "amount",
      means: "broken",
      rows: 9,
      share: 0.1,
      from: day(from),
      to: day(9),
      ongoing: true,
      firstSeen: day(8),
      accepted: false,
      p: null,
      text: "",
      evidence: {},
      ...over,
    });
    const quality = await look(sql, "quality", 9, "broken", {
      asOf: day(9),
      answer: "broken",
      text: "",
      alpha: 0.01,
      from: day(2),
      events: 9,
      days: 9,
      findings: [finding(7), finding(5), finding(1, { accepted: true }), finding(2, { ongoing: false })],
    });
    await check(sql, 9, "fix data first", [quality]);
    await look(sql, "drift", 10, "drifted", {}); // ended by the next look: another story
    await look(sql, "drift", 11, "stable", {});
    await look(sql, "drift", 12, "drifted", {});
    const drift = await look(sql, "drift", 13, "drifted", {});
    const fell = await look(sql, "performance", 13, "fell", aReport(13, { answer: "fell" }));
    const key = { model: "churn", version: 1 };
    await saveStream(sql, key, { detector: "d", seen: 1, lastAsOf: day(6), lastId: 1, state: {} }, [
      { seen: 1, asOf: day(6), direction: "up" },
    ]);
    await check(sql, 13, "retrain", [drift, fell]);
    await check(sql, 14, "wait", [await look(sql, "drift", 14, "drifted", {})]);
    const { detections } = await readTrends(sql, { model: "churn", metric: "accuracy" });
    assert.deepEqual(
      detections.map(({ cause, since, answered, hours }) => [cause, since, answered, hours]).toSorted(),
      [["drift", day(12), day(13), 24], ["performance", day(6), day(13), 168], [
        "quality",
        day(5),
        day(9),
        96,
      ]],
    );
  }));
