import assert from "node:assert/strict";
import type { StoredCheck } from "../../src/retraining/check.ts";
import type { Findings } from "../../src/retraining/findings.ts";
import { decide } from "../../src/retraining/trigger.ts";
import { checkAgain, verdictAgain, type Wanted } from "../../src/retraining/decide_again.ts";
import { ModelConfig } from "../../src/config/retraining.ts";
import { verdictOf } from "../../src/validation/gate.ts";
import { atConfidence, pairedInterval } from "../../src/stats/paired.ts";
import type { Evidence } from "../../src/validation/verdict.ts";
import { aCheck, evidence, findings, OUTCOMES } from "./what_if_support.ts";

const wanting = (changes: Partial<ModelConfig> & Record<string, unknown>): Wanted => ({
  changed: new Set(Object.keys(changes)),
  config: { ...ModelConfig.parse({}), ...changes },
  modelMargin: 0.02,
});
const stored = (over: Partial<Findings> = {}): StoredCheck => aCheck(findings(over));

/** [what, how it was found, what is wanted, was, would be] */
const CHECKS: [string, Partial<Findings>, Partial<ModelConfig>, string, string | null][] = [
  ["nothing is changed", {}, {}, "retrain", "retrain"],
  ["the routine is turned off", {}, { routine_cutoffs: 0 }, "retrain", "wait"],
  ["more samples are asked for", {}, { min_new_samples: 501 }, "retrain", "wait"],
  ["as many samples are asked for as there are", {}, { min_new_samples: 500 }, "retrain", "retrain"],
  ["more unseen rows are asked for", {}, { min_validation_rows: 401 }, "retrain", "cannot tell yet"],
  ["more cut-offs are asked for", {}, { min_train_cutoffs: 9 }, "retrain", "cannot tell yet"],
  ["a champion counts as stale sooner", { newCutoffs: 0 }, { stale_after_days: 20 }, "wait", "retrain"],
  ["less growth makes it stale", { newCutoffs: 0 }, { stale_growth: 1.1 }, "wait", "retrain"],
  ["a setting of rollouts is changed", {}, { rollout: "canary" }, "retrain", "retrain"],
  ["the labels are others", {}, { horizon_days: 7 }, "retrain", null],
];

for (const [what, over, changes, was, would] of CHECKS) {
  Deno.test(`checkAgain() answers ${would ?? "that it cannot tell"}, when ${what}`, () => {
    const check = stored(over);
    assert.equal(check.answer, was);
    assert.equal(checkAgain(check, wanting(changes)).would, would);
  });
}

Deno.test("checkAgain() lets a person's force pass by whatever is changed", () => {
  for (const changes of [{ routine_cutoffs: 0 }, { horizon_days: 7 }, { false_alarm_days: 1 }]) {
    assert.equal(checkAgain(stored({ trigger: "force" }), wanting(changes)).would, "retrain");
  }
});

Deno.test("checkAgain() says so where nothing readable was stored, or this release decides otherwise", () => {
  const { text, would } = checkAgain({ ...stored(), findings: null }, wanting({}));
  assert.deepEqual([would, text], [null, "it was made by a release that kept no evidence"]);
  assert.match(checkAgain({ ...stored(), findings: { a: 1 } }, wanting({})).text, /cannot be read/);
  assert.match(checkAgain({ ...stored(), answer: "wait" }, wanting({})).text, /decides otherwise/);
});

Deno.test("checkAgain() moves an interval to the confidence wanted, and no further than the evidence goes", () => {
  const champion = findings().champion!;
  const found = { newCutoffs: 0, champion: { ...champion, lossNow: { ...champion.lossNow!, low: 0.515 } } };
  // with 0.55 as its upper end the loss is 0.5325 +- 0.0175 at 90 %: at 99 % it could be as validated
  const lossNow = { ...found.champion.lossNow, mean: 0.5325 };
  const fell = stored({ ...found, champion: { ...found.champion, lossNow } });
  assert.equal(fell.answer, "retrain");
  assert.equal(checkAgain(fell, wanting({ confidence: 0.99 })).would, "wait");
  assert.equal(checkAgain(fell, wanting({ confidence: 0.8 })).would, "retrain");
  assert.equal(checkAgain(fell, wanting({ margin: 0.2 })).would, "wait");
});

