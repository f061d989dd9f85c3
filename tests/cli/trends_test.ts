import assert from "node:assert/strict";
import { trendsText } from "../../src/cli/trends_text.ts";
import type { Trends } from "../../src/app/reports/trends.ts";

const plain = (_style: string, text: string) => text;
const NOTHING: Trends = {
  model: "churn",
  metric: null,
  looks: [],
  cycles: [],
  frequency: { cycles: 0, deployed: 0, days: 0, daysBetween: null, daysBetweenDeployments: null },
  detections: [],
};
const asOf = "2011-06-07T00:00:00.000Z";

Deno.test("trendsText() says so, when nothing was measured yet", () =>
  assert.equal(trendsText(NOTHING, plain), "churn: nothing was measured yet"));

Deno.test("trendsText() marks estimates, and shows what a cycle gained with its interval and what it cost", () => {
  const text = trendsText({
    ...NOTHING,
    metric: "accuracy",
    looks: [{ asOf, version: 8, value: 0.7133, low: 0.673, high: 0.7536, rows: 542, estimated: true }],
    cycles: [{
      cycle: "retrainer/churn/cycle/1",
      number: 1,
      asOf,
      trigger: "interval",
      outcome: "deployed",
      value: 0.74,
      validationRows: 540,
      improvement: { relative: 0.104, low: 0.074, high: 0.134, loss: "logLoss", against: "baseline" },
      seconds: { train: 3 },
      secondsTotal: 4,
      rows: 1256,
    }],
    frequency: { cycles: 9, deployed: 4, days: 224, daysBetween: 28, daysBetweenDeployments: 42 },
  }, plain);
  assert.match(text, /9 cycles, one in 28 days; 4 deployed, one in 42 days/);
  assert.match(text, /2011-06-07 +8 +0\.7133 +0\.6730 to 0\.7536 +542 +estimated/);
  assert.match(text, /1 +2011-06-07 +deployed +\+10\.4 % +\+7\.4 % to \+13\.4 % +4\.0 s +1,256/);
  assert.match(text, /from trouble to the check that answered\nnothing yet/);
});
