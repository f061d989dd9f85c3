import assert from "node:assert/strict";
import { cycleCost, economicsOf } from "../../src/impact/economics.ts";
import type { ModelEconomics } from "../../src/models/model.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";

const stated = (settings: object) => configOf(RetrainingConfig.parse(settings), "churn");
const churn = { kept_customer_value: 40, offer_success: 0.2, contact_cost: 2 };

for (
  const [name, use, settings, want] of [
    ["wants the value of a kept shopper, success and cost", "retention", {}, [
      "kept_customer_value",
      "offer_success",
      "contact_cost",
    ]],
    ["does not take a margin for the value of a shopper", "retention", {
      ...churn,
      kept_customer_value: null,
    }, [
      "kept_customer_value",
    ]],
    ["wants the margin of a model of spending", "sales", churn, ["sales_margin"]],
  ] as const
) {
  Deno.test(`economicsOf() ${name}`, () =>
    assert.deepEqual(economicsOf(use, stated(settings)), { kind: "missing", settings: [...want] }));
}

for (
  const [name, use, settings, want] of [
    ["values a kept churner by success and value", "retention", churn, [8, 2, Infinity, "profit"]],
    ["keeps to the budget", "retention", { ...churn, contact_budget: 50 }, [8, 2, 50, "profit"]],
    ["takes a cost of nothing as stated", "retention", { ...churn, contact_cost: 0 }, [
      8,
      0,
      Infinity,
      "profit",
    ]],
    ["calls spend that a contact lifts a profit", "sales", {
      sales_margin: 0.3,
      contact_cost: 2,
      offer_lift: 0.1,
    }, [0.03, 2, Infinity, "profit"]],
    ["calls it captured margin, where no lift is stated", "sales", {
      sales_margin: 0.3,
      contact_cost: 2,
    }, [
      0.3,
      2,
      Infinity,
      "captured margin",
    ]],
  ] as [string, ModelEconomics, object, unknown[]][]
) {
  Deno.test(`economicsOf() ${name}`, () => {
    const found = economicsOf(use, stated(settings));
    assert.ok(found.kind === "stated");
    const { effect, contactCost, budget, basis } = found.economics;
    assert.deepEqual([Number(effect.toFixed(12)), contactCost, budget, basis], want);
  });
}

Deno.test("economicsOf() tells no sum of a model whose file states no economics", () =>
  assert.deepEqual(economicsOf(undefined, stated(churn)), { kind: "none" }));

Deno.test("cycleCost() is unknown until an hour has a price, then adds people's time for each cycle", () => {
  assert.equal(cycleCost(3600, stated({ cycle_person_cost: 5 })), null);
  assert.equal(cycleCost(1800, stated({ machine_hour_cost: 2, cycle_person_cost: 5 }), 3), 16);
});
