import assert from "node:assert/strict";
import fc from "fast-check";
import { type Answer, Reason } from "../../src/retraining/check.ts";
import { Findings, type Trouble } from "../../src/retraining/findings.ts";
import { decide, slipped, staleness } from "../../src/retraining/trigger.ts";
import type { Interval } from "../../src/stats/interval.ts";

type Champion = NonNullable<Findings["champion"]>;

const loss = (low: number, high: number): Interval => ({
  mean: (low + high) / 2,
  low,
  high,
  n: 300,
  clusters: 300,
  confidence: 0.9,
});

/** A champion that does as well as when it was validated. */
const champion = (over: Partial<Champion> = {}): Champion => ({
  version: 3,
  ageDays: 20,
  staleAfterDays: 84,
  rows: 1000,
  rowsNow: 1100,
  staleGrowth: 1.5,
  validatedLoss: 0.5,
  lossNow: loss(0.45, 0.55),
  margin: 0.01,
  ...over,
});

/** A check of a shop with enough of everything. */
const findings = (over: Partial<Findings> = {}): Findings => ({
  rollout: null,
  worth: null,
  learnable: null,
  trigger: "interval",
  asOf: "2024-06-01T00:00:00.000Z",
  newSamples: 500,
  newSamplesMin: 100,
  cutoffs: 8,
  cutoffsMin: 3,
  unseenRows: 400,
  unseenRowsMin: 100,
  newestLabelled: "2024-05-01T00:00:00.000Z",
  nextLabelled: "2024-06-12T00:00:00.000Z",
  newCutoffs: 1,
  routineCutoffs: 1,
  champion: champion(),
  quality: null,
  drift: null,
  outcomes: null,
  ...over,
});

const trouble = (over: Partial<Trouble> = {}): Trouble => ({
  key: "missing/price/2024-05-30",
  kind: "missing",
  subject: "price",
  rows: 900,
  from: "2024-05-30T00:00:00.000Z",
  to: "2024-06-01T00:00:00.000Z",
  text: "90 % of the prices are missing since 30 May",
  ...over,
});

type Quality = NonNullable<Findings["quality"]>;
const quality = (over: Partial<Quality>): Quality => ({
  answer: "sound",
  broken: [],
  changed: [],
  passing: [],
  ...over,
});
const broken = quality({ answer: "broken", broken: [trouble()] });
const burst = quality({ passing: [trouble({ kind: "volume too high", text: "a promotion" })] });
const OLD = "2024-04-20T00:00:00.000Z";
const RECENT = "2024-05-20T00:00:00.000Z";
const newCatalogue = (from: string) =>
  quality({ answer: "changed", changed: [trouble({ kind: "unseen category", from })] });

type Drift = NonNullable<Findings["drift"]>;
const drifted = (since: string | null, over: Partial<Drift> = {}): Drift => ({
  answer: since === null ? "stable" : "drifted",
  text: "3 of 58 features shifted beyond chance",
  since,
  top: [{ feature: "spend_28", shift: 0.4, p: 0.001, importance: 0.1, smallest: 0.2 }],
  ...over,
});
type Outcomes = NonNullable<Findings["outcomes"]>;
const outcomes = (answer: Outcomes["answer"]): Outcomes => ({ answer, text: `it ${answer}`, rows: 400 });
/** Nothing calls for a routine training. */
const calm = { newCutoffs: 0 };

