import assert from "node:assert/strict";
import type { Cycle } from "../../src/retraining/cycle.ts";
import { cycleText } from "../../src/retraining/cycle_text.ts";
import { historyCsv } from "../../src/app/export/csv.ts";
import { healthOf } from "../../src/retraining/health.ts";
import { historyEntry } from "../../src/app/export/rows.ts";
import { evidence } from "../api/support.ts";

const AT = "2011-09-01T10:00:00.000Z";
const BEFORE = "2011-08-31T10:00:00.000Z";
const cycle: Cycle = {
  id: "retrainer/churn/cycle/7",
  model: "churn",
  number: 7,
  runId: "r",
  trigger: "interval",
  requestedBy: null,
  asOf: AT,
  stage: "ended",
  progress: null,
  reasons: [],
  snapshotId: null,
  champion: 3,
  challenger: 4,
  verdict: "promote",
  evidence,
  outcome: "deployed",
  error: null,
  watch: null,
  startedAt: AT,
  endedAt: "2011-09-01T10:01:30.000Z",
  stages: [{ stage: "train", startedAt: AT, endedAt: AT }, { stage: "ended", startedAt: AT, endedAt: null }],
};
const compared =
  "log loss 0.4800 against the champion's 0.5000, 4.0 % lower (90 % interval −6.0 % to −2.0 %) on 1,204 rows";

for (
  const [name, changed, want] of [
    ["deployed", {}, `Version 4 was deployed: ${compared}`],
    ["deployed because stale", {
      evidence: { ...evidence, stale: true, staleBecause: "its newest outcome is 90 days old" },
    }, `Version 4 was deployed: ${compared}; the champion was stale (its newest outcome is 90 days old)`],
    [
      "deployed though both predict alike",
      {
        evidence: {
          ...evidence,
          stale: true,
          staleBecause: null,
          challengerLoss: evidence.championLoss,
          difference: { ...evidence.difference, mean: 0, low: 0, high: 0 },
        },
      },
      "Version 4 was deployed: same predictions as the champion on 1,204 rows; the refit adds rows that no comparison " +
      "has seen; the champion was stale",
    ],
    [
      "rejected by the threshold gate",
      { outcome: "rejected", evidence: { ...evidence, gate: "threshold" } },
      `Version 4 was not deployed: ${compared}; the threshold asks for 5.0 %`,
    ],
    [
      "inconclusive without evidence",
      { outcome: "inconclusive", evidence: null, error: "too few rows" },
      "Version 4 was not deployed: too few rows",
    ],
    [
      "inconclusive for want of rows",
      {
        outcome: "inconclusive",
        evidence: null,
        reasons: [{
          code: "labelled rows",
          speaks: "against",
          text: "3 labelled rows, 100 needed",
          evidence: {},
        }],
      },
      "Version 4 was not deployed: nothing could be compared (3 labelled rows, 100 needed)",
    ],
    ["failed", {
      outcome: "failed",
      error: "the disk is full",
      stages: ["train", "report", "ended"].map((stage) => ({ stage, startedAt: AT, endedAt: AT })),
    }, 'Failed at "train": the disk is full'],
    ["cancelled", { outcome: "cancelled" }, 'Cancelled at "train"; what served before still serves'],
    ["rolled back", {
      outcome: "rolled back",
      watch: { decision: "rolled back", cutoff: AT, against: 3, difference: null, text: "it did worse" },
    }, "Version 4 was taken back: it did worse"],
    [
      "running",
      { outcome: null, stage: "train", progress: { fraction: 0.4, text: "epoch 4" } },
      "Running: train, 40 % (epoch 4)",
    ],
    ["about to begin", { outcome: null, stage: "check" }, "Running: check"],
  ] as [string, Partial<Cycle>, string][]
) {
  Deno.test(`cycleText() says it in one sentence, when a cycle is ${name}`, () =>
    assert.equal(cycleText({ ...cycle, ...changed }), want));
}

