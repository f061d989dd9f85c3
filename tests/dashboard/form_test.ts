import assert from "node:assert/strict";
import { ownPath } from "../../src/dashboard/form.ts";
import { rolloutHeadline } from "../../components/rollout_labels.ts";
import type { Rollout } from "../../src/rollout/rollout.ts";
import { planOf } from "../rollout/support.ts";
import { makeFixture } from "./fixture.ts";

for (
  const [to, want] of [
    ["/rollouts?x=1#approvals", "/rollouts?x=1#approvals"],
    ["/act/../cycles", "/cycles"],
    ["", "/"],
    ["rollouts", "/"],
    ["https://evil.example/", "/"],
    ["//evil.example/x", "/"],
    ["/\\evil.example", "/"],
    ["/\t/evil.example", "/"],
    ["/.//evil.example", "/evil.example"],
    ["javascript:alert(1)", "/"],
  ]
) Deno.test(`ownPath() leads to ${want}, for ${JSON.stringify(to)}`, () => assert.equal(ownPath(to), want));

const [{ rollout }] = makeFixture().rollouts;
const several = { challengers: [7, 5], plan: planOf({ strategy: "bandit", challengers: [7, 5] }) };
const shares = [{ version: 7, share: 0.35 }, { version: 5, share: 0.125 }];

for (
  const [over, want] of [
    [{}, "Version 7 of churn is shown to 25 % of shoppers; version 3 serves the others."],
    [
      { plan: planOf({ strategy: "shadow" }) },
      "Version 7 of churn runs in the shadow of version 3, shown to nobody.",
    ],
    [{ ...several, shares }, "Versions 7, 5 of churn share shoppers with version 3: v7 35 %, v5 12.5 %."],
    [{ state: "promoted" }, "Version 7 of churn was promoted in place of version 3."],
    [
      { ...several, state: "promoted" },
      "One of versions 7, 5 of churn was promoted in place of version 3.",
    ],
    [{ state: "rolled back" }, "Version 7 of churn was rolled back; version 3 kept serving."],
    [{ ...several, state: "held" }, "Versions 7, 5 of churn were held; version 3 kept serving."],
    [{ state: "superseded" }, "The rollout of version 7 of churn was superseded by another change."],
  ] satisfies [Partial<Rollout>, string][]
) {
  Deno.test(`rolloutHeadline() says: ${want}`, () => {
    const plain = { champion: 3, challengers: [7], plan: planOf(), shares: [{ version: 7, share: 0.25 }] };
    assert.equal(rolloutHeadline({ ...rollout, ...plain, ...over }), want);
  });
}
