import assert from "node:assert/strict";
import type { ReplayScore } from "../../src/db/cycles/replays.ts";
import churn from "../../src/models/churn.ts";
import { POLICIES } from "../../src/demo/protocol.ts";
import { scoresAsJson, summariseReplay } from "../../src/demo/report.ts";

const CUTOFFS = ["2011-03-29T00:00:00.000Z", "2011-04-12T00:00:00.000Z", "2011-04-26T00:00:00.000Z"];

/** Scores of all policies: what each served at each cut-off, and its accuracy there. */
function scoresOf(served: Record<string, [number | null, number][]>): ReplayScore[] {
  return CUTOFFS.flatMap((cutoff, i) =>
    POLICIES.map((policy) => {
      const [version, accuracy] = served[policy][i];
      const metrics = { n: 100, accuracy, logLoss: 1 - accuracy };
      return { replay: "r", model: "churn", policy, cutoff, version, rows: 100, metrics };
    })
  );
}

const scores = scoresOf({
  frozen: [[1, 0.7], [1, 0.7], [1, 0.6]],
  always: [[5, 0.7], [6, 0.8], [7, 0.7]],
  threshold: [[1, 0.7], [1, 0.7], [1, 0.6]],
  perennial: [[1, 0.7], [2, 0.8], [2, 0.75]],
});
const summary = summariseReplay(churn, scores)!;
const of = (policy: string) => summary.policies.find((p) => p.policy === policy)!;
const near = (actual: number, want: number) =>
  assert.ok(Math.abs(actual - want) < 1e-12, `${actual} is not ${want}`);

Deno.test("summariseReplay() means over cut-offs, each counting the same", () => {
  near(of("frozen").means.accuracy, 2 / 3);
  near(of("perennial").means.accuracy, 0.75);
  assert.deepEqual([summary.rows, of("always").cutoffs, summary.first, summary.last], [
    300,
    3,
    CUTOFFS[0],
    CUTOFFS[2],
  ]);
});

Deno.test("summariseReplay() counts how often what serves changed, the first included", () =>
  assert.deepEqual(POLICIES.map((policy) => of(policy).deployments), [1, 3, 1, 2]));

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
  const late = scoresOf({
    frozen: [[1, 0.7], [1, 0.7], [1, 0.7]],
    always: [[5, 0.7], [6, 0.7], [7, 0.7]],
    threshold: [[null, 0.6], [null, 0.6], [2, 0.7]],
    perennial: [[null, 0.6], [2, 0.7], [2, 0.7]],
  });
  const found = summariseReplay(churn, late)!.policies;
  assert.deepEqual(found.map((p) => p.deployments), [1, 3, 1, 1]);
});

Deno.test("summariseReplay() of a model that was not scored is null", () =>
  assert.equal(summariseReplay(churn, scores.map((s) => ({ ...s, model: "spending" }))), null));

Deno.test("scoresAsJson() gives each cut-off's scores per model and policy, by date", () => {
  const json = scoresAsJson("r", scores, [summary]);
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