Deno.test("cycleText() gives no share of a loss of zero", () => {
  const text = cycleText({
    ...cycle,
    evidence: { ...evidence, championLoss: 0, difference: { ...evidence.difference, low: 0.1, high: 0.2 } },
  });
  assert.doesNotMatch(text, /NaN|Infinity/);
});

const move = { kind: "deploy", version: 4, previous: 3, why: "", at: AT } as const;
const slipped = {
  code: "performance",
  speaks: "for",
  text: "Version 4 does worse than when it was validated",
  evidence: {},
} as const;
for (
  const [name, input, state] of [
    ["nothing served yet", { move: null }, "no model yet"],
    ["the last cycle failed", { lastCycle: { ...cycle, outcome: "failed" } }, "failed"],
    ["the first cycle of all failed", { move: null, lastCycle: { ...cycle, outcome: "failed" } }, "failed"],
    ["what served was taken back", {
      move: { ...move, kind: "roll back", version: 3, previous: 4, why: "complaints" },
    }, "rolled back"],
    ["it does worse than when validated", { lastCheck: { reasons: [slipped] } }, "slipped"],
    [
      "an alert is open",
      { alerts: [{ title: "A file is damaged", kind: "damaged", severity: "critical", openedAt: AT }] },
      "needs attention",
    ],
    [
      "its inputs drift",
      { alerts: [{ title: "Shoppers are not those", kind: "drift", severity: "warning", openedAt: AT }] },
      "drifting",
    ],
    [
      "what was taken back has been replaced since",
      { alerts: [{ title: "Back", kind: "rollback", severity: "critical", openedAt: BEFORE }] },
      "healthy",
    ],
    [
      "a rollout was taken back",
      {
        alerts: [{ title: "Version 7 was taken back", kind: "rollback", severity: "critical", openedAt: AT }],
      },
      "rolled back",
    ],
    [
      "a person is asked",
      { alerts: [{ title: "May it?", kind: "approval", severity: "warning", openedAt: AT }] },
      "healthy",
    ],
    [
      "a drill went well",
      { alerts: [{ title: "Back", kind: "rollback", severity: "info", openedAt: AT }] },
      "healthy",
    ],
    [
      "a person promoted what serves",
      { move: { ...move, kind: "promote", why: "season" } },
      "promoted by hand",
    ],
    [
      "a person rolled back and the file of what serves is damaged",
      {
        move: { ...move, kind: "roll back", why: "complaints" },
        alerts: [{ title: "The file is damaged", kind: "damaged", severity: "critical", openedAt: AT }],
      },
      "needs attention",
    ],
    ["all is well", {}, "healthy"],
  ] as [string, Partial<Parameters<typeof healthOf>[0]>, string][]
) {
  Deno.test(`healthOf() is "${state}", when ${name}`, () => {
    const health = healthOf({ move, lastCycle: cycle, lastCheck: { reasons: [] }, alerts: [], ...input });
    assert.equal(health.state, state);
    assert.ok(health.text.length > 10);
  });
}

Deno.test("healthOf() says why no model can be trained, when nothing can be learned", () => {
  const text = "Nothing to learn for churn: no events are stored";
  const reasons = [{ code: "nothing to learn", speaks: "against", text, evidence: {} } as const];
  const health = healthOf({ move: null, lastCycle: null, lastCheck: { reasons }, alerts: [] });
  assert.deepEqual(health, { state: "no model yet", text });
});

Deno.test("historyCsv() writes a header, numbers unrounded, and an empty cell for none", () => {
  const [header, line, end] = historyCsv([
    historyEntry({ ...cycle, evidence: null, requestedBy: 'a "b", c' }),
  ]).split("\r\n");
  assert.equal(header.split(",").length, 24);
  assert.match(
    line,
    /^retrainer\/churn\/cycle\/7,churn,7,interval,"a ""b"", c",2011-09-01T10:00:00.000Z,.*,90,promote,deployed,3,4,,,,/,
  );
  assert.equal(end, "");
  assert.equal(historyCsv([], { header: false }), "");
});
