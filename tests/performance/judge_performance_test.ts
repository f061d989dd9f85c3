import assert from "node:assert/strict";
import { PerformanceReport } from "../../src/performance/report.ts";
import { excesses } from "../../src/performance/excess.ts";
import { judgePerformance } from "../../src/performance/judge_performance.ts";
import golden from "../golden/performance.json" with { type: "json" };
import { addOwnMetric } from "../../src/stats/own_metrics.ts";
import { unpacked } from "./golden.ts";
import { AS_OF_MS, type Change, evidenceOf, shopRows } from "./shop.ts";

const near = (have: number, want: number, within: number, what = "") =>
  assert.ok(Math.abs(have - want) <= within, `${what} want ${want}, have ${have}`);
const day = (days: number) => new Date(AS_OF_MS + days * 86_400_000).toISOString();

for (const { loss, cap, baseline, now, then, want } of golden.excess) {
  Deno.test(`excesses() of the ${loss} agree with ${golden.madeBy}`, () => {
    const options = { cap: cap ?? undefined, baseline };
    const found = excesses(loss as "logLoss", unpacked(now), unpacked(then), options);
    found.forEach((e, i) => {
      near(e.expected, want.expected[i], 1e-9 * want.expected[i], e.expectedFrom);
      near(e.excess, want.excess[i], 1e-9 * want.expected[i], e.expectedFrom);
      near(
        e.error / want.errors[i],
        1,
        0.1,
        `${e.expectedFrom}: standard error against a bootstrap over shoppers:`,
      );
    });
  });
}

/** How often each answer is given over many shops, at a chance of a false alarm of 5 % a look. */
function answers(kind: "classification" | "regression", change: Change, { rows = 300, runs = 200 } = {}) {
  const shares = { fell: 0, holds: 0, "cannot tell yet": 0 };
  for (let run = 0; run < runs; run++) {
    const now = shopRows(kind, rows, 2 * run + 1, change);
    const then = shopRows(kind, 600, 2 * run + 2);
    shares[judgePerformance(evidenceOf(kind, { now, then })).answer] += 1 / runs;
  }
  return shares;
}

const fewer = { classification: -0.5, regression: 1.4 };
for (const kind of ["classification", "regression"] as const) {
  for (
    const [what, change] of [
      ["nothing changed", {}],
      ["rows are harder, and the model knows", { spread: 0.5 }],
      ["everybody buys more", { level: fewer[kind] }],
    ] as const
  ) {
    Deno.test(`judgePerformance() of a ${kind} says "fell" no more often than it may, when ${what}`, () => {
      const { fell } = answers(kind, change);
      assert.ok(fell <= 0.08, `${fell} at 0.05, 200 looks`); // 0.05 and two standard errors
    });
  }
}

Deno.test('judgePerformance() says "fell", when what was learned holds no more', () => {
  const { fell, holds } = answers("classification", { lost: 0.6 }, { runs: 50 });
  assert.ok(fell > 0.9 && holds === 0, `${fell} ${holds}`);
  const spending = answers("regression", { lost: 0.9 }, { runs: 50, rows: 1500 });
  assert.ok(spending.fell > 0.5 && spending.holds === 0, JSON.stringify(spending));
});

Deno.test('judgePerformance() says "holds", when there are rows enough and rows are easier', () => {
  const { fell, holds } = answers("classification", { spread: 1.5 }, { runs: 50, rows: 800 });
  assert.ok(holds > 0.9 && fell === 0, `${holds} ${fell}`);
});

const now = shopRows("classification", 400, 1);
const then = shopRows("classification", 600, 2);
const few = shopRows("classification", 30, 3);
const nothing = { prediction: [], outcome: [], shopper: [] };

Deno.test("judgePerformance() of a version without outcomes tells what those before it did, and judges nothing by it", () => {
  const evidence = evidenceOf("classification", { now: nothing, then });
  const rows = now.outcome.length;
  const asOfMs = Array.from({ length: rows }, (_, i) => AS_OF_MS - (i % 2 === 0 ? 30 : 44) * 86_400_000);
  const served = { ...now, asOfMs, version: asOfMs.map((_, i) => i % 2 === 0 ? 2 : 1) };
  const report = PerformanceReport.parse(judgePerformance({ ...evidence, served }));
  assert.deepEqual([report.answer, report.measured], ["cannot tell yet", null]);
  assert.deepEqual([report.served!.versions, report.served!.rows], [[1, 2], rows]);
  const own = judgePerformance(evidenceOf("classification", { now, then })).measured!;
  assert.deepEqual(
    report.served!.metrics,
    own.metrics.map((metric) => ({ ...metric, atDeployment: null })),
  );
  assert.match(
    report.text,
    /no outcomes yet\. What served from \S+ to \S+ \(versions 1 and 2\): log loss 0\.\d+ \(.*\) on 400 predictions/,
  );
});

for (
  const [what, evidence, text] of [
    [
      "no outcome is known",
      evidenceOf("classification", { now: nothing, then }),
      /Version 3: no outcomes yet/,
    ],
    [
      "few outcomes are known",
      evidenceOf("classification", { now: few, then }),
      /too few outcomes.*on 30 predictions of 15/,
    ],
    ["few rows validated", evidenceOf("classification", { now, then: few }), /too few outcomes/],
    [
      "nothing is left to compare with",
      evidenceOf("classification", { now, then, over: { validated: null } }),
      /no rows to compare with/,
    ],
  ] as const
) {
  Deno.test(`judgePerformance() answers "cannot tell yet", when ${what}`, () => {
    const report = PerformanceReport.parse(judgePerformance(evidence));
    assert.equal(report.answer, "cannot tell yet");
    assert.match(report.text, text);
  });
}

