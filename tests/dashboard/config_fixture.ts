/** Three versions of a configuration, and a history to try another on. */
import { DAY_MS } from "../../src/core/time.ts";
import type { StoredCheck } from "../../src/retraining/check.ts";
import type { ConfigVersion } from "../../src/db/config/config_versions.ts";
import type { Cycle } from "../../src/retraining/cycle.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { aCheck, aCycle, findings } from "../retraining/what_if_support.ts";

const LAST_MS = Date.parse("2011-11-08T00:00:00Z");

export function makeConfigs(): {
  configs: ConfigVersion[];
  tried: { checks: StoredCheck[]; cycles: Cycle[] };
} {
  const said = [
    ["ann", "small shop", { min_new_samples: 50 }],
    ["ben", "", { min_new_samples: 50, models: { churn: { confidence: 0.95 } } }],
    ["ann", "fewer cycles", { min_new_samples: 200, models: { churn: { confidence: 0.95 } } }],
  ] as const;
  const configs = said.map(([by, why, config], i): ConfigVersion => ({
    version: i + 1,
    by,
    why,
    at: new Date(Date.parse("2026-02-01T09:00:00Z") + i * DAY_MS).toISOString(),
    config: RetrainingConfig.parse(config),
  }));
  return { configs: configs.toReversed(), tried: history() };
}

/** A check every fortnight of each model, each second one with a training that was let on. */
function history() {
  const checks: StoredCheck[] = [];
  const cycles: Cycle[] = [];
  for (const model of ["churn", "spending"]) {
    for (let i = 11; i >= 0; i--) {
      const asOf = new Date(LAST_MS - i * 14 * DAY_MS).toISOString();
      const trains = i % 2 === 0;
      const number = 6 - i / 2;
      const cycleId = trains ? `retrainer/${model}/cycle/${number}` : null;
      const check = aCheck(findings({ asOf, newCutoffs: trains ? 1 : 0 }), { model, cycleId });
      checks.unshift(check);
      if (trains) cycles.unshift(aCycle(check, number));
    }
  }
  return { checks, cycles };
}
