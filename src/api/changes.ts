import { ConflictError, InvalidInputError, NotFoundError } from "../core/errors.ts";
import { writeAudit } from "../db/access/audit.ts";
import { listRetrainers } from "../db/cycles/retrainers.ts";
import type { Change, Control } from "../temporal/control.ts";
import type { ApiDeps } from "./deps.ts";
import { withDeadline } from "../core/deadline.ts";
import { ApiFault, UnavailableError } from "./problem.ts";

const SIGNAL_WITHIN_MS = 15_000;
const LOOK_WITHIN_MS = 3_000;

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
  if (!models.has(model)) throw new NotFoundError("model", model);
  return [model];
}

/**
 * Tells each retrainer, then writes the change down, one row per model; both count once per request.
 * @throws {UnavailableError} Temporal does not answer; who was told already is not told twice by the same request
 */
export async function changeRetrainers(
  { sql, control }: Pick<ApiDeps, "sql" | "control">,
  { action, models, requestId, who, why, running = "finish" }: RetrainerChange,
): Promise<void> {
  const states = await listRetrainers(sql);
  for (const model of models) {
    const change: Change = { requestId, by: who, why };
    await reaching(
      control,
      model,
      () => action === "stop" ? control.stop(model, { ...change, running }) : control[action](model, change),
    );
    const active = states.find((s) => s.model === model)?.active ?? false;
    await writeAudit(sql, {
      requestId: `${requestId}/${model}`,
      who,
      action,
      target: model,
      why, // as the workflow writes it
      before: { active },
      after: action === "stop" ? { active: false, running } : { active: action === "start" || active },
    });
  }
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

/** Whether Temporal answers, within a few seconds. */
export async function temporalAnswers(control: Pick<Control, "reachable">): Promise<boolean> {
  try {
    return await withDeadline(control.reachable(), LOOK_WITHIN_MS, () => new Error("no answer"));
  } catch {
    return false; // however it fails, it cannot be reached
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

/** Tells Temporal something within a few seconds. @throws {UnavailableError} it does not answer */
export async function reaching<T>(control: Control, model: string, tell: () => Promise<T>): Promise<T> {
  const down = () =>
    new UnavailableError(
      "Temporal",
      `Temporal does not answer, so "${model}" was not told; send the same request again soon`,
    );
  try {
    return await withDeadline(tell(), SIGNAL_WITHIN_MS, down);
  } catch (error) {
    if (isOurs(error) || await temporalAnswers(control)) throw error;
    throw down();
  }
}

const isOurs = (error: unknown) =>
  [ApiFault, ConflictError, InvalidInputError, NotFoundError].some((type) => error instanceof type);
