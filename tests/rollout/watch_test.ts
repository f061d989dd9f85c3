import assert from "node:assert/strict";
import { watchDecision } from "../../src/rollout/watch.ts";
import type { Interval } from "../../src/stats/interval.ts";

const interval = (low: number, high: number, n = 150): Interval => ({
  mean: (low + high) / 2,
  low,
  high,
  n,
  clusters: n,
  confidence: 0.9,
});

for (
  const [name, difference, decision, text] of [
    ["nothing can be compared", null, "cannot tell", /No labelled rows/],
    ["no row is labelled", interval(-1, 1, 0), "cannot tell", /No labelled rows/],
    ["it is worse on all of the interval", interval(0.001, 0.2), "rolled back", /Worse .* on 150 rows/],
    ["it is better on all of the interval", interval(-0.2, -0.001), "kept", /Better/],
    ["it may be either", interval(-0.1, 0.2), "kept", /Not worse/],
    ["both are the same", interval(0, 0), "kept", /Not worse/],
  ] as const
) {
  Deno.test(`watchDecision() says "${decision}", when ${name}`, () => {
    const found = watchDecision(difference);
    assert.equal(found.decision, decision);
    assert.match(found.text, text);
  });
}
