import { DAY_MS } from "../../core/time.ts";
import type { Clock } from "../../core/clock.ts";
import { checksSince } from "../../db/cycles/checks.ts";
import { currentConfig } from "../../db/config/config_versions.ts";
import type { Sql } from "../../db/connect.ts";
import { judgedCyclesSince } from "../../db/cycles/cycles.ts";
import type { ModelDefinition } from "../../models/model.ts";
import type { RetrainingConfig } from "../../config/retraining.ts";
import { currentAsOf } from "../as_of.ts";
import { simulateConfig, type WhatIfReport } from "../../retraining/what_if.ts";

/** Most checks that are decided again. */
const CHECKS_MAX = 5000;

/** Tries a configuration on the last days of history, by the installation's own clock. It changes nothing. */
export async function readWhatIf(
  { sql, clock, models }: {
    sql: Sql;
    clock: Clock;
    models: ReadonlyMap<string, Pick<ModelDefinition, "margin">>;
  },
  { wanted, days }: { wanted: RetrainingConfig; days: number },
): Promise<WhatIfReport> {
  const toMs = await currentAsOf(sql, clock);
  const fromMs = toMs - days * DAY_MS;
  const from = new Date(fromMs).toISOString();
  const [{ config: current }, checks, cycles] = await Promise.all([
    currentConfig(sql),
    checksSince(sql, from, CHECKS_MAX + 1),
    judgedCyclesSince(sql, from),
  ]);
  return simulateConfig({
    current,
    wanted,
    cycles,
    fromMs,
    toMs,
    margins: new Map([...models].map(([name, { margin }]) => [name, margin])),
    checks: checks.slice(0, CHECKS_MAX),
    truncated: checks.length > CHECKS_MAX,
  });
}
