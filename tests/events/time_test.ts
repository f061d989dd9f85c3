import assert from "node:assert/strict";
import { parseTime } from "../../src/events/time.ts";

const NOON = Date.UTC(2024, 1, 29, 12);

for (
  const [text, want] of [
    ["2024-02-29T12:00:00Z", NOON],
    ["2024-02-29T12:00:00.250Z", NOON + 250],
    ["2024-02-29T12:00:00.123456Z", NOON + 123],
    ["2024-02-29T12:00:00,5Z", NOON + 500],
    ["2024-02-29 12:00:00 UTC", NOON],
    ["2024-02-29T12:00Z", NOON],
    ["2024-02-29t12:00:00z", NOON],
    ["2024-02-29T13:30:00+01:30", NOON],
    ["2024-02-29T13:30:00+0130", NOON],
    ["2024-02-29 07:00:00-05", NOON],
    [" 2024-02-29T12:00:00Z ", NOON],
    [String(NOON), NOON],
    [NOON, NOON],
    [NOON + 0.7, NOON],
    ["2023-02-29T12:00:00Z", undefined],
    ["2024-02-30T12:00:00Z", undefined],
    ["2024-13-01T12:00:00Z", undefined],
    ["2024-02-29T25:00:00Z", undefined],
    ["2024-02-29T12:00:00+99:00", undefined],
    ["2024-02-29T12:00:00", undefined],
    ["2024-02-29", undefined],
    ["29/02/2024 12:00", undefined],
    ["yesterday", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`parseTime() reads ${JSON.stringify(text)} as ${want ?? "no time"}`, () =>
    assert.equal(parseTime(text, "needed"), want));
}

Deno.test("parseTime() takes a time without a zone for UTC, when told so", () => {
  assert.equal(parseTime("2024-02-29 12:00:00", "utc"), NOON);
  assert.equal(parseTime("2024-02-29", "utc"), NOON - 12 * 3_600_000);
});
