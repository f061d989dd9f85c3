import assert from "node:assert/strict";
import fc from "fast-check";
import { checkTrainings, type Moments, momentsOf, type Span } from "../../src/backtest/plan.ts";
import { InvalidInputError } from "../../src/core/errors.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { configFor, DEMO_PROTOCOL } from "../../src/demo/protocol.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { labelledCutoffs } from "../../src/training/cutoffs.ts";

const config = configFor(RetrainingConfig.parse({}), DEMO_PROTOCOL);
const span = { firstMs: Date.parse("2010-12-01T08:26:00Z"), lastMs: Date.parse("2011-12-09T12:50:00Z") };
const models = ["churn", "spending"];
const { first: from, last: to } = DEMO_PROTOCOL;
const days = (moments: readonly string[]) => moments.map((moment) => moment.slice(0, 10));

Deno.test("momentsOf() of the demo are 21 from 2011-02-01 to 2011-11-08, of which the last 17 are scored", () => {
  const { moments, scoredFrom } = momentsOf(config, { models, span, from, to });
  const scored = moments.filter((asOf) => asOf >= scoredFrom.churn);
  assert.deepEqual(days([moments[0], moments[1], moments.at(-1)!, scored[0]]), [
    "2011-02-01",
    "2011-02-15",
    "2011-11-08",
    "2011-03-29",
  ]);
  assert.deepEqual([moments.length, scored.length], [21, 17]);
});

Deno.test("momentsOf() asks where training has its cut-offs, unless told otherwise", () =>
  assert.deepEqual(momentsOf(config, { models, span }), momentsOf(config, { models, span, from })));

for (
  const [name, lastEvent, last] of [
    ["a moment whose outcome window the last day completes", "2011-06-06T09:00:00Z", "2011-05-10"],
    ["not a moment whose window is a day short", "2011-06-05T23:59:59Z", "2011-04-26"],
  ]
) {
  Deno.test(`momentsOf() asks at ${name}`, () => {
    const { moments } = momentsOf(config, {
      models,
      span: { ...span, lastMs: Date.parse(lastEvent) },
      from,
      to,
    });
    assert.equal(days(moments).at(-1), last);
  });
}

Deno.test("momentsOf() are scored on outcomes that the data hold, by models with enough to learn from", () => {
  const protocols = fc.record({
    stepDays: fc.integer({ min: 1, max: 40 }),
    horizonDays: fc.integer({ min: 1, max: 60 }),
    minTrain: fc.integer({ min: 1, max: 6 }),
  });
  let scoredCount = 0;
  fc.assert(
    fc.property(protocols, fc.integer({ min: 0, max: 300 }), (protocol, length) => {
      const { stepDays, horizonDays, minTrain } = protocol;
      const own = configFor(RetrainingConfig.parse({}), { ...DEMO_PROTOCOL, ...protocol });
      const lastMs = Date.parse(from) + length * DAY_MS + DAY_MS / 2;
      const { moments, scoredFrom } = plannedOrNone(own, { ...span, lastMs });
      const endOfDataMs = Math.ceil(lastMs / DAY_MS) * DAY_MS;
      for (const asOf of moments) {
        const asOfMs = Date.parse(asOf);
        assert.ok(asOfMs + horizonDays * DAY_MS <= endOfDataMs);
        if (asOf < scoredFrom.churn) continue;
        scoredCount++;
        const known = labelledCutoffs({
          firstMs: Date.parse(from),
          asOfMs,
          stepDays,
          horizonDays,
          max: 1000,
        });
        assert.ok(known.length >= minTrain, "the retrainer would know fewer cut-offs than the protocol says");
      }
    }),
    { seed: 61, numRuns: 200 },
  );
  assert.ok(scoredCount > 1000, String(scoredCount));
});

/** No moments where the data cannot carry three scored ones. */
function plannedOrNone(own: RetrainingConfig, span: Span): Moments {
  try {
    return momentsOf(own, { models: ["churn"], span, from, to });
  } catch (error) {
    if (error instanceof InvalidInputError) return { moments: [], scoredFrom: {} };
    throw error;
  }
}

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
  const later = (Date.parse(scoredFrom.spending) - Date.parse(scoredFrom.churn)) / DAY_MS;
  assert.equal(later, 2 * DEMO_PROTOCOL.stepDays);
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

Deno.test("checkTrainings() refuses policies that would train more often than is worth waiting for", () => {
  const at = (n: number) => Array.from({ length: n }, (_, i) => new Date(i * 86_400_000).toISOString());
  const plan = (n: number, first = 0) => ({ moments: at(n), scoredFrom: { churn: at(n)[first] } });
  checkTrainings([{ name: "cara", losses: "known" }], plan(60));
  checkTrainings([{ name: "oracle", losses: "all" }], plan(100, 40));
  checkTrainings([{ name: "every" }], plan(300));
  assert.throws(() => checkTrainings([{ name: "every" }, { name: "oracle", losses: "all" }], plan(61)), {
    name: "InvalidInputError",
    message: /Cannot replay "oracle" over 61 moments/,
  });
});
