import assert from "node:assert/strict";
import type { Backtest, BacktestStep } from "../../src/backtest/backtest.ts";
import { LABELS, REPLAY_POLICIES, replayPolicies, type ReplayPolicy } from "../../src/backtest/replay.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import churn from "../../src/models/churn.ts";
import spending from "../../src/models/spending.ts";
import { scoresAsJson, summariseReplay } from "../../src/demo/report.ts";

const EARLY = "2011-03-15T00:00:00.000Z";
const CUTOFFS = ["2011-03-29T00:00:00.000Z", "2011-04-12T00:00:00.000Z", "2011-04-26T00:00:00.000Z"];
const replay: Backtest = {
  id: "replay",
  models: ["churn"],
  policies: replayPolicies(),
  moments: [EARLY, ...CUTOFFS],
  scoredFrom: { churn: CUTOFFS[0] },
  config: RetrainingConfig.parse({}),
  by: "a test",
  why: "",
  createdAt: CUTOFFS[0],
};

const step = { model: "churn", run: "cycle", why: "", outcome: "wait", trained: false } as const;

/** Steps of all policies: what each served at each scored cut-off, and its accuracy there. */
function stepsOf(served: Record<ReplayPolicy, [number | null, number][]>): BacktestStep[] {
  return REPLAY_POLICIES.flatMap((policy) => [
    { ...step, policy: LABELS[policy], asOf: EARLY, version: null, rows: 0, metrics: null },
    ...served[policy].map(([version, accuracy], i) => {
      const metrics = { accuracy, logLoss: 1 - accuracy };
      return { ...step, policy: LABELS[policy], asOf: CUTOFFS[i], version, rows: 100, metrics };
    }),
  ]);
}

const steps = stepsOf({
  frozen: [[1, 0.7], [1, 0.7], [1, 0.6]],
  always: [[5, 0.7], [6, 0.8], [7, 0.7]],
  threshold: [[1, 0.7], [1, 0.7], [1, 0.6]],
  perennial: [[1, 0.7], [2, 0.8], [1, 0.75]],
});
const summary = summariseReplay(replay, churn, steps)!;
const of = (policy: string) => summary.policies.find((p) => p.policy === policy)!;
const near = (actual: number, want: number) =>
  assert.ok(Math.abs(actual - want) < 1e-12, `${actual} is not ${want}`);

Deno.test("replayPolicies() are Perennial on what serves, and the others beside it", () =>
  assert.deepEqual(replayPolicies().map(({ label, live = false }) => [label, live]), [
    ["perennial", true],
    ["perennial:gate=threshold", false],
    ["every", false],
    ["never", false],
  ]));

Deno.test("summariseReplay() means over cut-offs, each counting the same", () => {
  near(of("frozen").means.accuracy!, 2 / 3);
  near(of("perennial").means.accuracy!, 0.75);
  assert.deepEqual([summary.rows, of("always").cutoffs, summary.first, summary.last], [
    300,
    3,
    CUTOFFS[0],
    CUTOFFS[2],
  ]);
});

Deno.test("summariseReplay() counts the versions that came to serve, a return to an earlier one not", () =>
  assert.deepEqual(REPLAY_POLICIES.map((policy) => of(policy).deployments), [1, 3, 1, 2]));

Deno.test("summariseReplay() compares with frozen cut-off by cut-off, with the standard error", () => {
  const { accuracy, logLoss } = of("perennial").differences;
  near(accuracy.mean, 0.25 / 3);
  near(
    accuracy.error,
    Math.sqrt(((0 - 0.25 / 3) ** 2 + (0.1 - 0.25 / 3) ** 2 + (0.15 - 0.25 / 3) ** 2) / 2 / 3),
  );
  assert.deepEqual([accuracy.betterAt, logLoss.betterAt], [2, 2]);
  assert.deepEqual(of("frozen").differences.accuracy, { mean: 0, error: 0, betterAt: 0 });
});

Deno.test("summariseReplay() does not count the baseline that speaks before a first version as a deployment", () => {
  const late = stepsOf({
    frozen: [[1, 0.7], [1, 0.7], [1, 0.7]],
    always: [[5, 0.7], [6, 0.7], [7, 0.7]],
    threshold: [[null, 0.6], [null, 0.6], [2, 0.7]],
    perennial: [[null, 0.6], [2, 0.7], [2, 0.7]],
  });
  const { policies } = summariseReplay(replay, churn, late)!;
  assert.deepEqual(policies.map(({ deployments }) => deployments), [1, 3, 1, 1]);
});

Deno.test("summariseReplay() of a model that was not scored is null", () =>
  assert.equal(summariseReplay(replay, spending, steps), null));

Deno.test("scoresAsJson() gives each scored cut-off per model and policy, by date", () => {
  const json = scoresAsJson("r", steps, [summary]);
  assert.equal(json.scores.length, 12);
  assert.deepEqual(json.scores[0], {
    cutoff: "2011-03-29",
    model: "churn",
    policy: "frozen",
    version: 1,
    rows: 100,
    metrics: { n: 100, accuracy: 0.7, logLoss: 1 - 0.7 },
  });
});
