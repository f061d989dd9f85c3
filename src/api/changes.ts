import { NotFoundError } from "../core/errors.ts";
import { recordChange } from "../app/control/outbox.ts";
import { inTransaction } from "../db/connect.ts";
import { listRetrainers } from "../db/cycles/retrainers.ts";
import { type ControlMessage, sendNow } from "./control_messages.ts";
import type { ApiDeps } from "./deps.ts";
import { reaching } from "./reaching.ts";

/** A person's request to the retrainers. */
export interface RetrainerChange {
  action: "start" | "stop" | "force";
  models: readonly string[];
  requestId: string;
  who: string;
  why: string;
  /** for `stop`: what becomes of a running cycle */
  running?: "finish" | "cancel";
}

/** The models a request means: the one it names, else all. @throws {NotFoundError} there is no such model */
export function chosenModels({ models }: Pick<ApiDeps, "models">, model?: string): string[] {
  if (model === undefined) return [...models.keys()];
  if (!models.has(model)) throw new NotFoundError("model", model, [...models.keys()]);
  return [model];
}

/**
 * Writes the change down, one audit row and one message per model, then tells each retrainer; both count once per
 * request. @returns whether every retrainer was told already: else they are as soon as Temporal answers
 */
export async function changeRetrainers(
  deps: Pick<ApiDeps, "sql" | "control" | "log">,
  change: RetrainerChange,
): Promise<{ told: boolean }> {
  const { models, requestId } = change;
  const { sql } = deps;
  const states = await listRetrainers(sql);
  await inTransaction(sql, async (tx) => {
    for (const model of models) {
      const active = states.find((s) => s.model === model)?.active ?? false;
      await recordChange(tx, recordOf(change, { model, active }));
    }
  });
  const written = models.map((model) => ({ key: `${requestId}/${model}`, target: `retrainer/${model}` }));
  return { told: await sendNow(deps, written) };
}

/** The audit row and the message of a change to one model's retrainer. */
function recordOf(
  { action, requestId, who, why, running = "finish" }: RetrainerChange,
  { model, active }: { model: string; active: boolean },
) {
  const change = { requestId, by: who, why };
  const message: ControlMessage = action === "stop"
    ? { action, model, change: { ...change, running } }
    : { action, model, change };
  const after = action === "stop" ? { active: false, running } : { active: action === "start" || active };
  const audit = {
    requestId: `${requestId}/${model}`, // as the workflow writes it
    who,
    action,
    target: model,
    why,
    before: { active },
    after,
  };
  return { audit, target: `retrainer/${model}`, message };
}

/** Whether the retrainers heard that the configuration changed; they read it at their next check anyway. */
export async function notifyRetrainers(
  { control, log }: Pick<ApiDeps, "control" | "log">,
  models: readonly string[],
): Promise<boolean> {
  try {
    for (const model of models) await reaching(control, model, () => control.configure(model));
    return true;
  } catch (error) {
    log(`config: retrainers were not told: ${error instanceof Error ? error.message : error}`);
    return false;
  }
}

/**
 * Tells somebody who works in Temporal. What is told is written down already, so that nothing is lost where Temporal does
 * not answer: they read it at their next look.
 */
export async function notifyIfReachable(
  { control, log }: Pick<ApiDeps, "control" | "log">,
  whom: string,
  tell: () => Promise<void>,
): Promise<void> {
  try {
    await reaching(control, whom, tell);
  } catch (error) {
    log(`${whom} was not told: ${error instanceof Error ? error.message : error}`);
  }
}
