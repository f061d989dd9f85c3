import assert from "node:assert/strict";
import type { Check } from "../../src/retraining/check.ts";
import { countTriggerReasons } from "../../src/retraining/trigger_reasons.ts";

type Reason = Check["reasons"][number];
const reason = (code: Reason["code"], speaks: Reason["speaks"] = "for"): Reason => ({
  code,
  speaks,
  text: code,
  evidence: {},
});
const retrain = (...reasons: Reason[]) => ({ answer: "retrain" as const, reasons });

Deno.test("countTriggerReasons() counts checks by what spoke for retraining, without what every retraining needs", () => {
  const checks = [
    retrain(reason("new samples"), reason("labelled rows"), reason("routine")),
    retrain(reason("new samples"), reason("age"), reason("routine"), reason("drift", "neither")),
    { answer: "wait" as const, reasons: [reason("age")] },
  ];
  assert.deepEqual(countTriggerReasons(checks), [{ reason: "routine", checks: 2 }, {
    reason: "age",
    checks: 1,
  }]);
});

Deno.test("countTriggerReasons() counts a check once for a reason it has twice, and nothing where nobody retrained", () => {
  assert.deepEqual(countTriggerReasons([retrain(reason("drift"), reason("drift"))]), [{
    reason: "drift",
    checks: 1,
  }]);
  assert.deepEqual(countTriggerReasons([]), []);
});
