import { Context } from "@temporalio/activity";
import { orAborted } from "../../src/core/deadline.ts";
import { runningRollout } from "../../src/db/rollouts/rollouts.ts";
import type { ActivityDeps } from "../deps.ts";

/** How a check ended, and the cycle that it began if it began one. */
export interface CheckEnd {
  cycleId: string;
  outcome: string;
}

/** The workflows of what serves, asked as of past moments. Asked again, they answer what was found then. */
export interface LiveWorkflows {
  /** Has a model's retrainer check, and waits for the cycle that this calls for. */
  check(model: string, asOf: string, signal: AbortSignal): Promise<CheckEnd>;
  /** Has a rollout looked at, and waits for what that comes to. */
  lookAtRollout(rollout: string, asOf: string, signal: AbortSignal): Promise<unknown>;
}

/** Runs what Perennial does with a model at a moment: looks at a rollout that is replayed, then checks. */
export async function checkLive(
  { sql }: Pick<ActivityDeps, "sql">,
  workflows: LiveWorkflows,
  { model, asOf }: { model: string; asOf: string },
): Promise<CheckEnd> {
  const signal = Context.current().cancellationSignal as AbortSignal;
  try {
    const rollout = await runningRollout(sql, model);
    if (rollout?.replayed) await orAborted(workflows.lookAtRollout(rollout.id, asOf, signal), signal);
    const { cycleId, outcome } = await orAborted(workflows.check(model, asOf, signal), signal);
    return { cycleId, outcome };
  } catch (error) {
    signal.throwIfAborted(); // a cancelled wait is no failure
    throw error;
  }
}