for (
  const [name, over, answer] of [
    ["enough is new and labelled", {}, "retrain"],
    ["exactly enough is new and labelled", { newSamples: 100, unseenRows: 100, cutoffs: 3 }, "retrain"],
    ["one new sample is missing", { newSamples: 99 }, "wait"],
    ["nothing is new", { newSamples: 0 }, "wait"],
    ["events were erased since the last training", { newSamples: -5 }, "wait"],
    ["one labelled row is missing to validate on", { unseenRows: 99 }, "cannot tell yet"],
    ["too few cut-offs are labelled", { cutoffs: 2 }, "cannot tell yet"],
    ["neither samples nor labels suffice", { newSamples: 1, unseenRows: 1 }, "cannot tell yet"],
    ["a cut-off was labelled, but routine training is off", { routineCutoffs: 0 }, "wait"],
    ["nothing was labelled since the last training", calm, "wait"],
    ["nothing calls and there are no rows to validate on", { ...calm, unseenRows: 0 }, "wait"],
    ["data are broken", { quality: broken }, "fix data first"],
    ["data are broken and no model serves", { quality: broken, champion: null }, "fix data first"],
    ["data are broken and the model fell", { quality: broken, outcomes: outcomes("fell") }, "fix data first"],
    ["data are broken and a person forces it", { quality: broken, trigger: "force" }, "retrain"],
    [
      "there is too little history to judge the data",
      { quality: quality({ answer: "cannot tell yet" }) },
      "retrain",
    ],
    ["a burst passes", { ...calm, quality: burst }, "wait"],
    ["the catalogue changed and outcomes show it", { ...calm, quality: newCatalogue(OLD) }, "retrain"],
    [
      "the catalogue changed and outcomes are missing",
      { ...calm, quality: newCatalogue(RECENT) },
      "cannot tell yet",
    ],
    ["outcomes say that the model fell", { ...calm, outcomes: outcomes("fell") }, "retrain"],
    ["the model fell, with too few rows to prove another", {
      ...calm,
      outcomes: outcomes("fell"),
      unseenRows: 9,
    }, "cannot tell yet"],
    ["the model holds", { ...calm, outcomes: outcomes("holds") }, "wait"],
    ["outcomes hold against what counts alone would say", {
      ...calm,
      champion: champion({ lossNow: loss(0.9, 0.95) }),
      outcomes: outcomes("holds"),
    }, "wait"],
    ["inputs are stable", { ...calm, drift: drifted(null) }, "wait"],
    ["inputs drifted and outcomes are missing", { ...calm, drift: drifted(RECENT) }, "cannot tell yet"],
    ["inputs drifted and outcomes cannot tell", {
      ...calm,
      drift: drifted(OLD),
      outcomes: outcomes("cannot tell yet"),
    }, "retrain"],
    ["inputs drifted and nobody looked at outcomes", { ...calm, drift: drifted(OLD) }, "retrain"],
    [
      "inputs drifted and the model holds",
      { ...calm, drift: drifted(OLD), outcomes: outcomes("holds") },
      "wait",
    ],
    ["inputs drifted lately and the model held before", {
      ...calm,
      drift: drifted(RECENT),
      outcomes: outcomes("holds"),
    }, "cannot tell yet"],
    ["inputs drifted while a burst passes", { ...calm, drift: drifted(OLD), quality: burst }, "wait"],
    [
      "the model fell while a burst passes",
      { ...calm, quality: burst, outcomes: outcomes("fell") },
      "retrain",
    ],
    ["no model serves and enough is labelled", { champion: null, unseenRows: 100 }, "retrain"],
    ["no model serves and a row is missing", { champion: null, unseenRows: 99 }, "cannot tell yet"],
    ["no model serves and a cut-off is missing", { champion: null, cutoffs: 2 }, "cannot tell yet"],
    ["no model serves and too little came in", { champion: null, newSamples: 3 }, "wait"],
    ["a person forces it, with nothing new", { trigger: "force", newSamples: 0, unseenRows: 0 }, "retrain"],
    ["a person forces the first model", { trigger: "force", champion: null, cutoffs: 0 }, "retrain"],
    ["an alarm calls, but nothing is new", { trigger: "alarm", newSamples: 0 }, "wait"],
    ["a replay asks", { trigger: "replay" }, "retrain"],
  ] satisfies [string, Partial<Findings>, Answer][]
) {
  Deno.test(`decide() answers "${answer}", when ${name}`, () =>
    assert.equal(decide(findings(over)).answer, answer));
}

const reasonsOf = (over: Partial<Findings>) =>
  Object.fromEntries(decide(findings(over)).reasons.map((reason) => [reason.code, reason]));

for (
  const [name, code, over, speaks, text] of [
    ["enough samples", "new samples", {}, "for", /500 new data points .* 100 needed/],
    ["too few samples", "new samples", { newSamples: 7 }, "against", /7 new data points/],
    ["enough labels", "labelled rows", {}, "for", /400 labelled rows/],
    ["too few labels", "labelled rows", { unseenRows: 0 }, "against", /0 labelled rows/],
    ["a young champion", "age", {}, "neither", /Version 3 is not stale/],
    ["an old champion", "age", { champion: champion({ ageDays: 84.5 }) }, "for", /84 days old/],
    ["a champion that did well", "performance", {}, "neither", /as when it was validated/],
    [
      "a champion that slipped",
      "performance",
      { champion: champion({ lossNow: loss(0.52, 0.6) }) },
      "for",
      /worse/,
    ],
    [
      "a champion without outcomes",
      "performance",
      { champion: champion({ lossNow: null }) },
      "neither",
      /Too few/,
    ],
    ["broken data", "data quality", { quality: broken }, "against", /Fix the data first: 90 %/],
    ["sound data", "data quality", { quality: quality({}) }, "neither", /are sound/],
    ["a labelled cut-off", "routine", {}, "for", /1 cut-off was labelled since the last training, 1 call/],
    ["none", "routine", calm, "neither", /the next on 2024-06-12/],
    ["routine off", "routine", { routineCutoffs: 0 }, "neither", /is off/],
    [
      "drift without outcomes",
      "drift",
      { drift: drifted(RECENT) },
      "neither",
      /shows with the outcomes, the next on 2024-06-12/,
    ],
    [
      "drift in a burst",
      "drift",
      { drift: drifted(OLD), quality: burst },
      "neither",
      /goes with what passes: a promotion/,
    ],
    ["a new catalogue", "changed shop", { quality: newCatalogue(OLD) }, "for", /90 %/],
    ["no champion", "first model", { champion: null }, "for", /8 labelled cut-offs, 3 needed/],
    ["no champion and few cut-offs", "first model", { champion: null, cutoffs: 1 }, "against", /1 labelled/],
    ["a person", "forced", { trigger: "force" }, "for", /A person/],
  ] as const
) {
  Deno.test(`decide() gives "${code}" as a reason with its evidence, with ${name}`, () => {
    const reason = reasonsOf(over)[code];
    assert.equal(reason.speaks, speaks);
    assert.match(reason.text, text);
  });
}

