import { HOUR_MS } from "../src/core/time.ts";
import { closeAlert, openAlert, remindAlert } from "../src/db/alerts/alerts.ts";
import {
  type Approval,
  askApproval,
  decideApproval,
  decideIfAsked,
  getApproval,
  noteReminder,
} from "../src/db/rollouts/approvals.ts";
import { beginStage, getCycle, saveProgress } from "../src/db/cycles/cycles.ts";
import { versionOfCycle } from "../src/db/models/versions.ts";
import { modelAndConfig } from "./context.ts";
import type { ActivityDeps } from "./deps.ts";

/** A workflow's history holds so many comfortably. */
const REMINDERS_MAX = 500;

/** A person's decision, as a cycle needs it. */
export type ApprovalResult =
  | { decision: null; waitMs: number }
  | { decision: NonNullable<Approval["decision"]> | "not asked"; text: string };

export const createApproveActivities = (deps: ActivityDeps) => ({
  /** Asks a person whether the version of a cycle may serve, where the configuration wants that. Asks once. */
  async askForApproval({ cycleId, why }: { cycleId: string; why: string }): Promise<{ asked: boolean }> {
    const { sql, clock, alertChannels: channels } = deps;
    const { model: name, trigger } = await getCycle(sql, cycleId);
    const { config } = await modelAndConfig(deps, name);
    if (config.approval === "none" || trigger === "replay") return { asked: false }; // a replay has nobody to ask
    await beginStage(sql, cycleId, "approve");
    const { version } = (await versionOfCycle(sql, cycleId))!;
    const expiresAt = new Date(clock() + config.approval_expire_hours * HOUR_MS).toISOString();
    const text = `May version ${version} of ${name} serve? It is ${why}`;
    const approval = await askApproval(sql, { cycleId, model: name, version, text, expiresAt });
    await saveProgress(sql, cycleId, { fraction: 0, text: `until ${approval.expiresAt.slice(0, 16)}Z` });
    await openAlert(sql, approvalAlert(approval), { channels, nowMs: clock() });
    return { asked: true };
  },

  /** Returns what a person decided; reminds them when it is time, and decides for them when that is over. */
  async readApproval({ cycleId }: { cycleId: string }): Promise<ApprovalResult> {
    const { sql, clock, alertChannels: channels } = deps;
    const approval = await getApproval(sql, cycleId);
    const nowMs = clock();
    const { config } = await modelAndConfig(deps, approval.model);
    const askedMs = Date.parse(approval.askedAt);
    const expiresMs = Date.parse(approval.expiresAt);
    const leftMs = expiresMs - nowMs;
    const remindMs = Math.max(config.approval_remind_hours * HOUR_MS, (expiresMs - askedMs) / REMINDERS_MAX);
    if (approval.decision === null && leftMs > 0) {
      const turn = Math.floor((nowMs - askedMs) / remindMs);
      if (turn > approval.reminders) {
        await remindAlert(sql, approvalKey(cycleId), { turn, channels, nowMs });
        await noteReminder(sql, cycleId, turn);
      }
      const nextMs = askedMs + (turn + 1) * remindMs - nowMs;
      return { decision: null, waitMs: Math.max(1000, Math.min(nextMs, leftMs)) };
    }
    const ended = await decideApproval(sql, {
      cycleId,
      decision: "expired",
      by: "the clock",
      why: `nobody decided until ${approval.expiresAt}`,
    });
    const text = `${ended.decision} by ${ended.decidedBy}${ended.decidedWhy ? `: ${ended.decidedWhy}` : ""}`;
    await closeAlert(sql, approvalKey(cycleId), { why: text, nowMs });
    return { decision: ended.decision!, text };
  },
});

/** Nobody needs to decide any more about a version whose cycle has ended. */
export async function withdrawApproval(
  { sql, clock }: ActivityDeps,
  cycleId: string,
  outcome: string,
): Promise<void> {
  const why = `its cycle ended: ${outcome}`;
  await decideIfAsked(sql, { cycleId, decision: "expired", by: "the cycle", why });
  await closeAlert(sql, approvalKey(cycleId), { why, nowMs: clock() });
}

const approvalKey = (cycleId: string): string => `approval/${cycleId}`;

function approvalAlert({ cycleId, model, version, text, expiresAt }: Approval) {
  const title = `${text}. Until ${expiresAt.slice(0, 16).replace("T", " ")} UTC: ` +
    `perennial approve ${model}, or perennial reject ${model}; after that it is set aside`;
  const detail = { cycleId, version, expiresAt };
  return { key: approvalKey(cycleId), kind: "approval", model, severity: "warning", title, detail } as const;
}
