import assert from "node:assert/strict";
import type { Backtest, BacktestStep } from "../../src/backtest/backtest.ts";
import { columnsOf } from "../../src/cli/backtest_text.ts";
import { addOwnMetric } from "../../src/stats/own_metrics.ts";
import { worthOf } from "../../src/backtest/money.ts";
import { labelOfKind, resultOf } from "../../src/backtest/report.ts";
import { labelOf, readPolicy } from "../../src/backtest/policy_spec.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";

const moments = ["2011-04-01T00:00:00.000Z", "2011-04-15T00:00:00.000Z", "2011-04-29T00:00:00.000Z"];
const backtest = (...texts: string[]): Backtest => ({
  id: "b",
  models: ["churn"],
  moments,
  by: "ann",
  why: "",
  createdAt: moments[0],
  policies: texts.map(readPolicy).map((spec) => ({ ...spec, label: labelOf(spec) })),
  scoredFrom: { churn: moments[0] },
  config: RetrainingConfig.parse({ machine_hour_cost: 3.6, cycle_person_cost: 2, currency: "EUR" }),
});
const step = (
  policy: string,
  at: number,
  accuracy: number,
  changed: Partial<BacktestStep> = {},
): BacktestStep => ({
  policy,
  model: "churn",
  asOf: moments[at],
  run: "nothing",
  why: "",
  outcome: null,
  trained: false,
  version: 1,
  rows: 100,
  metrics: { accuracy, logLoss: 1 - accuracy },
  ...changed,
});
const churn = {
  name: "churn",
  kind: "classification",
  primaryMetric: "accuracy",
  loss: "logLoss",
} as const;
const deployed = { run: "cycle", outcome: "deployed", trained: true } as const;

Deno.test("resultOf() gives means, differences with their standard errors, counts and costs", () => {
  const steps = [
    ...[0.6, 0.7, 0.5].map((accuracy, at) => step("never", at, accuracy)),
    step("perennial", 0, 0.6, deployed),
    step("perennial", 1, 0.8, { ...deployed, version: 2 }),
    step("perennial", 2, 0.5, { run: "cycle", outcome: "rejected", trained: true, version: 1 }),
  ];
  const seconds = new Map([["perennial", 1000]]);
  const input = { backtest: backtest("never", "perennial"), model: churn, steps, seconds, worth: new Map() };
  const [never, perennial] = resultOf(input).policies;
  assert.deepEqual([never.toNever!.accuracy.verdict, never.trainings, never.cost], ["the same", 0, 0]);
  const { mean, error, betterAt } = perennial.toNever!.accuracy;
  // differences 0, 0.1, 0: mean 1/30, standard deviation 0.1 / sqrt(3), so an error of 0.1 / 3
  assert.ok(Math.abs(mean - 1 / 30) < 1e-12 && Math.abs(error - 1 / 30) < 1e-12);
  assert.equal(betterAt, 1);
  assert.equal(perennial.toNever!.logLoss.betterAt, 1, "of a loss lower is better");
  const { trainings, deployments, rolledBack, rejected, cost, moments: scored, predictions } = perennial;
  assert.deepEqual([trainings, deployments, rolledBack, rejected, scored, predictions], [3, 2, 1, 1, 3, 300]);
  assert.ok(Math.abs(cost! - (1 + 3 * 2)) < 1e-12);
});

Deno.test("resultOf() compares only moments that both policies have come to", () => {
  const steps = [step("never", 0, 0.6), step("never", 1, 0.9), step("perennial", 0, 0.7)];
  const input = {
    backtest: backtest("never", "perennial"),
    model: churn,
    steps,
    seconds: new Map(),
    worth: new Map(),
  };
  const [never, perennial] = resultOf(input).policies;
  assert.equal(never.moments, 2);
  assert.ok(Math.abs(perennial.toNever!.accuracy.mean - 0.1) < 1e-12);
  assert.ok(Math.abs(never.toPerennial!.accuracy.mean + 0.1) < 1e-12);
});

