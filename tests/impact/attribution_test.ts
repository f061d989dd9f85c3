import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { seededRandom } from "../../src/core/random.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { groupColumns } from "../../src/impact/groups.ts";
import { reportOf } from "../../src/impact/report.ts";
import { horizonsServed } from "../../src/impact/served.ts";
import { shuffledCopies } from "../../src/impact/shuffle.ts";
import { compare } from "../../src/validation/compare.ts";
import { day, evidenceOf } from "./rows.ts";

Deno.test("groupColumns() puts every feature into exactly one group, and leaves no group empty", () => {
  const groups = groupColumns(FEATURES);
  const columns = Object.values(groups).flat().sort((a, b) => a - b);
  assert.deepEqual(columns, [...FEATURES.keys()]);
  for (const [group, of] of Object.entries(groups)) assert.ok(of.length > 0, group);
});

Deno.test("shuffledCopies() deals out columns together, and leaves the others where they are", () => {
  const features = Float32Array.from({ length: 60 }, (_, i) => i); // 20 rows of 3
  const found = shuffledCopies({ features, width: 3 }, [0, 2], { copies: 2, random: seededRandom(1) });
  assert.equal(found.length, 120);
  for (let i = 0; i < 40; i++) {
    assert.equal(found[3 * i + 2] - found[3 * i], 2, "what stood together stays together");
    assert.equal(found[3 * i + 1], 3 * (i % 20) + 1);
  }
  const first = [...found.subarray(0, 60)].filter((_, i) => i % 3 === 0);
  assert.notDeepEqual(first, [...features].filter((_, i) => i % 3 === 0));
  assert.deepEqual(first.sort((a, b) => a - b), [...features].filter((_, i) => i % 3 === 0));
});

Deno.test("reportOf() compares losses as a validation does, and puts the group that moved most first", () => {
  const evidence = evidenceOf({ n: 200 });
  const { rows } = evidence;
  const shopper = [1, 2, 3];
  evidence.groups = [
    { group: "season", shopper, before: [0.1, 0.1, 0.1], after: [0.1, 0.2, 0.1] },
    { group: "recency", shopper, before: [0.4, 0.5, 0.6], after: [0.1, 0.1, 0.1] },
  ];
  const report = reportOf(evidence);
  const want = compare(
    { kind: "classification", loss: "logLoss" },
    { target: Float64Array.from(rows.outcome), shopper: Int32Array.from(rows.shopper) },
    { champion: rows.before, challenger: rows.after },
    { confidence: 0.9 },
  );
  for (const end of ["mean", "low", "high"] as const) {
    assert.ok(Math.abs(report.difference[end] - want.difference[end]) < 1e-12);
  }
  assert.deepEqual([report.before, report.after], [want.championLoss, want.challengerLoss]);
  assert.deepEqual(report.groups.map(({ group }) => group), ["recency", "season"]);
  assert.ok(Math.abs(report.groups[0].difference.mean + 0.4) < 1e-12 && report.groups[0].difference.high < 0);
});

const moves = [{ version: 1, asOf: day(0) }, { version: 2, asOf: day(28) }, { version: 1, asOf: day(42) }];
for (
  const [name, version, endDay, want] of [
    ["counts the turn that another version ended", 2, 100, 0.5],
    ["adds up several turns, the last as far as now", 1, 56, 1.5],
    ["sees nothing after its moment", 1, 14, 0.5],
    ["knows no turn of a version that never served", 9, 100, 0],
  ] as const
) {
  Deno.test(`horizonsServed() ${name}`, () => {
    const asOfMs = Date.parse(day(0)) + endDay * DAY_MS;
    assert.equal(horizonsServed(moves, version, { asOfMs, horizonDays: 28 }), want);
  });
}
