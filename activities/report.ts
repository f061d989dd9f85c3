import type { WantedAlert } from "../src/alerts/alert.ts";
import { closeAlert, closeAlertsOf, openAlert } from "../src/db/alerts/alerts.ts";
import { endCycle, endingBefore, enterStage } from "../src/db/cycles/cycles.ts";
import { endFederatedRun } from "../src/db/federated/runs.ts";
import { isRetired } from "../src/db/models/retired.ts";
import { removeFiles, surplusVersions } from "../src/app/registry/old_versions.ts";
import type { Outcome } from "../src/retraining/cycle.ts";
import { withdrawApproval } from "./approve.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";

export const createReportActivities = (deps: ActivityDeps) => ({
  /** Closes the cycle, opens or closes its alert, and lets old backups go. The first outcome stands. */
  async reportCycle(
    { cycleId, model: name, outcome: told, error }: {
      cycleId: string;
      model: string;
      outcome: Outcome;
      error?: string;
    },
  ): Promise<void> {
    const { sql } = deps;
    // retired in the midst of a cycle, a model is not found by the next step: that is no failure
    const outcome = told === "failed" && await isRetired(sql, name) ? "cancelled" : told;
    const nowMs = deps.clock();
    await enterStage(sql, cycleId, "report");
    if (outcome === "failed") {
      const before = await endingBefore(sql, cycleId);
      const isRepeated = before?.outcome === "failed" && sameFailure(before.error, error ?? null);
      const failed = failedAlert({ model: name, cycleId, error, isRepeated });
      await openAlert(sql, failed, { channels: deps.alertChannels, nowMs });
    } else if (outcome !== "cancelled") {
      await closeAlert(sql, failedKey(name), { why: `${cycleId} ended: ${outcome}`, nowMs });
    }
    await withdrawApproval(deps, cycleId, outcome);
    await endFederatedRun(sql, { cycleId, outcome, error: error ?? null });
    await endCycle(sql, cycleId, outcome, error ?? null); // before old files go: trouble with those is no outcome
    if (outcome === "deployed") {
      await closeAlertsOf(sql, name, { why: `${cycleId} deployed another version`, nowMs });
      await pruneVersions(deps, name);
    }
  },
});

/** Under this key a model's failed cycle is an alert. */
export const failedKey = (model: string): string => `cycle-failed/${model}`;

/** Tells whether two cycles failed in the same way: numbers and ids in the texts may differ. */
export function sameFailure(before: string | null, now: string | null): boolean {
  const shape = (text: string | null) => (text ?? "").replaceAll(/[0-9a-f]{8,}|\d+/gi, "#").slice(0, 120);
  return shape(before) === shape(now);
}

interface Failure {
  model: string;
  cycleId: string;
  error?: string;
  /** the cycle before failed in the same way: waiting for the next one does not mend it */
  isRepeated: boolean;
}

function failedAlert({ model, cycleId, error = "no reason was given", isRepeated }: Failure): WantedAlert {
  const next = isRepeated
    ? "The cycle before failed in the same way, so that the next one will, too: somebody has to mend it"
    : "The next check comes as planned";
  return {
    key: failedKey(model),
    kind: "cycle failed",
    model,
    severity: isRepeated ? "critical" : "warning",
    title: `${model}: ${cycleId} failed: ${error}. What served goes on serving. ${next}`,
    detail: { cycleId, error },
  };
}

/** Deletes the files of deployed versions beyond the backups kept: never the serving one, nor one being watched. */
export async function pruneVersions(deps: ActivityDeps, name: string): Promise<void> {
  const { config } = await modelAndConfig(deps, name);
  await removeFiles(deps, await surplusVersions(deps.sql, name, config));
}