Deno.test("resultOf() leaves moments out that could not be scored, and has no differences without any", () => {
  const unscored = { rows: 0, metrics: null, version: null };
  const steps = [step("never", 0, 0, unscored), step("perennial", 0, 0, unscored)];
  const input = {
    backtest: backtest("never", "perennial"),
    model: churn,
    steps,
    seconds: new Map(),
    worth: new Map(),
  };
  const result = resultOf(input);
  assert.deepEqual([result.first, result.policies[1].moments, result.policies[1].toNever], [null, 0, null]);
  assert.deepEqual(result.policies[1].means, {});
  assert.equal(result.policies[1].series.length, 1, "what it did there is told all the same");
});

Deno.test("labelOfKind() prefers Perennial with the active configuration", () => {
  assert.equal(labelOfKind(backtest("perennial:seed=2", "perennial"), "perennial"), "perennial");
  assert.equal(labelOfKind(backtest("perennial:seed=2"), "perennial"), "perennial:seed=2");
  assert.equal(labelOfKind(backtest("every"), "never"), null);
});

const shoppers = Array.from({ length: 400 }, (_, i) => i);
const outcome = shoppers.map((i) => i % 3 === 0 ? 1 : 0);
const said = (prediction: number[]) =>
  moments.map((asOf) => ({ asOf, shopper: shoppers, outcome, prediction }));
const oracle = said(outcome);
const blind = said(shoppers.map(() => 0.1));
const loss = "logLoss";
const economics = { kept_customer_value: 10, offer_success: 0.5, contact_cost: 1 };

Deno.test("worthOf() adds up what each moment's contacts earn until the next one", () => {
  const config = configOf(RetrainingConfig.parse(economics), "churn");
  const { gain } = worthOf({ kind: "classification", loss, economics: "retention" }, config, {
    before: blind,
    after: oracle,
    stepDays: 14,
  });
  // a contact with one who is lost earns 5 - 1, with another it costs 1. Who says the same of everyone learns to contact
  // everyone; the oracle spares the 266 contacts of those who stay
  assert.ok(Math.abs(gain!.amount - 3 * 266 * 14 / 28) < 1e-6, String(gain!.amount));
  assert.equal(gain!.verdict, "gains");
  assert.equal(gain!.shoppers, 400, "a shopper met three times is one");
});

Deno.test("worthOf() says which settings it lacks", () => {
  const config = configOf(RetrainingConfig.parse({ sales_margin: 0.3, contact_cost: 1 }), "spending");
  const nothing = { before: [], after: [], stepDays: 14 };
  const of = (kind: "classification" | "regression", economics?: "retention" | "sales") =>
    worthOf({ kind, loss, economics }, config, nothing).missing;
  assert.deepEqual(of("classification", "retention"), ["kept_customer_value", "offer_success"]);
  assert.deepEqual(of("regression", "sales"), ["offer_lift"], "a captured margin is no profit");
  assert.deepEqual(of("regression"), [], "a model whose file states no economics is told of no sum");
});

Deno.test("resultOf() compares by a metric of the shop's own in the direction that it declares", () => {
  addOwnMetric({ name: "test-gained", direction: "higher", of: (y, p) => y - p });
  addOwnMetric({ name: "test-paid", direction: "lower", of: (y, p) => y - p });
  const metrics = (value: number) => ({ "own:test-gained": value, "own:test-paid": value });
  const steps = [0, 1, 2].flatMap((at) => [
    step("never", at, 0, { metrics: metrics(1) }),
    step("perennial", at, 0, { ...deployed, metrics: metrics(2 + at) }),
  ]);
  const model = { ...churn, primaryMetric: "own:test-gained", loss: "own:test-paid" } as const;
  const result = resultOf({
    backtest: backtest("never", "perennial"),
    model,
    steps,
    seconds: new Map(),
    worth: new Map(),
  });
  const { toNever } = result.policies[1];
  assert.deepEqual([result.metric, result.loss], ["own:test-gained", "own:test-paid"]);
  assert.deepEqual([toNever!["own:test-gained"].betterAt, toNever!["own:test-paid"].betterAt], [3, 0]);
  assert.deepEqual(columnsOf(result), [["own:test-gained", "test gained"], ["own:test-paid", "test paid"]]);
});
