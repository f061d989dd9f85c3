import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { forecast } from "../../src/performance/forecast.ts";
import golden from "../golden/performance.json" with { type: "json" };

const { days, loss, rows, threshold, confidence, want } = golden.line;
const points = days.map((x, i) => ({ asOfMs: (1000 + x) * DAY_MS, loss: loss[i], rows: rows[i] }));
const options = { metric: "logLoss", threshold, spacingDays: 28, confidence };

Deno.test(`forecast() agrees with ${golden.madeBy}`, () => {
  const { perDay, ...found } = forecast(points, options)!;
  assert.deepEqual(found, {
    metric: "logLoss",
    threshold,
    points: 5,
    daysLeft: want.daysLeft,
    low: want.low,
    high: want.high,
  });
  assert.ok(Math.abs(perDay - want.perDay) < 1e-12);
});

Deno.test("forecast() takes points that share outcomes for one", () => {
  const between = points.flatMap((point) => [
    point,
    { ...point, asOfMs: point.asOfMs - DAY_MS, loss: 99 },
    { ...point, asOfMs: point.asOfMs - 20 * DAY_MS, loss: -99 },
  ]);
  assert.deepEqual(forecast(between, options), forecast(points, options));
});

for (
  const [what, losses, want] of [
    ["nothing, when there are three points", [0.5, 0.51, 0.52], null],
    ["that it never happens, when the loss falls", [0.52, 0.51, 0.5, 0.49], [null, null, null]],
    ["the same day for all, when the points lie on a line", [0.5, 0.51, 0.52, 0.53], [28, 28, 28]],
    ["today, when the threshold is behind", [0.56, 0.57, 0.58, 0.59], [0, 0, 0]],
    ["no latest day, when the points are scattered", [0.5, 0.54, 0.5, 0.54], [0, 0, null]],
  ] as const
) {
  Deno.test(`forecast() says ${what}`, () => {
    const found = forecast(
      losses.map((loss, i) => ({ asOfMs: 28 * i * DAY_MS, loss, rows: 100 })),
      { ...options, threshold: 0.53999 },
    );
    if (want === null) assert.equal(found, null);
    else if (what.startsWith("no latest")) assert.equal(found!.high, null);
    else assert.deepEqual([found!.daysLeft, found!.low, found!.high], want);
  });
}
