import assert from "node:assert/strict";
import type { RolloutDecision } from "../../src/rollout/decision.ts";
import { endedAlert } from "../../src/rollout/ended_alert.ts";
import type { Rollout } from "../../src/rollout/rollout.ts";
import { evidenceOf, planOf } from "./support.ts";

const AT = "2011-10-01T00:00:00.000Z";
const rollout = (state: Rollout["state"], id = "rollout/churn/v7"): Rollout => ({
  id,
  model: "churn",
  cycleId: "c",
  champion: 3,
  challengers: [7],
  plan: planOf(),
  state,
  step: 0,
  shares: [],
  asOf: AT,
  stepAsOf: AT,
  stepAt: AT,
  replayed: false,
  beganBy: "a cycle",
  why: "better",
  startedAt: AT,
  endedAt: AT,
  endedWhy: "so it is",
  paused: null,
  pausedDays: 0,
});
const look = (decision: RolloutDecision, days = 2) => ({ decision, evidence: evidenceOf({ days }) });
const back: RolloutDecision = { kind: "roll back", because: "harm", text: "worse" };
const hold: RolloutDecision = { kind: "hold", text: "cannot tell" };
const promote: RolloutDecision = { kind: "promote", version: 7, text: "proven" };
const keep: RolloutDecision = { kind: "keep collecting", have: 1, need: 2, text: "too few" };

for (
  const [what, given, last, want] of [
    ["it did harm", rollout("rolled back"), look(back), [
      "rollback",
      "critical",
      /validation had let it pass/,
    ]],
    ["a drill went well", rollout("rolled back", "rollout/churn/drill-1"), look(back), [
      "rollback",
      "info",
      /went well/,
    ]],
    ["a drill failed", rollout("held", "rollout/churn/drill-1"), look(hold, 56), [
      "rollout",
      "info",
      /drill failed/,
    ]],
    ["it could not be told", rollout("held"), look(hold, 56), [
      "rollout",
      "warning",
      /perennial promote churn 7/,
    ]],
    ["time ran out and it serves", rollout("promoted"), look(promote, 56), [
      "rollout",
      "warning",
      /without proof/,
    ]],
    ["it was proven", rollout("promoted"), look(promote), null],
    ["a person took it back", rollout("rolled back"), look(keep), null],
    ["a person promoted it before anybody looked", rollout("promoted"), null, null],
    ["another version was deployed", rollout("superseded"), look(keep), null],
    ["it runs", rollout("running"), look(keep), null],
  ] as const
) {
  Deno.test(`endedAlert() is ${want ? want[1] : "none"}, when ${what}`, () => {
    const alert = endedAlert(given, last);
    assert.deepEqual(alert && [alert.kind, alert.severity], want && [want[0], want[1]]);
    if (want) assert.match(alert!.title, want[2]);
  });
}
