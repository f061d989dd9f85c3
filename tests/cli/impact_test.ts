import assert from "node:assert/strict";
import { curveText, impactText } from "../../src/cli/impact_text.ts";
import { addEndedCycle } from "../api/support.ts";
import { day, evidenceOf, stored, summaryOf } from "../impact/rows.ts";
import { withServed } from "./support.ts";

const plain = (_style: string, text: string) => text;
const STATED = {
  kept_customer_value: 40,
  offer_success: 0.2,
  contact_cost: 2,
  machine_hour_cost: 36,
  contact_budget: 300,
};

/** One deployment that made a model see who leaves, told under these economics. */
function impactOf(settings: object) {
  const evidence = evidenceOf({ n: 1000, before: 0.2, after: 1 });
  evidence.groups = [{
    group: "recency",
    shopper: [1, 2, 3],
    before: [0.1, 0.2, 0.1],
    after: [0.4, 0.5, 0.5],
  }];
  const measured = stored(evidence);
  const cycle = {
    id: "retrainer/churn/cycle/7",
    number: 7,
    asOf: day(56),
    outcome: "deployed",
    trigger: "interval",
    version: 2,
    against: 1,
    seconds: 50,
    validation: measured,
    outcomes: measured,
    reasons: ["new samples", "drift"].map((code) => ({ code, speaks: "for", text: "" })),
  };
  const moves = [{ version: 1, asOf: day(0) }, { version: 2, asOf: day(56) }];
  return summaryOf([cycle], settings, { asOf: day(84), moves, ended: { cycles: 3, seconds: 150 } });
}

Deno.test("impactText() says how to state economics, and shows losses and features without them", () => {
  const text = impactText(impactOf({}), plain);
  assert.match(
    text,
    /^churn as of 2024-03-25: State your economics: perennial config set kept_customer_value=/,
  );
  assert.match(text, /7 +2024-02-26 +drift +1 -> 2 +−\d+\.\d % +−\d+\.\d % to −\d+\.\d % +1,000 +log loss −/);
  assert.match(text, /7 +recency +\+\d.* more$/m);
  assert.doesNotMatch(text, /EUR|profit/);
});

Deno.test("impactText() shows sums with interval, shoppers and verdict, what it cost and what it assumes", () => {
  const text = impactText(impactOf(STATED), plain);
  assert.match(text, /at most 300 contacts a horizon/);
  assert.match(
    text,
    /7 +validation +where it pays +[\d,.]+ EUR +[\d,.]+ EUR +[\d,.]+ EUR +[\d,.]+ EUR to [\d,.]+ EUR +1,000 +gains/,
  );
  assert.match(text, /7 +1\.0 +50 s +0\.50 EUR .* x \(/);
  assert.match(text, /total +2 min 30 s +1\.50 EUR/);
  assert.match(text, /drift +1 +[\d,.]+ EUR .* gains/);
  assert.match(text, /Once a horizon the shop contacts/);
});

Deno.test("curveText() marks what lies beyond the budget, and warns of the best point", () => {
  const text = curveText(impactOf(STATED), plain);
  assert.match(text, /^ +30 % +300 +0\.\d+ .*gains$/m);
  assert.match(text, /^ +35 % .*gains, beyond the budget$/m);
  assert.match(text, /is optimistic/);
  assert.match(curveText(impactOf({}), plain), /^churn: State your economics/);
});

Deno.test("perennial impact tells of every model, of one, and as JSON", () =>
  withServed(async ({ run, sql }) => {
    await addEndedCycle(sql);
    const all = await run(["impact"]);
    assert.equal(all.code, 0, all.err);
    assert.match(all.out, /^churn as of .*State your economics[^]*^spending as of .*sales_margin/m);
    assert.match(all.out, /No version was deployed yet/);
    const one = JSON.parse((await run(["impact", "churn", "--json"])).out);
    assert.deepEqual([one.model, one.cycles.length], ["churn", 1]);
    assert.match((await run(["impact", "churn", "--curve"])).out, /^churn: State your economics/);
    const set = await run([
      "config",
      "set",
      "--model",
      "churn",
      "kept_customer_value=40",
      "offer_success=0.2",
      "contact_cost=2",
    ]);
    assert.equal(set.code, 0, set.err);
    assert.match(
      (await run(["impact", "churn"])).out,
      /a contact earns 8 x the outcome and costs 2; no limit of contacts/,
    );
  }));
