import assert from "node:assert/strict";
import type { BacktestStep } from "../../src/backtest/backtest.ts";
import { calendarAdvice } from "../../src/backtest/calendar_advice.ts";

const POLICIES = [
  { policy: "never", label: "never" },
  { policy: "worth", label: "worth" },
  { policy: "calendar", label: "calendar=28d", days: 28 },
] as const;

/** Steps of a policy that lose what `lossOf` says and train every so many moments. */
const steps = (policy: string, every: number, lossOf: (i: number) => number): BacktestStep[] =>
  Array.from({ length: 16 }, (_, i) => ({
    policy,
    model: "churn",
    asOf: new Date(Date.UTC(2011, 0, 1 + 14 * i)).toISOString(),
    run: "cycle" as const,
    why: "",
    outcome: i % every === 0 ? "deployed" : "wait",
    trained: i % every === 0,
    version: 1,
    rows: 100,
    metrics: { logLoss: lossOf(i) },
  }));

const advise = (ours: BacktestStep[], theirs: BacktestStep[], price = 0.02) =>
  calendarAdvice({ policies: POLICIES, steps: [...ours, ...theirs], loss: "logLoss", price, lag: 1 });

for (
  const [name, ours, theirs, price, text] of [
    [
      "nothing tells them apart",
      (i: number) => 0.5 + 0.01 * Math.sin(i),
      (i: number) => 0.5 + 0.01 * Math.cos(i),
      0.02,
      /^On your history a calendar of 28 days would have cost the same, as far as 16 cut-offs tell/,
    ],
    ["it loses more", () => 0.5, (i: number) => 0.6 + 0.001 * (i % 3), 0.02, /would have cost more, by 0\.1/],
    [
      "it loses less",
      () => 0.6,
      (i: number) => 0.5 + 0.001 * (i % 3),
      0.02,
      /would have cost less, by 0\.09/,
    ],
    ["it is the same to the digit", () => 0.5, () => 0.5, 0, /would have cost the same \(worth\)$/],
  ] as const
) {
  Deno.test(`calendarAdvice() where ${name}`, () => {
    const [advice, ...others] = advise(steps("worth", 4, ours), steps("calendar=28d", 2, theirs), price);
    assert.deepEqual([others.length, advice.policy, advice.days], [0, "worth", 28]);
    assert.match(advice.text, text);
  });
}

Deno.test("calendarAdvice() counts what trainings and recalibrations cost", () => {
  const same = () => 0.5;
  const [{ difference }] = advise(steps("worth", 4, same), steps("calendar=28d", 2, same), 0.4);
  assert.ok(Math.abs(difference.mean - 0.4 * 0.5 * 4 / 16) < 1e-12, "eight trainings beside four");
  const recalibrated = steps("worth", 4, same).map((step) => ({ ...step, trained: false }));
  const [cheaper] = advise(recalibrated, steps("calendar=28d", 2, same), 0.4);
  assert.ok(Math.abs(cheaper.difference.mean - 0.2 * (8 - 0.02 * 4) / 16) < 1e-12);
});

Deno.test("calendarAdvice() says that few cut-offs are too few, and nothing without a calendar", () => {
  const [advice] = advise(steps("worth", 4, () => 0.5).slice(0, 2), steps("calendar=28d", 2, () => 0.6));
  assert.match(advice.text, /cannot be told apart yet: 2 cut-offs are too few/);
  assert.deepEqual(advise(steps("worth", 4, () => 0.5), []), []);
});
