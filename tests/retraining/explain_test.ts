import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { DamagedArtefactError } from "../../src/core/errors.ts";
import { canonicalJson } from "../../src/core/hash.ts";
import type { StoredCheck } from "../../src/retraining/check.ts";
import type { Observation } from "../../src/monitoring/observation.ts";
import type { Findings } from "../../src/retraining/findings.ts";
import { decide } from "../../src/retraining/trigger.ts";
import {
  explain,
  type ExplainDeps,
  type Explanation,
  firstDifference,
} from "../../src/retraining/explain.ts";
import { aDriftReport, aPerformanceReport, aQualityReport, someFindings } from "../monitoring/reports.ts";

const AS_OF = "2011-09-01T00:00:00.000Z";
const REPORTS = { quality: aQualityReport(), drift: aDriftReport(), performance: aPerformanceReport() };
type Kind = keyof typeof REPORTS;
const KINDS = Object.keys(REPORTS) as Kind[];
const idOf = (kind: Kind) => `0000000${KINDS.indexOf(kind)}-0000-4000-8000-000000000000`;

const looks: Observation[] = KINDS.map((kind) => ({
  id: idOf(kind),
  kind,
  model: kind === "quality" ? null : "churn",
  key: "k",
  asOf: AS_OF,
  answer: REPORTS[kind].answer,
  report: stored(REPORTS[kind]),
  evidenceSha256: kind,
  codeVersion: "c1",
  at: AS_OF,
}));

/** As Postgres gives it back: other key order, nothing but JSON. */
function stored<T extends object>(value: T): Record<string, unknown> {
  return JSON.parse(canonicalJson(value));
}

function aCheck(findings: Findings = someFindings(), over: Partial<StoredCheck> = {}): StoredCheck {
  return {
    id: "7b0c2a52-4a4e-4f0c-9d38-6a3d0f0f6d11",
    model: "churn",
    asOf: AS_OF,
    trigger: "interval",
    ...decide(findings),
    cycleId: null,
    observations: KINDS.map(idOf),
    codeVersion: "c1",
    checkedAt: AS_OF,
    findings: stored(findings),
    ...over,
  };
}

/** Evidence that holds the report itself: what judges it again gives that back. */
const working: ExplainDeps = {
  open: (sha256) => Promise.resolve(sha256),
  recompute: {
    quality: () => Promise.resolve(REPORTS.quality),
    drift: () => Promise.resolve(REPORTS.drift),
    performance: () => Promise.resolve(REPORTS.performance),
  },
  codeVersion: "c1",
};
const outcomes = ({ parts }: Explanation) => parts.map(({ what, outcome }) => `${what} ${outcome}`);

Deno.test("explain() says the same, when decision and looks come out as they were stored", async () => {
  const told = await explain(aCheck(), looks, working);
  assert.deepEqual([told.outcome, told.check.answer], ["same", "fix data first"]);
  assert.deepEqual(outcomes(told), ["decision same", "quality same", "drift same", "performance same"]);
  assert.equal(
    told.text,
    'The same answer, "fix data first", and the same reasons, computed again from the stored findings and 3 looks',
  );
  assert.ok(!("findings" in told.check));
});

Deno.test("explain() opens each look's own evidence and hands it to the judge of its kind", async () => {
  const handed: unknown[] = [];
  const noting = (kind: Kind) => (evidence: unknown) => {
    handed.push([kind, evidence]);
    return Promise.resolve(REPORTS[kind]);
  };
  await explain(aCheck(), looks, {
    ...working,
    open: (sha256) => Promise.resolve(`opened ${sha256}`),
    recompute: { quality: noting("quality"), drift: noting("drift"), performance: noting("performance") },
  });
  assert.deepEqual(handed, KINDS.map((kind) => [kind, `opened ${kind}`]));
});

