import assert from "node:assert/strict";
import { duration, moment } from "../../src/format/times.ts";

for (
  const [ms, want] of [
    [310, "310 ms"],
    [4100, "4.1 s"],
    [41_000, "41 s"],
    [188_000, "3 min 8 s"],
    [24 * 3_600_000, "24 h"],
    [14 * 86_400_000, "14 days"],
  ] as const
) Deno.test(`duration() writes ${ms} ms as ${want}`, () => assert.equal(duration(ms), want));

Deno.test("moment() keeps a cut-off's day in UTC wherever the reader is, and moves a clock time", () => {
  const midnight = "2011-11-08T00:00:00Z";
  assert.equal(moment(midnight, "day", "America/New_York"), "8 Nov 2011");
  assert.equal(moment(midnight, "clock", "America/New_York"), "19:00:00");
});
