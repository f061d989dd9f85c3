import assert from "node:assert/strict";
import { seededRandom } from "../../src/core/random.ts";
import { clusteredError } from "../../src/stats/clustered.ts";
import { isHigherBetter, isRowLoss, rowLosses } from "../../src/stats/metrics.ts";
import {
  addOwnMetric,
  askingMetric,
  hearOwnMetrics,
  measuredOrNone,
  type MetricRow,
  type OwnMetric,
  ownMetricsFault,
  ownStatistic,
} from "../../src/stats/own_metrics.ts";

const mean = (rows: readonly MetricRow[], of: (row: MetricRow) => number) =>
  rows.reduce((sum, row) => sum + of(row), 0) / rows.length;
const gain = (y: number, p: number) => p > 0.5 ? 3 * y - 1 : 0;

addOwnMetric({ name: "test-gain", direction: "higher", unit: "EUR", of: gain });
addOwnMetric({
  name: "test-gain-of-all",
  direction: "higher",
  evaluate: (rows) => mean(rows, ({ outcome, prediction }) => gain(outcome, prediction)),
});
addOwnMetric({
  name: "test-ratio",
  direction: "lower",
  evaluate(rows) {
    const came = mean(rows, ({ outcome }) => outcome);
    return came > 0 ? mean(rows, ({ prediction }) => prediction) / came : null;
  },
});
addOwnMetric({ name: "test-cost", direction: "lower", of: (y, p) => y - p });

/** Rows of shoppers with one to three rows each, whose outcomes are alike. */
function rowsOf(shoppers: number, seed = 3) {
  const random = seededRandom(seed);
  const rows = Array.from({ length: shoppers }, (_, shopper) => {
    const chance = random();
    const outcome = Number(random() < chance);
    return Array.from(
      { length: 1 + Math.floor(3 * random()) },
      () => ({ shopper, prediction: chance, outcome }),
    );
  }).flat();
  return {
    prediction: rows.map((row) => row.prediction),
    outcome: rows.map((row) => row.outcome),
    shopper: rows.map((row) => row.shopper),
  };
}

Deno.test("ownStatistic() of all rows is as sure as the same metric row by row, over 30 shops", () => {
  const ratios = Array.from({ length: 30 }, (_, seed) => {
    const rows = rowsOf(400, seed);
    const [one, all] = (["own:test-gain", "own:test-gain-of-all"] as const).map((name) => {
      const { value, influence } = ownStatistic(name, rows)!;
      return { value, error: clusteredError({ influence, shopper: rows.shopper }).error };
    });
    assert.ok(Math.abs(one.value - all.value) < 1e-12);
    return all.error / one.error;
  });
  const typical = ratios.reduce((a, b) => a + b) / ratios.length;
  assert.ok(Math.abs(typical - 1) < 0.1, `errors are ${typical} times as large`);
  assert.ok(ratios.every((ratio) => ratio > 0.6 && ratio < 1.5), ratios.join(" "));
});

Deno.test("ownStatistic() of a ratio is as unsure as drawing shoppers anew says", () => {
  const rows = rowsOf(600);
  const { value, influence } = ownStatistic("own:test-ratio", rows)!;
  const { error } = clusteredError({ influence, shopper: rows.shopper });
  const random = seededRandom(1);
  const places = Map.groupBy(rows.shopper.keys(), (i) => rows.shopper[i]);
  const drawn = Array.from({ length: 400 }, () => {
    const chosen = Array.from({ length: 600 }, () => places.get(Math.floor(600 * random()))!).flat();
    const sum = (of: readonly number[]) => chosen.reduce((total, i) => total + of[i], 0);
    return sum(rows.prediction) / sum(rows.outcome);
  });
  const bootstrap = Math.sqrt(drawn.reduce((s, v) => s + (v - value) ** 2, 0) / drawn.length);
  assert.ok(Math.abs(error / bootstrap - 1) < 0.25, `${error} against ${bootstrap} by 400 draws`);
});

Deno.test("ownStatistic() knows nothing where the rows do not define a metric, and no metric that nobody defines", () => {
  assert.equal(ownStatistic("own:test-ratio", { prediction: [1], outcome: [0], shopper: [1] }), null);
  assert.equal(ownStatistic("own:test-gain", { prediction: [], outcome: [], shopper: [] }), null);
  assert.throws(
    () => ownStatistic("own:gone", { prediction: [1], outcome: [0], shopper: [1] }),
    /no metric "own:gone"/,
  );
});

