import { writeAudit } from "../src/db/access/audit.ts";
import { currentConfig } from "../src/db/config/config_versions.ts";
import { nextCycleNumber } from "../src/db/cycles/cycles.ts";
import { saveDesired, saveRetrainer } from "../src/db/cycles/retrainers.ts";
import { configOf } from "../src/config/retraining.ts";
import { openAlert } from "../src/db/alerts/alerts.ts";
import {
  type Admission,
  admitSignal,
  type HeardSignal,
  type SignalPolicy,
} from "../src/app/control/admit.ts";
import type { ActivityDeps } from "./deps.ts";

/** A retrainer's activities also know whose signals they obey. */
interface RetrainerDeps extends ActivityDeps {
  signals: SignalPolicy;
}

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

/** A request that cannot be written down, so that it is dropped. */
export interface DroppedNote {
  model: string;
  action: ControlNote["action"];
  error: string;
}

export const createRetrainerActivities = (deps: RetrainerDeps) => ({
  /** Stores what the status page shows, and answers with what the retrainer needs for its next step. */
  async noteRetrainer(note: RetrainerNote): Promise<{ nextCycle: number; intervalMs: number }> {
    const { sql } = deps;
    await saveRetrainer(sql, note);
    const { config } = await currentConfig(sql);
    const { retrain_interval_hours: hours } = configOf(config, note.model);
    return { nextCycle: await nextCycleNumber(sql, note.model), intervalMs: Math.round(hours * 3_600_000) };
  },

  /** Writes down what a release before 0.5.0 heard and obeyed already, whoever sent it. */
  async noteControl({ model, action, requestId, by, why }: ControlNote): Promise<void> {
    if (action !== "force") await saveDesired(deps.sql, model, action === "start");
    const entry = { requestId: `${requestId}/${model}`, who: by, action, target: model, why };
    await writeAudit(deps.sql, entry);
  },

  /** Decides whether a signal to start, stop or force is obeyed, and writes it down; the same at each retry. */
  admitControl: (signal: HeardSignal): Promise<Admission> =>
    admitSignal(deps.sql, deps.signals, signal, deps.clock()),

  /** Tells a person that a request can never be written down, and so was dropped. */
  async alertDropped({ model, action, error }: DroppedNote): Promise<void> {
    const title =
      `${model}: a request to ${action} it was dropped, since it cannot be written down: ${error}. ` +
      "Nothing was changed by it; ask again";
    await openAlert(deps.sql, {
      key: `dropped-request/${model}`,
      kind: "undelivered change",
      model,
      severity: "critical",
      title,
      detail: { action, error },
    }, { channels: deps.alertChannels, nowMs: deps.clock() });
  },
});
