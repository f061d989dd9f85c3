import assert from "node:assert/strict";
import { compare } from "../../src/validation/compare.ts";
import { compareSegments } from "../../src/validation/compare_segments.ts";

const MODEL = { kind: "classification", loss: "brier" } as const;
const OPTIONS = { cap: Infinity, confidence: 0.9 };
const rows = { target: Float64Array.of(1, 0, 1, 0, 1), shopper: Int32Array.of(1, 2, 3, 4, 5) };
const predictions = { champion: [0.9, 0.2, 0.6, 0.4, 0.7], challenger: [0.5, 0.1, 0.9, 0.3, 0.8] };

Deno.test("compareSegments() compares within each segment, a row counting in every one it is in", () => {
  const segments = compareSegments(
    MODEL,
    rows,
    predictions,
    new Map([["all", [0, 1, 2, 3, 4]], ["first", [0]], ["even", [0, 2, 4]]]),
    OPTIONS,
  );
  const whole = compare(MODEL, rows, predictions, OPTIONS);
  assert.deepEqual(segments.map(({ segment, difference }) => [segment, difference.n]), [
    ["all", 5],
    ["first", 1],
    ["even", 3],
  ]);
  assert.deepEqual(segments[0], {
    segment: "all",
    difference: whole.difference,
    championLoss: whole.championLoss,
  });
  assert.equal(segments[1].championLoss.toFixed(9), "0.010000000");
  assert.equal(segments[1].difference.mean.toFixed(9), "0.240000000");
});