for (
  const [name, over, want] of [
    ["young and grown little", {}, null],
    ["a day short of the age", { ageDays: 83.9 }, null],
    ["as old as that", { ageDays: 84 }, "its newest outcome is 84 days old"],
    [
      "half as many rows again are labelled",
      { rowsNow: 1500 },
      "it was trained on 1,000 rows, 1,500 are labelled now",
    ],
    ["one row less", { rowsNow: 1499 }, null],
  ] as const
) {
  Deno.test(`staleness() of a champion that is ${name}`, () => assert.equal(staleness(champion(over)), want));
}

for (
  const [name, lossNow, want] of [
    ["not, when too few outcomes are there", null, false],
    ["not, when the interval reaches down to what was validated", loss(0.49, 0.7), false],
    ["not, when it is worse by the margin only", loss(0.51, 0.6), false],
    ["when all of the interval is beyond the margin", loss(0.5101, 0.6), true],
    ["not, when it does better", loss(0.2, 0.3), false],
  ] as const
) {
  Deno.test(`slipped() says so ${name}`, () => assert.equal(slipped(champion({ lossNow })), want));
}

const anyFindings: fc.Arbitrary<Findings> = fc.record({
  rollout: fc.constant(null),
  worth: fc.constant(null),
  learnable: fc.constant(null),
  asOf: fc.constant("2024-06-01T00:00:00.000Z"),
  newestLabelled: fc.constantFrom(null, "2024-05-01T00:00:00.000Z"),
  nextLabelled: fc.constant("2024-06-12T00:00:00.000Z"),
  newCutoffs: fc.integer({ min: 0, max: 3 }),
  routineCutoffs: fc.integer({ min: 0, max: 2 }),
  quality: fc.constantFrom(null, broken, burst, newCatalogue(OLD), newCatalogue(RECENT)),
  drift: fc.constantFrom(null, drifted(null), drifted(OLD), drifted(RECENT)),
  outcomes: fc.constantFrom(null, outcomes("fell"), outcomes("holds"), outcomes("cannot tell yet")),
  trigger: fc.constantFrom("first", "interval", "force", "alarm", "replay"),
  newSamples: fc.integer({ min: -10, max: 300 }),
  newSamplesMin: fc.integer({ min: 1, max: 300 }),
  cutoffs: fc.integer({ min: 0, max: 8 }),
  cutoffsMin: fc.integer({ min: 1, max: 8 }),
  unseenRows: fc.integer({ min: 0, max: 300 }),
  unseenRowsMin: fc.integer({ min: 20, max: 300 }),
  champion: fc.option(fc.integer({ min: 0, max: 200 }).map((ageDays) => champion({ ageDays }))),
});

Deno.test("decide() stores reasons for every answer, and never waits where a person forces", () => {
  fc.assert(
    fc.property(anyFindings, (found) => {
      const { answer, reasons } = decide(found);
      for (const reason of reasons) {
        assert.deepEqual(Reason.parse(JSON.parse(JSON.stringify(reason))), reason);
      }
      assert.ok(reasons.length >= 3);
      const stored = Findings.parse(JSON.parse(JSON.stringify(found)));
      assert.deepEqual(decide(stored), { answer, reasons }); // what was stored decides the same
      if (found.quality === broken && found.trigger !== "force") assert.equal(answer, "fix data first");
      if (found.trigger === "force") assert.equal(answer, "retrain");
      else if (answer === "retrain") {
        assert.ok(found.newSamples >= found.newSamplesMin && found.cutoffs >= found.cutoffsMin);
      }
    }),
    { seed: 31, numRuns: 300 },
  );
});

Deno.test("decide() never turns away from retraining because more data came in", () => {
  fc.assert(
    fc.property(anyFindings, fc.nat(200), fc.nat(5), (found, samples, cutoffs) => {
      const more = {
        ...found,
        newSamples: found.newSamples + samples,
        unseenRows: found.unseenRows + samples,
        cutoffs: found.cutoffs + cutoffs,
      };
      if (decide(found).answer === "retrain") assert.equal(decide(more).answer, "retrain");
    }),
    { seed: 32, numRuns: 300 },
  );
});
