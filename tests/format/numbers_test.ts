import assert from "node:assert/strict";
import { metricsLine } from "../../src/cli/format.ts";
import {
  brief,
  chance,
  counted,
  deviations,
  figure,
  interval,
  money,
  percent,
  signed,
  signedBrief,
  signedMoney,
  signedTick,
  tick,
} from "../../src/format/numbers.ts";
import { metricName, metricsInOrder } from "../../src/format/words.ts";

for (
  const [text, want] of [
    [figure(0.7186), "0.7186"],
    [figure(-0.0042), "−0.0042"],
    [figure(12.34), "12.3"],
    [figure(312.4), "312"],
    [figure(48310), "48,310"],
    [figure(1_090_000), "1.090 M"],
    [figure(-34_567_890_123), "−34.57 bn"],
    [figure(-0.00001), "0.0000"],
    [figure(NaN), "unknown"],
    [signed(0.011), "+0.0110"],
    [signed(-0.0003), "−0.0003"],
    [signed(0.00001), "0.0000"],
    [tick(0.66), "0.66"],
    [tick(0), "0"],
    [tick(1_500_000), "1.5 M"],
    [tick(30), "30"],
    [signedTick(0.05), "+0.05"],
    [percent(0.0342), "3.4 %"],
    [percent(0.042, { sign: true }), "+4.2 %"],
    [percent(-0.031, { sign: true }), "−3.1 %"],
    [percent(0.0001, { sign: true }), "0.0 %"],
    [deviations(0.349), "+0.35"],
    [deviations(-0.001), "0.00"],
    [chance(0.0123), "p = 0.012"],
    [chance(0.0002), "p < 0.001"],
    [money(1204.4, "EUR"), "1,204 EUR"],
    [money(0.25, "EUR"), "0.25 EUR"],
    [money(-0.00123, ""), "−0.0012"],
    [money(0, "EUR"), "0 EUR"],
    [signedMoney(310, "EUR"), "+310 EUR"],
    [interval({ low: 0.71, high: null }), "0.7100 to unknown"],
    [counted(1, "cycle"), "1 cycle"],
    [counted(1200, "policy", "policies"), "1,200 policies"],
  ] as const
) Deno.test(`numbers are written as ${want}`, () => assert.equal(text, want));

Deno.test("metrics have the names that people know, and one order", () => {
  assert.deepEqual(["logLoss", "r2", "mine"].map(metricName), ["log loss", "R²", "mine"]);
  assert.deepEqual(metricsInOrder({ r2: 1, n: 9, mae: 2 }), [["mae", 2], ["r2", 1]]);
});

Deno.test("metricsLine() calls a metric that the rows do not define so", () => {
  assert.equal(metricsLine({ n: 3, accuracy: 1, auc: null }), "accuracy 1.0000, AUC not defined");
});

Deno.test("brief() keeps the digits that mean something, of numbers of any size", () => {
  assert.deepEqual([0.00042, -0.0054, 1100, 376_842, 0].map((x) => brief(x)), [
    "0.00042",
    "−0.0054",
    "1,100",
    "377,000",
    "0",
  ]);
  assert.deepEqual([0.000656, -0.00142, 0].map((x) => signedBrief(x, 2)), ["+0.00066", "−0.0014", "0"]);
});
