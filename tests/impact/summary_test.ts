import assert from "node:assert/strict";
import type { ImpactEvidence } from "../../src/impact/impact_evidence.ts";
import { Impact } from "../../src/impact/impact.ts";
import { reportOf } from "../../src/impact/report.ts";
import { day, evidenceOf, stored, type StoredCycle, summaryOf } from "./rows.ts";

const STATED = { kept_customer_value: 40, offer_success: 0.2, contact_cost: 2, machine_hour_cost: 36 };
const nothing = { report: null, unmeasured: "not known yet", evidence: null };
const reason = (code: string, speaks = "for") => ({ code, speaks, text: `${code}!` });

function cycle(number: number, over: Partial<StoredCycle> = {}): StoredCycle {
  return {
    id: `retrainer/churn/cycle/${number}`,
    number,
    asOf: day(28 * number),
    outcome: "deployed",
    seconds: 100,
    trigger: "interval",
    version: number,
    against: number === 1 ? null : number - 1,
    outcomes: nothing,
    reasons: [reason("new samples"), reason("drift"), reason("age", "neither")],
    validation: stored(evidenceOf({ n: 1000, before: 0.2, after: 1, seed: number })),
    ...over,
  };
}

Deno.test("summarise() tells no money before economics are stated, but says how to, and what losses did", () => {
  const found = summaryOf([cycle(2)], {});
  assert.match(found.economics.text, /perennial config set kept_customer_value=\.\.\. offer_success/);
  const [told] = found.cycles;
  assert.deepEqual([told.validation.uplift, told.measured.gain, told.estimated.gain, told.cost], [
    null,
    null,
    null,
    null,
  ]);
  assert.deepEqual([found.total.estimated.gain, found.curve, found.assumptions], [null, null, []]);
  assert.ok(told.validation.report!.difference.high < 0);
  assert.equal(told.because, "drift");
});

Deno.test("summarise() counts as measured what outcomes say, and as an estimate what is taken to go on", () => {
  const afterwards = stored(evidenceOf({ n: 1000, before: 0.2, after: 1, seed: 9 }));
  const found = summaryOf([cycle(3), cycle(2, { outcomes: afterwards })], STATED);
  const [third, second] = found.cycles;
  assert.equal(third.measured.gain, null, "its outcomes are not known");
  assert.equal(third.horizonsServed, 2);
  assert.ok(Math.abs(third.estimated.gain!.amount - 2 * third.validation.uplift!.amount) < 1e-9);
  assert.deepEqual(second.measured.gain, second.outcomes.uplift, "one horizon");
  assert.deepEqual(second.measured, second.estimated);
  assert.equal(second.cost, 1);
  assert.ok(Math.abs(second.measured.net!.low! - (second.measured.gain!.low! - 1)) < 1e-9);
  assert.equal(second.measured.roi!.amount, second.measured.net!.amount);
  assert.equal(found.total.measured.gain!.amount, second.measured.gain!.amount);
  assert.equal(found.total.cost, 5, "every cycle costs, not those alone that deployed");
  assert.deepEqual(found.byReason.map((r) => [r.reason, r.deployments]), [["drift", 2]]);
  assert.equal(found.byReason[0].estimated!.amount, found.total.estimated.gain!.amount);
  assert.equal(found.curve!.cycle, "retrainer/churn/cycle/3");
  assert.equal(Impact.parse(JSON.parse(JSON.stringify(found))).cycles.length, 2);
});

Deno.test("summarise() measures only as long as a version served", () => {
  const afterwards = stored(evidenceOf({ n: 500, before: 0.2, after: 1 }));
  const moves = [{ version: 1, asOf: day(28) }, { version: 2, asOf: day(56) }, { version: 1, asOf: day(63) }];
  const [told] = summaryOf([cycle(2, { outcomes: afterwards })], STATED, { moves }).cycles;
  assert.equal(told.horizonsServed, 0.25);
  assert.ok(Math.abs(told.measured.gain!.amount - told.outcomes.uplift!.amount / 4) < 1e-9);
});

Deno.test("summarise() leaves the first version out of what retraining brought", () => {
  const found = summaryOf([cycle(1)], STATED);
  assert.equal(found.cycles[0].validation.uplift?.verdict, "gains");
  assert.deepEqual([found.total.deployments, found.total.estimated.gain, found.byReason], [0, null, []]);
});

Deno.test("summarise() of spending ranks models by captured margin, and calls that no return, until a lift is stated", () => {
  const spending = evidenceOf({ n: 800, before: 0.2, after: 1 });
  const evidence: ImpactEvidence = { ...spending, kind: "regression", loss: "mse" };
  const { rows } = evidence;
  rows.outcome = rows.outcome.map((y, i) => y * 100 * (1 + rows.after[i]));
  for (const side of ["before", "after"] as const) rows[side] = rows[side].map((p) => 100 * p);
  const of = (settings: object) => {
    const config = {
      sales_margin: 0.3,
      contact_cost: 2,
      contact_budget: 100,
      machine_hour_cost: 1,
      ...settings,
    };
    return summaryOf([cycle(2, { validation: stored(evidence) })], config, { use: "sales" });
  };
  const captured = of({});
  assert.equal(captured.economics.basis, "captured margin");
  assert.equal(captured.cycles[0].validation.uplift!.verdict, "gains");
  assert.deepEqual([captured.cycles[0].estimated.gain, captured.total.estimated.roi], [null, null]);
  assert.ok(captured.assumptions.some((text) => text.includes("offer_lift")));
  const lifted = of({ offer_lift: 0.5 });
  assert.equal(lifted.economics.basis, "profit");
  assert.ok(lifted.total.estimated.roi !== null);
});

Deno.test("summarise() says why there is nothing, and takes what is left, when evidence is gone", () => {
  const gone = {
    report: reportOf(evidenceOf({ n: 50 })),
    unmeasured: "Cannot use artefact abc: no such file",
    evidence: null,
  };
  const [told] = summaryOf([cycle(2, { validation: gone })], STATED).cycles;
  assert.match(told.validation.text, /no such file/);
  assert.deepEqual([told.validation.uplift, told.estimated.gain, told.validation.report], [
    null,
    null,
    gone.report,
  ]);
});