Deno.test("judgePerformance() gives the same report for evidence that went through JSON", () => {
  const waiting = { ...shopRows("classification", 200, 5), total: 200, outcomesNext: day(3) };
  const evidence = evidenceOf("classification", { now, then, over: { waiting } });
  const report = judgePerformance(evidence);
  assert.deepEqual(judgePerformance(JSON.parse(JSON.stringify(evidence))), report);
  assert.deepEqual(PerformanceReport.parse(JSON.parse(JSON.stringify(report))), report);
  assert.equal(report.estimated!.rows, 200);
  assert.match(report.text, /200 predictions pending, next outcomes on 2024-06-04; estimated, not measured/);
});

Deno.test("judgePerformance() tells segments, calibration bins and the newest horizon", () => {
  const { measured } = judgePerformance(evidenceOf("classification", { now, then }));
  assert.deepEqual(measured!.segments.map(({ segment, rows }) => [segment, rows]), [
    ["no basket", 50],
    ["one basket", 50],
    ["2 to 5 baskets", 200],
    ["6 or more baskets", 100],
  ]);
  assert.deepEqual([measured!.rows, measured!.to, measured!.from], [400, day(-28), day(-41)]);
  assert.equal(measured!.calibration.reduce((sum, { rows }) => sum + rows, 0), 400);
  for (const bin of measured!.calibration) {
    assert.ok(bin.low <= bin.predicted && bin.predicted <= bin.high);
    assert.ok(bin.observedLow <= bin.observed && bin.observed <= bin.observedHigh);
  }
});

Deno.test("judgePerformance() looks at the newest horizon alone, when it has rows enough", () => {
  const old = shopRows("classification", 400, 9, { lost: 1 });
  const evidence = evidenceOf("classification", {
    now: { // newest first
      prediction: [...now.prediction, ...old.prediction],
      outcome: [...now.outcome, ...old.outcome],
      shopper: [...now.shopper, ...old.shopper],
    },
    then,
  });
  const asOfMs = evidence.met.asOfMs.map((_, i) => AS_OF_MS - (i < 400 ? 30 : 90) * 86_400_000);
  const both = judgePerformance({ ...evidence, met: { ...evidence.met, asOfMs } });
  assert.deepEqual([both.measured!.rows, both.measured!.from], [400, day(-30)]);
  const few = asOfMs.map((ms, i) => i < 100 ? ms : AS_OF_MS - 90 * 86_400_000);
  assert.equal(judgePerformance({ ...evidence, met: { ...evidence.met, asOfMs: few } }).measured!.rows, 800);
});

Deno.test('judgePerformance() takes an alarm within the budget as ground for "fell", when the loss is above all that explains it', () => {
  const worse = shopRows("classification", 120, 41, { lost: 0.5 });
  const stream = (
    budgeted: boolean,
    lastAlarm: string,
  ) => [{ detector: "ADWIN", seen: 90, alarms: 1, lastAlarm, budgeted }];
  const answer = (rows: typeof now, streams: ReturnType<typeof stream>) =>
    judgePerformance(evidenceOf("classification", { now: rows, then, over: { streams, alpha: 0.0001 } }))
      .answer;
  assert.equal(answer(worse, []), "cannot tell yet");
  assert.equal(answer(worse, stream(true, day(-30))), "fell");
  assert.equal(answer(worse, stream(false, day(-30))), "cannot tell yet"); // its false alarms are not paid for
  assert.equal(answer(worse, stream(true, day(-200))), "cannot tell yet"); // of predictions long past
  assert.notEqual(
    answer(shopRows("classification", 400, 7, { spread: 1.5 }), stream(true, day(-30))),
    "fell",
  );
});

Deno.test("judgePerformance() says that it looked at a part, when the evidence was cut", () => {
  const evidence = evidenceOf("classification", { now, then });
  const cut = judgePerformance({ ...evidence, met: { ...evidence.met, total: 9000 } });
  assert.match(cut.text, /the newest 400 of 9,000 were used/);
});

Deno.test("judgePerformance() judges by a loss of the shop's own, and measures its other metrics, with intervals", () => {
  addOwnMetric({ name: "test-letters", direction: "lower", of: (y, p) => p >= 0.3 ? 1 : 4 * y });
  addOwnMetric({
    name: "test-share-asked",
    direction: "higher",
    evaluate: (rows) => rows.filter(({ prediction }) => prediction >= 0.3).length / rows.length,
  });
  const now = shopRows("classification", 600, 1);
  const own = { loss: "own:test-letters", metrics: ["own:test-letters", "own:test-share-asked"] } as const;
  const atDeployment = { "own:test-letters": 0.9 };
  const evidence = evidenceOf("classification", {
    now,
    then: shopRows("classification", 600, 2),
    over: { ...own, atDeployment, waiting: { ...now, total: 600, outcomesNext: null } },
  });
  const report = judgePerformance(evidence);
  PerformanceReport.parse(report);
  const [letters, asked] = report.measured!.metrics;
  const want = now.outcome.reduce((sum, y, i) => sum + (now.prediction[i] >= 0.3 ? 1 : 4 * y), 0) / 600;
  near(letters.value, want, 1e-12);
  near(asked.value, now.prediction.filter((p) => p >= 0.3).length / 600, 1e-12);
  assert.ok([letters, asked].every(({ low, high, value }) => low! < value && value < high!));
  assert.deepEqual(report.estimated?.metrics.map(({ metric }) => metric) ?? [], ["own:test-letters"]);
  assert.match(report.text, /test letters [0-9.]+ \(/);
});
