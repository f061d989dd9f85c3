import { ConflictError, NotFoundError } from "../../core/errors.ts";
import { closeAllAlertsOf } from "../../db/alerts/alerts.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { type Database, inTransaction, type Sql } from "../../db/connect.ts";
import {
  listRetired,
  modelsWithRetrainer,
  type RetiredModel,
  saveRestored,
  saveRetired,
} from "../../db/models/retired.ts";
import { lockServing } from "../../db/models/serving.ts";
import { runningRollout } from "../../db/rollouts/rollouts.ts";
import { recordChange } from "../control/outbox.ts";
import { type ModelSet, modelsWithoutFile } from "./model_set.ts";
import { takeBack } from "./rollout_moves.ts";

/** The person who takes a model out of use or brings it back, and why. */
interface RetirementRequest {
  model: string;
  requestId: string;
  by: string;
  why: string;
}

/** Models that no page lists among those in use. */
export interface OutOfUse {
  retired: RetiredModel[];
  /** have a retrainer, and no file any more */
  withoutFile: string[];
}

/** Lists what is out of use. */
export async function readOutOfUse(sql: Sql, set: Pick<ModelSet, "all">): Promise<OutOfUse> {
  const [retired, withoutFile] = await Promise.all([listRetired(sql), modelsWithoutFile(sql, set)]);
  return { retired, withoutFile };
}

/**
 * Takes a model out of use: its retrainer stops, a cycle that runs is cancelled, a rollout that runs is taken back, its
 * alerts close. Nothing is deleted.
 * @param options.stop the message that stops its retrainer   @returns the rollout that ended with it
 * @throws {NotFoundError} no file defines it and it never had a retrainer   @throws {ConflictError} it is retired
 */
export async function retireModel(
  { sql, modelSet }: { sql: Database; modelSet: ModelSet },
  { model, requestId, by, why }: RetirementRequest,
  { stop, asOfMs, nowMs }: { stop: unknown; asOfMs: number; nowMs: number },
): Promise<{ rollout: string | null }> {
  const rollout = await inTransaction(sql, async (tx) => {
    await needKnown(tx, modelSet, model);
    if (!await saveRetired(tx, { model, by, why })) {
      throw new ConflictError(`Cannot retire "${model}": it is retired already`);
    }
    await lockServing(tx, model);
    const running = await runningRollout(tx, model);
    const ending = { key: requestId, by, why, asOf: new Date(asOfMs).toISOString() };
    if (running) await takeBack(tx, running, ending);
    await closeAllAlertsOf(tx, model, { why: "the model was retired", nowMs });
    const audit = { who: by, action: "retire", target: model, why, after: { rollout: running?.id ?? null } };
    const change = { audit: { requestId: `${requestId}/${model}`, ...audit }, message: stop };
    await recordChange(tx, { ...change, target: `retrainer/${model}` });
    return running?.id ?? null;
  });
  await modelSet.refresh();
  return { rollout };
}

/** Brings a retired model back into use; its automatic checks stay off. @throws {ConflictError} it is not retired */
export async function restoreModel(
  { sql, modelSet }: { sql: Database; modelSet: ModelSet },
  { model, requestId, by, why }: RetirementRequest,
): Promise<void> {
  await inTransaction(sql, async (tx) => {
    if (!await saveRestored(tx, model)) {
      await needKnown(tx, modelSet, model);
      throw new ConflictError(`Cannot restore "${model}": it is not retired`);
    }
    await writeAudit(tx, {
      requestId: `${requestId}/${model}`,
      who: by,
      action: "restore",
      target: model,
      why,
    });
  });
  await modelSet.refresh();
}

async function needKnown(tx: Sql, { all }: ModelSet, model: string): Promise<void> {
  if (all.has(model)) return;
  const known = [...await modelsWithRetrainer(tx), ...(await listRetired(tx)).map((row) => row.model)];
  if (!known.includes(model)) throw new NotFoundError("model", model);
}