for (
  const [name, check, deps, found, want, difference] of [
    [
      "another answer was stored than the findings give",
      aCheck(someFindings(), { answer: "retrain" }),
      {},
      looks,
      ["differs", "decision differs"],
      { at: "answer", stored: '"retrain"', now: '"fix data first"' },
    ],
    [
      "a reason's number was changed",
      aCheck(someFindings(), {
        reasons: decide(someFindings()).reasons.map((r) =>
          r.code === "new samples" ? { ...r, evidence: { ...r.evidence, have: 901 } } : r
        ),
      }),
      {},
      looks,
      ["differs", "decision differs"],
      { at: "reasons[1].evidence.have", stored: "901", now: "900" },
    ],
    [
      "a finding was changed",
      aCheck(someFindings(), { findings: stored(someFindings({ newSamples: 7 })) }),
      {},
      looks,
      ["differs", "decision differs"],
      { at: "reasons[1].evidence.have", stored: "900", now: "7" },
    ],
    [
      "a look comes out otherwise",
      aCheck(),
      { recompute: { ...working.recompute, drift: () => Promise.resolve(aDriftReport({ seed: 2 })) } },
      looks,
      ["differs", "drift differs"],
      { at: "seed", stored: "1", now: "2" },
    ],
    [
      "the check decided on another answer than the look gave",
      aCheck(someFindings({ outcomes: { answer: "fell", text: "", rows: 9 } })),
      {},
      looks,
      ["differs", "performance differs"],
      { at: "findings.outcomes.answer", stored: '"fell"', now: '"holds"' },
    ],
    [
      "the findings are none",
      aCheck(someFindings(), { findings: { newSamples: "many" } }),
      {},
      looks,
      ["unreadable", "decision unreadable"],
      null,
    ],
    [
      "evidence is gone or damaged",
      aCheck(),
      { open: (hash: string) => Promise.reject(new DamagedArtefactError(hash, "no such file")) },
      looks,
      ["unreadable", "quality unreadable", "drift unreadable", "performance unreadable"],
      null,
    ],
    [
      "rows that a look compared are gone",
      aCheck(),
      {
        recompute: {
          ...working.recompute,
          drift: () => Promise.reject(new DamagedArtefactError("b".repeat(64), "no such file")),
        },
      },
      looks,
      ["unreadable", "drift unreadable"],
      null,
    ],
    [
      "evidence is not what its judge needs",
      aCheck(),
      { recompute: { ...working.recompute, quality: async (e: unknown) => await z.object({}).parse(e) } },
      looks,
      ["unreadable", "quality unreadable"],
      null,
    ],
    ["a look is not stored any more", aCheck(), {}, looks.slice(1), ["unreadable", "look unreadable"], null],
  ] as const
) {
  Deno.test(`explain() says "${want[0]}" and which part, when ${name}`, async () => {
    const told = await explain(check, found, { ...working, ...deps });
    assert.deepEqual([told.outcome, ...outcomes(told).filter((o) => !o.endsWith(" same"))], [...want]);
    assert.deepEqual(told.parts.find((p) => p.outcome === "differs")?.difference ?? null, difference);
    for (const { what, outcome } of told.parts) {
      if (outcome !== "same") assert.ok(told.text.includes(what), told.text);
    }
  });
}

Deno.test("explain() says differs before unreadable, for a difference is the graver", async () => {
  const told = await explain(aCheck(someFindings(), { answer: "wait" }), [], working);
  assert.deepEqual([told.outcome, told.parts.length], ["differs", 4]);
});

Deno.test("explain() computes again what another version of the code judged, and names both", async () => {
  const told = await explain(aCheck(), looks, { ...working, codeVersion: "c2" });
  assert.equal(told.outcome, "same");
  for (const { text } of told.parts) assert.match(text, /; judged by code c1, computed again by c2$/);
});

Deno.test("explain() says that there is no stored evidence, when the check was made without", async () => {
  const told = await explain(aCheck(someFindings(), { findings: null, observations: [] }), [], working);
  assert.deepEqual([told.outcome, told.parts], ["no stored evidence", []]);
});

Deno.test("explain() lets an error of this very code through, and tells one of another version's evidence", async () => {
  const broken = { ...working.recompute, drift: () => Promise.reject(new TypeError("a bug")) };
  await assert.rejects(explain(aCheck(), looks, { ...working, recompute: broken }), /a bug/);
  const ofAnotherVersion = await explain(aCheck(), looks, {
    ...working,
    recompute: broken,
    codeVersion: "c2",
  });
  assert.deepEqual(ofAnotherVersion.outcome, "unreadable");
  assert.match(ofAnotherVersion.parts[2].text, /^Evidence of code c1 cannot be judged by c2: a bug$/);
});

for (
  const [name, then, now, want] of [
    [
      "no difference in the order of keys",
      { a: 1, b: [2, { c: null }] },
      { b: [2, { c: null }], a: 1 },
      null,
    ],
    ["no difference between what is not there and undefined", { a: 1 }, { a: 1, b: undefined }, null],
    ["no difference between null and what JSON has no word for", { a: null }, { a: NaN }, null],
    ["a number", { a: [{ p: 0.1 }] }, { a: [{ p: 0.2 }] }, ["a[0].p", "0.1", "0.2"]],
    ["the last digit", { p: 0.1 }, { p: 0.1 + 2 ** -56 }, ["p", "0.1", "0.10000000000000002"]],
    ["what is missing", { a: 1, b: 2 }, { a: 1 }, ["b", "2", "nothing"]],
    ["what is new", { a: [1] }, { a: [1, 2] }, ["a[1]", "nothing", "2"]],
    ["an array in place of an object", { a: {} }, { a: [] }, ["a", "{}", "[]"]],
    ["text in place of a number", { a: 1 }, { a: "1" }, ["a", "1", '"1"']],
  ] as const
) {
  Deno.test(`firstDifference() finds ${name}`, () => {
    const found = firstDifference(then, now);
    assert.deepEqual(found && [found.at, found.stored, found.now], want);
  });
}

Deno.test("firstDifference() finds one exactly where the canonical JSON differs", () =>
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      assert.equal(firstDifference(a, JSON.parse(JSON.stringify(a))), null);
      assert.equal(firstDifference(a, b) === null, canonicalJson(a) === canonicalJson(b));
    }),
    { seed: 7, numRuns: 500 },
  ));
