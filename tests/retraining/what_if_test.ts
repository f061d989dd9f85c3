import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import type { StoredCheck } from "../../src/retraining/check.ts";
import type { Cycle } from "../../src/retraining/cycle.ts";
import { simulateConfig } from "../../src/retraining/what_if.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { aCheck, aCycle, findings } from "./what_if_support.ts";

const TO_MS = Date.parse("2024-07-01T00:00:00Z");
const current = RetrainingConfig.parse({});
const at = (day: number) => new Date(TO_MS - day * DAY_MS).toISOString();

/** Twelve daily checks of one model, oldest first: routine trainings on the days of `trained`. */
function history(model: string, trained: readonly number[]) {
  const checks: StoredCheck[] = [];
  const cycles: Cycle[] = [];
  for (let day = 12; day >= 1; day--) {
    const found = findings({ asOf: at(day), newCutoffs: trained.includes(day) ? 1 : 0 });
    const number = cycles.length + 1;
    const cycleId = trained.includes(day) ? `retrainer/${model}/cycle/${number}` : null;
    const check = aCheck(found, { model, cycleId });
    checks.unshift(check);
    if (cycleId) cycles.unshift(aCycle(check, number));
  }
  return { checks, cycles };
}

const input = (changes: Record<string, unknown>, trained: readonly number[] = [9, 3]) => ({
  current,
  wanted: RetrainingConfig.parse({ ...current, ...changes }),
  margins: new Map([["churn", 0.02]]),
  fromMs: TO_MS - 30 * DAY_MS,
  toMs: TO_MS,
  truncated: false,
  ...history("churn", trained),
});

Deno.test("simulateConfig() changes nothing, when nothing is changed", () => {
  const { models, changes, notes } = simulateConfig(input({}));
  assert.deepEqual(changes, []);
  assert.deepEqual(models, [{
    model: "churn",
    checks: { same: 12, changed: 0, cannot: 0 },
    trainings: { was: 2, more: { atLeast: 0, atMost: 0 }, fewer: 0 },
    deployments: { was: 2, more: 0, fewer: 0, cannot: 0 },
  }]);
  assert.equal(notes.length, 1);
});

Deno.test("simulateConfig() takes a deployment back with the training that its check would not have called for", () => {
  const { models: [churn], verdicts } = simulateConfig(input({ routine_cutoffs: 0 }));
  assert.deepEqual([churn.trainings.fewer, churn.deployments.fewer], [2, 2]);
  assert.deepEqual(verdicts.map((v) => v.would), ["no training", "no training"]);
  assert.match(verdicts[0].text, /Its check would answer "wait"/);
});

Deno.test("simulateConfig() counts more trainings as a range: a row of checks may be one training or many", () => {
  const { models: [churn], notes } = simulateConfig(input({ stale_after_days: 30 }));
  // ten checks more call for one: before the training of day 9, between it and that of day 3, and after
  assert.deepEqual(churn.trainings, { was: 2, more: { atLeast: 3, atMost: 10 }, fewer: 0 });
  assert.match(notes.join("\n"), /nobody made them/);
});

Deno.test("simulateConfig() takes only what is changed: thresholds of then stay for all else", () => {
  const then = input({ gate: "threshold" });
  const found = findings({ asOf: at(5), newCutoffs: 0, routineCutoffs: 5 }); // another configuration held then
  then.checks.unshift(aCheck(found));
  const { checks } = simulateConfig(then);
  assert.equal(checks[0].would, "wait");
  assert.ok(simulateConfig(then).verdicts.every((v) => v.was === "promote" && v.would === "reject"));
});

Deno.test("simulateConfig() tries settings of one model on that one alone", () => {
  const both = input({ models: { churn: { routine_cutoffs: 0 } } });
  const { checks, cycles } = history("spending", [9]);
  const { models, changes } = simulateConfig({
    ...both,
    checks: [...both.checks, ...checks],
    cycles: [...both.cycles, ...cycles],
    margins: new Map([["churn", 0.02], ["spending", 0.05]]),
  });
  assert.deepEqual(changes, [{ name: "routine_cutoffs", model: "churn", before: undefined, after: 0 }]);
  assert.deepEqual(models.map((m) => [m.model, m.trainings.fewer]), [["churn", 2], ["spending", 0]]);
});

Deno.test("simulateConfig() says of every setting that no evidence can tell of, why", () => {
  const said = (changes: Record<string, unknown>) => simulateConfig(input(changes)).notes[0];
  assert.match(said({ horizon_days: 7 }), /^horizon_days changes which rows/);
  assert.match(said({ retrain_interval_hours: 6 }), /^retrain_interval_hours changes when checks are made/);
  assert.match(said({ false_alarm_days: 90 }), /^false_alarm_days went into the looks/);
  assert.match(said({ seed: 3 }), /^seed would have trained another/);
  assert.match(said({ rollout: "canary" }), /^rollout governs what becomes of a version/);
  const { models: [churn] } = simulateConfig(input({ horizon_days: 7 }));
  assert.deepEqual([churn.checks.cannot, churn.deployments.cannot], [12, 2]);
});
