import assert from "node:assert/strict";
import { decideRollout } from "../../src/rollout/decide.ts";
import { arm, at, evidenceOf, moments, pair, planOf } from "./support.ts";

/** A challenger at its last step whose outcomes prove it. */
const proven = evidenceOf({
  arms: [arm(7, { shoppers: 5000, loss: moments(5000, 0.2) })],
  pairs: [pair(7, { difference: moments(20_000, -0.05), divergence: { n: 20_000, rms: 0.1, spread: 0.3 } })],
});

for (
  const [what, evidence, over] of [
    ["outcomes prove it", proven, {}],
    [
      "time is over and the shop promotes what cannot be told",
      evidenceOf({ days: 99, arms: [arm(7)], pairs: [pair(7)] }),
      {
        undecided: "promote" as const,
      },
    ],
  ] as const
) {
  Deno.test(`decideRollout() promotes a version, but never a drill's, when ${what}`, () => {
    const plan = planOf(over);
    const position = at(2, [7, 0.5]);
    assert.equal(decideRollout(plan, position, evidence).kind, "promote");
    const drilled = decideRollout({ ...plan, mayPromote: false }, position, evidence);
    assert.equal(drilled.kind, "hold");
    assert.match(drilled.text, /a drill is never promoted/);
  });
}
