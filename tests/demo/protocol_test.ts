import assert from "node:assert/strict";
import { configFor, DEMO_PROTOCOL } from "../../src/demo/protocol.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";

Deno.test("configFor() makes retrainers follow the protocol, keeps the rest, and keeps every version's file", () => {
  const config = RetrainingConfig.parse({ seed: 5, gate: "threshold" });
  const { first_cutoff, step_days, horizon_days, min_train_cutoffs, seed, gate, backups_kept } = configOf(
    configFor(config, { ...DEMO_PROTOCOL, horizonDays: 7 }),
    "churn",
  );
  assert.deepEqual(
    [first_cutoff, step_days, horizon_days, min_train_cutoffs, seed, gate],
    ["2011-02-01", 14, 7, 3, 5, "threshold"],
  );
  assert.ok(backups_kept >= 21, "the first version serves a policy to the end");
});
