import { writeAudit } from "../src/db/access/audit.ts";
import { currentConfig } from "../src/db/config/config_versions.ts";
import { nextCycleNumber } from "../src/db/cycles/cycles.ts";
import { saveDesired, saveRetrainer } from "../src/db/cycles/retrainers.ts";
import { configOf } from "../src/config/retraining.ts";
import type { ActivityDeps } from "./deps.ts";

/** The state that a retrainer reports of itself. */
export interface RetrainerNote {
  model: string;
  active: boolean;
  nextCheckAt: string | null;
  runningCycle: string | null;
}

/** A change that came as a signal. */
export interface ControlNote {
  model: string;
  action: "start" | "stop" | "force";
  requestId: string;
  by: string;
  why: string;
}

export const createRetrainerActivities = ({ sql }: ActivityDeps) => ({
  /** Stores what the status page shows, and answers with what the retrainer needs for its next step. */
  async noteRetrainer(note: RetrainerNote): Promise<{ nextCycle: number; intervalMs: number }> {
    await saveRetrainer(sql, note);
    const { config } = await currentConfig(sql);
    const { retrain_interval_hours: hours } = configOf(config, note.model);
    return { nextCycle: await nextCycleNumber(sql, note.model), intervalMs: Math.round(hours * 3_600_000) };
  },

  /** Writes down who started, stopped or forced, and what people want since then; once per request, also where the API wrote it already. */
  async noteControl({ model, action, requestId, by, why }: ControlNote): Promise<void> {
    if (action !== "force") await saveDesired(sql, model, action === "start");
    await writeAudit(sql, { requestId: `${requestId}/${model}`, who: by, action, target: model, why });
  },
});
