import assert from "node:assert/strict";
import { rolloutLooks } from "../../../src/app/reports/rollout_looks.ts";
import { boundedDifference } from "../../../src/rollout/difference.ts";
import { makeRollout } from "../../dashboard/rollout_fixture.ts";

const beganMs = Date.parse("2026-02-01T00:00:00Z");
const { rollout, looks } = makeRollout({ champion: 3, challenger: 7, beganMs, days: 60, drift: 0.06 });

Deno.test("rolloutLooks() tells the bounds that the decision went by, and none before there are shoppers enough", () => {
  const [first, last] = [looks[0], looks.at(-1)!];
  assert.deepEqual(first.differences.map(({ n, low, high }) => [n, low, high]), [[0, null, null]]);
  const { bounds } = boundedDifference(rollout.plan, last.evidence, 7);
  assert.deepEqual([last.differences[0].low, last.differences[0].high], [bounds.low, bounds.high]);
  assert.equal(last.decision.kind, "roll back");
  assert.ok(bounds.low > 0);
  assert.deepEqual(last.segments.map((s) => [s.segment, s.n]), [["new, under 90 days", 130], [
    "6 or more baskets",
    130,
  ]]);
});

Deno.test("rolloutLooks() says of each look whether its evidence gives the same decision", async () => {
  const changed = looks.map((look, i) => i > 0 ? look : { ...look, evidence: looks.at(-1)!.evidence });
  assert.deepEqual((await rolloutLooks(rollout, changed)).map((look) => look.same), [false, true, true]);
});
