import assert from "node:assert/strict";
import { decideWorth, expectedGain } from "../../../src/retraining/worth/decide.ts";
import {
  cameTrue,
  forecastEnds,
  type MetForecast,
  widening,
} from "../../../src/retraining/worth/forecasts.ts";
import { inputOf, versionsThrough, windowsOf } from "./support.ts";

/** A forecast of .1 give or take .02 that came as it did. */
const forecast = (came: number, over: Partial<MetForecast> = {}): MetForecast => ({
  asOf: "2011-06-01T00:00:00.000Z",
  cutoff: "2011-06-01T00:00:00.000Z",
  made: "3",
  instead: "2",
  mean: 0.1,
  sd: 0.02,
  came,
  error: 0,
  ...over,
});

Deno.test("widening() is how wrong forecasts were, never less than 1, and 1 of fewer than three", () => {
  assert.equal(widening([]), 1);
  assert.equal(widening([forecast(0.9), forecast(-0.9)]), 1);
  assert.equal(widening([forecast(0.1), forecast(0.11), forecast(0.09)]), 1);
  assert.ok(Math.abs(widening([forecast(0.16), forecast(0.04), forecast(0.16)]) - 3) < 1e-12);
  const chance = { error: 1 };
  assert.equal(widening([forecast(0.16, chance), forecast(0.04, chance), forecast(0.16, chance)]), 1);
  assert.equal(widening(Array(3).fill(forecast(0.3, { sd: 0 }))), 1, "nothing was forecast to be sure");
});

Deno.test("forecastEnds() holds nine of ten, chance of the cut-off included", () => {
  const { low, high } = forecastEnds(forecast(0, { error: 0.03 }));
  assert.ok(Math.abs((high - low) / 2 - 1.645 * Math.hypot(0.02, 0.03)) < 1e-12);
  assert.deepEqual([cameTrue(forecast(0.13)), cameTrue(forecast(0.14))], [true, false]);
});

Deno.test("decideWorth() widens its forecast by how wrong earlier ones were, and leaves its middle", () => {
  const versions = versionsThrough([0, 1, 2, 4]);
  const windows = windowsOf(versions, { count: 8, lossOf: ({ through }, j) => 1 + 0.02 * (j - through) });
  const plain = inputOf(versions, windows);
  const wrong = { ...plain, forecasts: [forecast(0.16), forecast(0.04), forecast(0.16)] };
  const [before, after] = [expectedGain(plain)!, expectedGain(wrong)!];
  assert.ok(Math.abs(after.mean - before.mean) < 1e-12);
  assert.ok(Math.abs(after.sd / before.sd - 3) < 1e-9, `${after.sd / before.sd}`);
  assert.ok(decideWorth(wrong).advantage === decideWorth(plain).advantage);
});