Deno.test("checkAgain() cannot tell where a look's verdict was sealed with what is changed, unless it made no odds", () => {
  const looked = { newCutoffs: 0, outcomes: OUTCOMES };
  assert.match(checkAgain(stored(looked), wanting({ margin: 0.2 })).text, /margin and confidence of then/);
  assert.match(
    checkAgain(stored(looked), wanting({ false_alarm_days: 90 })).text,
    /false_alarm_days went into/,
  );
  assert.equal(checkAgain(stored(), wanting({ false_alarm_days: 90 })).would, "retrain"); // no look was there
  assert.equal(checkAgain(stored({ outcomes: OUTCOMES }), wanting({ margin: 0.2 })).would, "retrain"); // routine
});

/** [what, evidence, what is wanted, would be]; `evidence()` is better by -0.02, [-0.03, -0.01] at 90 %. */
const VERDICTS: [string, Partial<Evidence>, Partial<ModelConfig>, string | null][] = [
  ["nothing is changed", {}, {}, "promote"],
  ["the threshold gate asks for 5 %", {}, { gate: "threshold" }, "reject"],
  ["the threshold gate asks for 3 %", {}, { gate: "threshold", performance_threshold: 0.03 }, "promote"],
  ["nearly certain intervals are asked for", { margin: 0.001 }, { confidence: 0.9999 }, "inconclusive"],
  ["they say no worse, of a champion that may have failed", {}, { confidence: 0.9999 }, null],
  ["the challenger would be another", {}, { seed: 2 }, null],
  ["the rows would be others", {}, { validation_rows: 2000 }, null],
  ["what follows is changed", {}, { approval: "required" }, "promote"],
];

for (const [what, over, changes, would] of VERDICTS) {
  Deno.test(`verdictAgain() says ${would ?? "that it cannot tell"}, when ${what}`, () => {
    const seen = evidence(over);
    const { verdict } = verdictOf(seen);
    assert.equal(verdictAgain({ verdict, evidence: seen }, null, wanting(changes)).would, would);
  });
}

Deno.test("verdictAgain() takes a segment's margin and the champion's staleness as wanted", () => {
  const harmed = evidence({
    segments: [{
      segment: "new",
      championLoss: 0.5,
      difference: { mean: 0.04, low: 0.03, high: 0.05, n: 300, clusters: 300, confidence: 0.9 },
    }],
  });
  const of = { verdict: verdictOf(harmed).verdict, evidence: harmed };
  assert.equal(of.verdict, "promote");
  assert.equal(verdictAgain(of, null, wanting({ segment_margin: 0 })).would, "reject");
  const even = evidence({
    difference: { mean: 0, low: -0.005, high: 0.005, n: 900, clusters: 900, confidence: 0.9 },
  });
  const tie = { verdict: verdictOf(even).verdict, evidence: even };
  assert.equal(tie.verdict, "inconclusive");
  assert.equal(verdictAgain(tie, findings(), wanting({ stale_after_days: 20 })).would, "promote");
  assert.equal(verdictAgain(tie, findings(), wanting({ stale_after_days: 60 })).would, "inconclusive");
  const unknown = verdictAgain(tie, null, wanting({ stale_after_days: 60 }));
  assert.deepEqual([unknown.would, /stale or failing/.test(unknown.text)], [null, true]);
});

Deno.test("atConfidence() gives the interval that pairedInterval() would have given", () => {
  const differences = Array.from({ length: 60 }, (_, i) => Math.sin(i * 7.3) / 10 - 0.01);
  const shoppers = differences.map((_, i) => i % 41);
  for (const [from, to] of [[0.9, 0.95], [0.99, 0.5], [0.8, 0.8]]) {
    const moved = atConfidence(pairedInterval(differences, shoppers, { confidence: from }), to);
    const want = pairedInterval(differences, shoppers, { confidence: to });
    assert.ok(Math.abs(moved.low - want.low) < 1e-12 && Math.abs(moved.high - want.high) < 1e-12);
    assert.equal(moved.confidence, to);
  }
  const one = pairedInterval([0.1], [1]);
  assert.deepEqual(atConfidence(one, 0.5).high, Infinity);
});

Deno.test("the answers that are tried are those of the trigger itself", () => {
  const found = findings({ newCutoffs: 0 });
  assert.equal(checkAgain(aCheck(found), wanting({})).would, decide(found).answer);
});
