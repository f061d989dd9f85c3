import { type Client, ScheduleAlreadyRunning, WorkflowNotFoundError } from "@temporalio/client";
import {
  reconcile,
  type ReconcileDeps,
  type WorkflowControl,
  type WorkflowState,
} from "../../activities/reconcile.ts";
import { ensureBacktest, ensureMonitor, ensureRetrainer, ensureRollout } from "./control_client.ts";
import type { Control } from "./control.ts";

const STATES: Readonly<Record<string, WorkflowState>> = {
  RUNNING: "running",
  PAUSED: "running",
  CONTINUED_AS_NEW: "running",
  COMPLETED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
  TERMINATED: "terminated",
  TIMED_OUT: "timed out",
};

/**
 * The workflows of an installation, as the reconciler looks at them and begins them again.
 * @param options.control sends what was asked for once more, signed as the first time
 */
export function workflowControl(
  client: Client,
  { taskQueue, control }: { taskQueue: string; control: Pick<Control, "start" | "stop"> },
): WorkflowControl {
  return {
    async stateOf(workflowId) {
      try {
        const { status } = await client.workflow.getHandle(workflowId).describe();
        return STATES[status.name] ?? "running"; // a word of a newer server says nothing against it
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return "unknown";
        throw error;
      }
    },
    ensureRetrainer: (retrainer) => ensureRetrainer(client, { ...retrainer, taskQueue }),
    async setActive(model, active) {
      const requestId = `reconciler/${crypto.randomUUID()}`;
      const change = { requestId, by: "the reconciler", why: "as it was asked for before" };
      await (active ? control.start(model, change) : control.stop(model, { ...change, running: "finish" }));
    },
    ensureMonitor: () => ensureMonitor(client, { taskQueue }),
    ensureRollout: (rollout) => ensureRollout(client, { ...rollout, taskQueue }),
    ensureBacktest: (id) => ensureBacktest(client, { id, taskQueue }),
  };
}

const SCHEDULE_ID = "perennial-reconcile";
const EVERY = "1 minute";

/** Makes sure that the reconciler runs every minute. @returns whether its schedule was missing */
export async function ensureReconciler(
  client: Client,
  { taskQueue }: { taskQueue: string },
): Promise<boolean> {
  try {
    await client.schedule.create({
      scheduleId: SCHEDULE_ID,
      spec: { intervals: [{ every: EVERY }] },
      policies: { overlap: "SKIP", catchupWindow: EVERY },
      action: {
        type: "startWorkflow",
        workflowType: "reconcile",
        workflowId: "reconcile",
        taskQueue,
        workflowExecutionTimeout: "10 minutes",
        staticSummary: "Compares what should run with what does",
      },
    });
    return true;
  } catch (error) {
    if (error instanceof ScheduleAlreadyRunning) return false;
    throw error;
  }
}

/** Makes the first comparison of what should run with what does. @throws {Error} something cannot be begun */
export async function reconcileAtStart(deps: ReconcileDeps): Promise<void> {
  const { troubles } = await reconcile(deps);
  if (troubles.length > 0) throw new Error(troubles.join("; "));
}
