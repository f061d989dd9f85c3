import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY_MS } from "../../src/core/time.ts";
import {
  configFor,
  DEMO_PROTOCOL,
  replayCutoffs,
  type ReplayProtocol,
  testCutoffs,
} from "../../src/demo/protocol.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { labelledCutoffs } from "../../src/training/cutoffs.ts";

/** The newest event of the bundled data. */
const LAST_EVENT_MS = Date.parse("2011-12-09T12:50:00Z");
const dates = (cutoffs: readonly number[]) => cutoffs.map((ms) => new Date(ms).toISOString().slice(0, 10));

Deno.test("replayCutoffs() of the demo are every 14 days from 2011-02-01 to 2011-11-08", () => {
  const cutoffs = dates(replayCutoffs(DEMO_PROTOCOL, LAST_EVENT_MS));
  assert.deepEqual([cutoffs.length, cutoffs[0], cutoffs[1], cutoffs.at(-1)], [
    21,
    "2011-02-01",
    "2011-02-15",
    "2011-11-08",
  ]);
});

Deno.test("testCutoffs() of the demo are the 17 that have three labelled cut-offs before them", () => {
  const scored = dates(testCutoffs(DEMO_PROTOCOL, replayCutoffs(DEMO_PROTOCOL, LAST_EVENT_MS)));
  assert.deepEqual([scored.length, scored[0], scored.at(-1)], [17, "2011-03-29", "2011-11-08"]);
});

for (
  const [name, over, lastEvent, count] of [
    [
      "a cut-off whose outcome window the last day completes",
      { last: "2011-02-15" },
      "2011-03-14T09:00:00Z",
      2,
    ],
    ["not a cut-off whose window is a day short", { last: "2011-02-15" }, "2011-03-13T23:59:59Z", 1],
    ["nothing after the last date asked for", { last: "2011-02-14" }, "2011-12-09T00:00:00Z", 1],
    ["one cut-off, when first and last are the same", { last: "2011-02-01" }, "2011-12-09T00:00:00Z", 1],
    ["nothing, when the data end before the first window does", {}, "2011-02-20T00:00:00Z", 0],
  ] as const
) {
  Deno.test(`replayCutoffs() gives ${name}`, () =>
    assert.equal(replayCutoffs({ ...DEMO_PROTOCOL, ...over }, Date.parse(lastEvent)).length, count));
}

const protocols: fc.Arbitrary<ReplayProtocol> = fc.record({
  stepDays: fc.integer({ min: 1, max: 40 }),
  horizonDays: fc.integer({ min: 1, max: 60 }),
  minTrain: fc.integer({ min: 1, max: 6 }),
}).map((over) => ({ ...DEMO_PROTOCOL, ...over }));

Deno.test("testCutoffs() are scored on outcomes that the data hold, by models with enough to learn from", () => {
  fc.assert(
    fc.property(protocols, fc.integer({ min: 0, max: 400 }), (protocol, days) => {
      const lastMs = Date.parse(protocol.first) + days * DAY_MS + 12 * 3_600_000;
      const cutoffs = replayCutoffs(protocol, lastMs);
      const endOfDataMs = Math.ceil(lastMs / DAY_MS) * DAY_MS;
      for (const at of cutoffs) assert.ok(at + protocol.horizonDays * DAY_MS <= endOfDataMs);
      for (const at of testCutoffs(protocol, cutoffs)) {
        const { first, stepDays, horizonDays, minTrain } = protocol;
        const known = labelledCutoffs({
          firstMs: Date.parse(first),
          asOfMs: at,
          stepDays,
          horizonDays,
          max: 1000,
        });
        assert.ok(known.length >= minTrain, "the retrainer would know fewer cut-offs than the protocol says");
        for (const cutoff of known) assert.ok(cutoffs.includes(cutoff));
      }
    }),
    { seed: 61, numRuns: 200 },
  );
});

Deno.test("configFor() makes retrainers follow the protocol, keeps the rest, and keeps every version's file", () => {
  const config = RetrainingConfig.parse({ seed: 5, gate: "threshold" });
  const { first_cutoff, step_days, horizon_days, min_train_cutoffs, seed, gate, backups_kept } = configOf(
    configFor(config, { ...DEMO_PROTOCOL, horizonDays: 7 }),
    "churn",
  );
  assert.deepEqual(
    [first_cutoff, step_days, horizon_days, min_train_cutoffs, seed, gate],
    ["2011-02-01", 14, 7, 3, 5, "threshold"],
  );
  assert.ok(backups_kept >= 21, "the first version serves a policy to the end");
});
