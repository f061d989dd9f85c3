import type { ChangeAccepted, History, HistoryQuery } from "../api/messages.ts";
import type { Client } from "./client.ts";
import { NotFoundError } from "../core/errors.ts";
import { forceAndWait, type ForceOptions } from "./force_and_wait.ts";
import type { ServingMove } from "../registry/version.ts";
import type { Cycle } from "../retraining/cycle.ts";
import type { ModelStatus } from "../retraining/status.ts";
import type { Predictions } from "../serving/prediction.ts";

/** Asks for a cycle now. */
export interface ForceRequest extends Omit<ForceOptions, "model"> {
  /** whether to wait until the cycle has ended; default: no */
  wait?: boolean;
}

/** The retrainer of one model. Every method throws `ApiError` or `UnreachableError`, as the client does. */
export interface Retrainer {
  readonly model: string;
  /** Turns automatic checks on. */
  start(request?: { why?: string }): Promise<ChangeAccepted>;
  /** Turns automatic checks off; a running cycle finishes, or is cancelled cleanly. */
  stop(request?: { why?: string; running?: "finish" | "cancel" }): Promise<ChangeAccepted>;
  /** Runs a cycle now: past the trigger, never past the validation. With `wait: true` it answers when the cycle has ended. */
  forceRetrain(request: ForceRequest & { wait: true }): Promise<Cycle>;
  forceRetrain(request?: ForceRequest): Promise<ChangeAccepted>;
  status(): Promise<ModelStatus>;
  /** Its cycles, newest first. */
  history(query?: Omit<HistoryQuery, "model" | "format">): Promise<History>;
  /** Asks about shoppers, by their ids as in the events; `asOf` in ISO 8601. */
  predict(users: readonly (string | number)[], options?: { asOf?: string }): Promise<Predictions>;
  /** Takes the serving version back: to `to`, else to the last known good one. */
  rollback(request?: { to?: number; why?: string }): Promise<ServingMove>;
  /** Lets a kept version serve. */
  promote(version: number, request?: { why?: string }): Promise<ServingMove>;
}

/** The retrainer of a model, through a client. */
export function createRetrainer(client: Client, model: string): Retrainer {
  function forceRetrain(request: ForceRequest & { wait: true }): Promise<Cycle>;
  function forceRetrain(request?: ForceRequest): Promise<ChangeAccepted>;
  async function forceRetrain(
    { wait = false, ...request }: ForceRequest = {},
  ): Promise<Cycle | ChangeAccepted> {
    if (!wait) return await client.force({ model, why: request.why });
    const [cycle] = await forceAndWait(client, { ...request, model });
    return cycle;
  }
  return {
    model,
    start: (request = {}) => client.start({ model, ...request }),
    stop: (request = {}) => client.stop({ model, ...request }),
    forceRetrain,
    async status() {
      const modelStatus = (await client.status()).models.find((m) => m.model === model);
      if (!modelStatus) throw new NotFoundError("model", model);
      return modelStatus;
    },
    history: (query = {}) => client.history({ ...query, model }),
    predict: (users, { asOf } = {}) => client.predict(model, { users: [...users], asOf }),
    rollback: (request = {}) => client.rollback(model, request),
    promote: (version, request = {}) => client.promote(model, { version, ...request }),
  };
}