addOwnMetric({ name: "test-fails", direction: "lower", evaluate: (rows) => JSON.parse(`x${rows.length}`) });
addOwnMetric({ name: "test-odd", direction: "lower", of: (y) => y > 4 ? Object.create(null) : y });

Deno.test("a metric that fails, loops or says no number of some rows is named, ended and not tried again", () => {
  const said: [string, RegExp][] = [
    ["test-fails", /^Cannot measure "own:test-fails": .*not valid JSON$/],
    [
      "test-odd",
      /^Cannot measure "own:test-odd": it has to be a finite number of each row, not what has no text$/,
    ],
  ];
  const rows = { prediction: [1, 2], outcome: [0, 5], shopper: [1, 2] };
  const news = new Map<string, string | null>();
  const unhear = hearOwnMetrics((metric, fault) => void news.set(metric, fault));
  for (const [metric, message] of said) {
    assert.throws(() => ownStatistic(`own:${metric}`, rows), { name: "OwnCodeError", message });
    assert.match(news.get(metric)!, message);
  }
  const loops = () =>
    askingMetric("own:test-odd", () => {
      for (;;);
    }, 50);
  assert.throws(loops, { message: /"own:test-odd": it did not answer within 0\.05 s: does it loop\?$/ });
  assert.equal(measuredOrNone(() => ownStatistic("own:test-fails", rows)), null);
  assert.throws(() => rowLosses("own:test-odd", [5], [1]), { name: "OwnCodeError" });
  assert.equal(ownStatistic("own:test-odd", { ...rows, outcome: [0, 2] })!.value, 1);
  assert.equal(news.get("test-odd"), null);
  unhear();
});

Deno.test("an own metric has the direction that it declares, and is a loss only where it is a mean of rows", () => {
  assert.deepEqual(["own:test-gain", "own:test-ratio", "own:gone"].map(isHigherBetter), [true, false, false]);
  assert.deepEqual((["own:test-gain", "own:test-ratio"] as const).map(isRowLoss), [true, false]);
  assert.throws(() => rowLosses("own:test-cost", [0], [1]), /"own:test-cost": a loss is never below zero/);
});

Deno.test("addOwnMetric() takes the same one again, and refuses another of its name", () => {
  addOwnMetric({ name: "test-gain", direction: "higher", unit: "EUR", of: gain });
  assert.throws(
    () => addOwnMetric({ name: "test-gain", direction: "lower", unit: "EUR", of: gain }),
    /another one has this name/,
  );
});

const fine: OwnMetric = { name: "cost", direction: "lower", of: (y, p) => Math.abs(y - p) };
for (
  const [what, metric, want] of [
    ["nothing of a fine one", fine, null],
    ["a name with capitals", { ...fine, name: "Cost" }, /lower-case letters/],
    ["no direction", { ...fine, direction: "up" }, /needs "higher" or "lower"/],
    ["no function", { ...fine, of: undefined }, /either `of`.* or `evaluate`/],
    ["both functions", { ...fine, evaluate: () => 1 }, /either `of`.* or `evaluate`/],
    ["an empty unit", { ...fine, unit: " " }, /unit of 1 to 40/],
    ["what is no number", { ...fine, of: () => NaN }, /finite number of a row, not NaN/],
    ["what fails", { ...fine, of: () => Number(JSON.parse("x")) }, /fails on invented rows: /],
    [
      "an order of rows that counts",
      { ...fine, of: undefined, evaluate: (rows: readonly MetricRow[]) => rows[0].prediction },
      /depends on the order/,
    ],
    ["a loss of which more is better", { ...fine, direction: "higher" }, /is the loss: .* lower is better/],
    [
      "a loss that is no mean of rows",
      { ...fine, of: undefined, evaluate: () => 1 },
      /is the loss: that is a mean over rows/,
    ],
  ] as const
) {
  Deno.test(`ownMetricsFault() says ${what}`, () => {
    const fault = ownMetricsFault([metric as OwnMetric], { kind: "classification", loss: "own:cost" });
    if (want === null) assert.equal(fault, null);
    else assert.match(fault ?? "", want);
  });
}
