import assert from "node:assert/strict";
import { momentsOf } from "../../src/backtest/plan.ts";
import { configFor, DEMO_PROTOCOL, replayCutoffs, testCutoffs } from "../../src/demo/protocol.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";

const config = configFor(RetrainingConfig.parse({}), DEMO_PROTOCOL);
const span = { firstMs: Date.parse("2010-12-01T08:26:00Z"), lastMs: Date.parse("2011-12-09T12:50:00Z") };
const models = ["churn", "spending"];
const iso = (ms: number) => new Date(ms).toISOString();

Deno.test("momentsOf() asks and scores where the demo's replay does, unless told otherwise", () => {
  const cutoffs = replayCutoffs({ ...DEMO_PROTOCOL, last: "2011-12-31" }, span.lastMs);
  const { moments, scoredFrom } = momentsOf(config, { models, span });
  assert.deepEqual(moments, cutoffs.map(iso));
  assert.equal(scoredFrom.churn, iso(testCutoffs(DEMO_PROTOCOL, cutoffs)[0]));
});

Deno.test("momentsOf() follows from, to and a step of its own, whatever the training cut-offs are", () => {
  const { moments, scoredFrom } = momentsOf(config, {
    models: ["churn"],
    span,
    from: "2011-05-01",
    to: "2011-06-05",
    stepDays: 7,
  });
  assert.deepEqual(moments.map((m) => m.slice(0, 10)), [
    "2011-05-01",
    "2011-05-08",
    "2011-05-15",
    "2011-05-22",
    "2011-05-29",
    "2011-06-05",
  ]);
  assert.equal(scoredFrom.churn, moments[0]);
});

Deno.test("momentsOf() scores each model from where it has its own labelled cut-offs", () => {
  const own = RetrainingConfig.parse({ ...config, models: { spending: { min_train_cutoffs: 5 } } });
  const { scoredFrom } = momentsOf(own, { models, span });
  const days = (Date.parse(scoredFrom.spending) - Date.parse(scoredFrom.churn)) / 86_400_000;
  assert.equal(days, 2 * DEMO_PROTOCOL.stepDays);
});

for (
  const [name, changed, says] of [
    ["no events", { span: null }, /without events/],
    ["too few scored moments", { from: "2011-11-01" }, /1 of 1 moments .* the events end on 2011-12-09/],
    ["a time after the data", { from: "2012-03-01" }, /0 of 0 moments/],
    ["a time before any labels", { to: "2011-03-01" }, /0 of 3 moments have 3 labelled cut-offs/],
    ["too many", { from: "2009-01-01", stepDays: 1 }, /at most 400/],
  ] as const
) {
  Deno.test(`momentsOf() refuses ${name}`, () => {
    assert.throws(() => momentsOf(config, { models, span, ...changed }), says);
  });
}
