import type { WantedAlert } from "../src/alerts/alert.ts";
import { closeAlert, closeAlertsOf, openAlert } from "../src/db/alerts/alerts.ts";
import { endCycle, endingBefore, enterStage } from "../src/db/cycles/cycles.ts";
import { servingHistory } from "../src/db/models/serving.ts";
import { listVersions, markRemoved } from "../src/db/models/versions.ts";
import type { ModelVersion, ServingMove } from "../src/registry/version.ts";
import type { Outcome } from "../src/retraining/cycle.ts";
import { withdrawApproval } from "./approve.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";

export const createReportActivities = (deps: ActivityDeps) => ({
  /** Closes the cycle, opens or closes its alert, and lets old backups go. The first outcome stands. */
  async reportCycle(
    { cycleId, model: name, outcome, error }: {
      cycleId: string;
      model: string;
      outcome: Outcome;
      error?: string;
    },
  ): Promise<void> {
    const { sql } = deps;
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
  const { sql, store } = deps;
  const { config } = await modelAndConfig(deps, name);
  const [versions, history] = await Promise.all([listVersions(sql, name), servingHistory(sql, name)]);
  const keep = config.backup_models ? config.backups_kept : 1; // one stays: the watch may have to go back to it
  const gone = surplus(versions, history, keep);
  const stillUsed = new Set(versions.filter((v) => !gone.includes(v)).map((v) => v.artefactSha256));
  for (const { version, artefactSha256 } of gone) {
    if (!stillUsed.has(artefactSha256)) await store.remove(artefactSha256);
    await markRemoved(sql, name, version);
  }
}

/** Versions whose files are not needed: all but the serving one and the `keep` that served most recently before it. */
export function surplus(
  versions: readonly ModelVersion[],
  history: readonly Pick<ServingMove, "version">[],
  keep: number,
): ModelVersion[] {
  const recent = new Set([...new Set(history.map((move) => move.version))].slice(0, keep + 1));
  return versions.filter((v) =>
    v.state === "deployed" && v.artefactRemovedAt === null && !recent.has(v.version)
  );
}
