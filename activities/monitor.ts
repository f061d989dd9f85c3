import { currentConfig } from "../src/db/config/config_versions.ts";
import type { Sql } from "../src/db/connect.ts";
import { listObservations, pruneObservations } from "../src/db/monitoring/observations.ts";
import { type Observation } from "../src/monitoring/observation.ts";
import { servingVersion } from "../src/db/models/serving.ts";
import type { ActivityDeps } from "./deps.ts";

/** Models are looked at so often; a check looks as well. */
const MODEL_LOOK_MS = 24 * 3_600_000;

/** Looks that no check rests on are kept so long. */
const KEPT_MS = 90 * MODEL_LOOK_MS;

const newestLook = async (sql: Sql, kind: Observation["kind"], model: string | null) =>
  (await listObservations(sql, { kind, model, limit: 1 })).at(0);

/** The next steps of the monitor. */
export interface MonitorPlan {
  /** the events are due for a look */
  events: boolean;
  /** models that are due */
  models: string[];
  /** until something is due again, ms */
  waitMs: number;
}

export const createMonitorActivities = (deps: ActivityDeps) => ({
  /** Returns what is due now, by what was stored: a monitor that died goes on where it stood. */
  async planLooks(): Promise<MonitorPlan> {
    const { sql, clock, models } = deps;
    const { config } = await currentConfig(sql);
    const everyMs = config.monitor_interval_hours * 3_600_000;
    const now = clock();
    const lastOf = async (kind: "quality" | "drift", model: string | null) => {
      const look = await newestLook(sql, kind, model);
      return look ? { atMs: Date.parse(look.at), version: look.report.version } : null;
    };
    const events = await lastOf("quality", null);
    const due: string[] = [];
    for (const model of models.keys()) {
      const version = await servingVersion(sql, model);
      const last = await lastOf("drift", model);
      const waits = last !== null && last.version === version && now - last.atMs < MODEL_LOOK_MS;
      if (version !== null && !waits) due.push(model);
    }
    const isDue = events === null || now - events.atMs >= everyMs;
    return {
      events: isDue,
      models: due,
      waitMs: isDue ? everyMs : Math.max(1000, events.atMs + everyMs - now),
    };
  },

  /** Lets old looks go, with their evidence: hourly ones add up, and what a check decided on stays. */
  async pruneLooks(): Promise<{ gone: number }> {
    const gone = await pruneObservations(deps.sql, { beforeMs: deps.clock() - KEPT_MS });
    for (const sha256 of gone) await deps.store.remove(sha256);
    return { gone: gone.length };
  },
});
