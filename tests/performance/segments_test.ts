import assert from "node:assert/strict";
import { FEATURES } from "../../src/features/definition.ts";
import { SEGMENT_NAMES, segmentOf } from "../../src/performance/segments.ts";

for (
  const [tenure, baskets, want] of [
    [10, 8, "new, under 90 days"],
    [90, 0, "no basket"],
    [400, 1, "one basket"],
    [400, 2, "2 to 5 baskets"],
    [400, 5, "2 to 5 baskets"],
    [400, 6, "6 or more baskets"],
    [NaN, NaN, "6 or more baskets"],
  ] as const
) {
  Deno.test(`segmentOf() a shopper of ${tenure} days and ${baskets} baskets is "${want}"`, () => {
    const values: Record<string, number> = { tenure, baskets_all: baskets };
    const asked = new Set<string>();
    assert.equal(segmentOf((name) => (asked.add(name), values[name])), want);
    assert.ok(SEGMENT_NAMES.includes(want));
    for (const name of asked) assert.ok(FEATURES.includes(name), name);
  });
}

Deno.test("segmentOf() ends a segment of a shop's own that loops, and asks it no more", () => {
  let asked = 0;
  const fits = (value: (name: string) => number) => {
    asked++;
    while (value("tenure") > 4);
    return true;
  };
  const segments = [{ name: "young", fits }];
  assert.equal(segmentOf(() => 3, segments), "young");
  assert.deepEqual([segmentOf(() => 5, segments, 50), segmentOf(() => 3, segments), asked], [
    "others",
    "others",
    2,
  ]);
});
