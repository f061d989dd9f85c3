import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY_MS } from "../../src/core/time.ts";
import { labelledCutoffs } from "../../src/training/cutoffs.ts";
import type { SnapshotBlock } from "../../src/training/snapshot.ts";
import { splitCutoffs, testHalf } from "../../src/validation/split.ts";

const START_MS = Date.UTC(2011, 1, 1);
const block = (ms: number, rows: number): SnapshotBlock => ({
  cutoff: new Date(ms).toISOString(),
  rows,
  features: "f",
  labels: "l",
});
const days = (blocks: readonly SnapshotBlock[]) =>
  blocks.map((b) => (Date.parse(b.cutoff) - START_MS) / DAY_MS);
const every14 = (count: number, rows = 100) =>
  Array.from({ length: count }, (_, i) => block(START_MS + i * 14 * DAY_MS, rows));

for (
  const [name, blocks, seenDay, rowsWanted, want] of [
    ["the newest cut-off tests, older ones whose outcomes end before it train", every14(5), null, 100, [
      "time",
      [0, 14, 28],
      [56],
    ]],
    ["more cut-offs test, when one holds too few rows", every14(7), null, 250, ["time", [0, 14, 28], [
      56,
      70,
      84,
    ]]],
    ["testing stops growing, when nothing would be left to train on", every14(4), null, 1000, ["time", [0], [
      28,
      42,
    ]]],
    ["shoppers are divided, when the cut-offs are too few", every14(2), null, 100, ["shoppers", [0, 14], [
      14,
    ]]],
    ["shoppers are divided, when there is one cut-off", every14(1), null, 100, ["shoppers", [0], [0]]],
    ["only what the champion has not seen tests", every14(7), 70, 1000, ["time", [0, 14, 28, 42], [70, 84]]],
    ["a cut-off at the end of the champion's outcomes is new to it", every14(7), 84, 100, ["time", [
      0,
      14,
      28,
      42,
      56,
    ], [84]]],
    ["nothing is divided, when nothing is new to the champion", every14(7), 85, 100, null],
    ["nothing is divided, when nothing is labelled", [], null, 100, null],
    ["nothing is divided, when nothing is left to train a challenger on", every14(2), 0, 100, null],
  ] as const
) {
  Deno.test(`splitCutoffs(): ${name}`, () => {
    const championSeenMs = seenDay === null ? null : START_MS + seenDay * DAY_MS;
    const split = splitCutoffs(blocks, { horizonDays: 28, championSeenMs, rowsWanted });
    assert.deepEqual(split && [split.by, days(split.train), days(split.test)], want);
  });
}

/** Labelled cut-offs of a shop, on its grid, with a champion trained at some time or none. */
const history = fc.record({
  count: fc.integer({ min: 0, max: 20 }),
  stepDays: fc.integer({ min: 1, max: 60 }),
  horizonDays: fc.integer({ min: 1, max: 90 }),
  rows: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 20, maxLength: 20 }),
  seenDay: fc.option(fc.integer({ min: -10, max: 700 })),
  rowsWanted: fc.integer({ min: 1, max: 800 }),
}).map(({ count, stepDays, horizonDays, rows, seenDay, rowsWanted }) => {
  const asOfMs = START_MS + ((count - 1) * stepDays + horizonDays) * DAY_MS;
  const cutoffs = labelledCutoffs({ firstMs: START_MS, asOfMs, stepDays, horizonDays, max: 100 });
  const championSeenMs = seenDay === null ? null : START_MS + seenDay * DAY_MS;
  return { blocks: cutoffs.map((ms, i) => block(ms, rows[i])), horizonDays, championSeenMs, rowsWanted };
});

Deno.test("splitCutoffs() lets no outcome that was trained on reach into the test", () => {
  fc.assert(
    fc.property(history, ({ blocks, ...options }) => {
      const split = splitCutoffs(blocks, options);
      fc.pre(split?.by === "time");
      const firstTestMs = Math.min(...split.test.map((b) => Date.parse(b.cutoff)));
      for (const { cutoff } of split.train) {
        assert.ok(
          Date.parse(cutoff) + options.horizonDays * DAY_MS <= firstTestMs,
          "an outcome of training reaches in",
        );
      }
    }),
    { seed: 21, numRuns: 500 },
  );
});

Deno.test("splitCutoffs() tests a champion on nothing that it saw", () => {
  fc.assert(
    fc.property(history, ({ blocks, ...options }) => {
      const { championSeenMs } = options;
      const split = splitCutoffs(blocks, options);
      fc.pre(championSeenMs !== null && split !== null);
      assert.equal(split.by, "time", "shoppers are divided only before the first model");
      for (const { cutoff } of split.test) assert.ok(Date.parse(cutoff) >= championSeenMs);
    }),
    { seed: 22, numRuns: 500 },
  );
});

Deno.test("splitCutoffs() wastes nothing: the newest test, all that may train does, none does both", () => {
  fc.assert(
    fc.property(history, ({ blocks, ...options }) => {
      const split = splitCutoffs(blocks, options);
      const unseen = blocks.filter((b) =>
        options.championSeenMs === null || Date.parse(b.cutoff) >= options.championSeenMs
      );
      if (split === null) {
        assert.ok(unseen.length === 0 || options.championSeenMs !== null);
        return;
      }
      assert.ok(split.test.length > 0 && split.train.length > 0);
      assert.deepEqual(split.test, blocks.slice(-split.test.length));
      if (split.by === "shoppers") {
        assert.deepEqual(split.train, blocks);
        return;
      }
      assert.deepEqual(split.train, blocks.slice(0, split.train.length));
      assert.ok(split.train.length + split.test.length <= blocks.length);
      const spare = split.test.slice(1).reduce((sum, b) => sum + b.rows, 0);
      assert.ok(
        split.test.length === 1 || spare < options.rowsWanted,
        "one cut-off fewer would have been enough",
      );
    }),
    { seed: 23, numRuns: 500 },
  );
});

Deno.test("testHalf() halves shoppers, however they are called", () => {
  const names = [
    (i: number) => i,
    (i: number) => i * 65_536,
    (i: number) => -i * 3,
    (i: number) => (i * 2_654_435_761) | 0,
  ];
  const halves = names.map((name) => {
    const shoppers = Array.from({ length: 4000 }, (_, i) => name(i % 3500)); // some are there twice
    return shoppers.map(testHalf(shoppers));
  });
  const share = halves[0].filter((tests) => tests).length / 4000;
  assert.ok(0.45 < share && share < 0.55, `share ${share}`);
  for (const half of halves) assert.deepEqual(half, halves[0]);
});

Deno.test("testHalf() has a shopper in one half, whichever cut-off the rows are of", () => {
  const older = [5, 9, 2, 8, 1];
  const newer = [8, 3, 5, 7];
  const tests = testHalf([...older, ...newer]);
  assert.equal(tests(5), testHalf(older)(5));
  assert.equal(tests(8), testHalf(older)(8));
});
