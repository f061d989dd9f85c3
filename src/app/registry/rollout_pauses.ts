import { ConflictError } from "../../core/errors.ts";
import { DAY_MS } from "../../core/time.ts";
import { closeAlert } from "../../db/alerts/alerts.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { inTransaction, type Sql } from "../../db/connect.ts";
import { lockServing } from "../../db/models/serving.ts";
import { endPause, getRollout, runningRollout, savePause } from "../../db/rollouts/rollouts.ts";
import { pauseKey } from "../../rollout/pause_alert.ts";
import { elapsedMs, type Rollout } from "../../rollout/rollout.ts";

/** The person who pauses or resumes, and why; `requestId` stands in the audit. */
interface PauseRequest {
  model: string;
  requestId: string;
  by: string;
  why: string;
  asOf: string;
}

/**
 * Pauses the rollout of a model that runs: its shares stay, and looks neither step nor promote until it is resumed.
 * @param request.hours how long it is meant to last; after that an alert is open until somebody decides
 * @throws {ConflictError} none runs, or it is paused
 */
export function pauseRollout(sql: Sql, request: PauseRequest & { hours: number }): Promise<Rollout> {
  const { model, requestId, by, why, asOf, hours } = request;
  return inTransaction(sql, async (tx) => {
    await lockServing(tx, model);
    const { id, paused } = await needRunning(tx, model, "pause");
    if (paused) throw new ConflictError(`Cannot pause ${id}: ${paused.by} paused it already`);
    await savePause(tx, { id, hours, by, why, asOf });
    const rollout = await getRollout(tx, id);
    const after = { rollout: id, until: rollout.paused!.until, shares: rollout.shares };
    await writeAudit(tx, { requestId, who: by, action: "pause rollout", target: model, why, after });
    return rollout;
  });
}

/** Lets a paused rollout go on from the step that it is at. @throws {ConflictError} none runs, or it is not paused */
export function resumeRollout(sql: Sql, request: PauseRequest & { nowMs: number }): Promise<Rollout> {
  const { model, requestId, by, why, asOf, nowMs } = request;
  return inTransaction(sql, async (tx) => {
    await lockServing(tx, model);
    const { id, paused } = await needRunning(tx, model, "resume");
    if (!paused) throw new ConflictError(`Cannot resume ${id}: it is not paused`);
    const days = elapsedMs(paused, { asOfMs: Date.parse(asOf), nowMs }) / DAY_MS;
    await endPause(tx, { id, days });
    await closeAlert(tx, pauseKey(id), { why: `${by} resumed it`, nowMs });
    const after = { rollout: id, days };
    await writeAudit(tx, {
      requestId,
      who: by,
      action: "resume rollout",
      target: model,
      why,
      before: paused,
      after,
    });
    return await getRollout(tx, id);
  });
}

async function needRunning(tx: Sql, model: string, what: "pause" | "resume"): Promise<Rollout> {
  const rollout = await runningRollout(tx, model);
  if (!rollout) throw new ConflictError(`Cannot ${what} a rollout of "${model}": none is running`);
  return rollout;
}
