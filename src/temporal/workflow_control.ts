import { type Client, ScheduleAlreadyRunning, WorkflowNotFoundError } from "@temporalio/client";
import {
  reconcile,
  type ReconcileDeps,
  type WorkflowControl,
  type WorkflowState,
} from "../../activities/reconcile.ts";
import {
  ensureBacktest,
  ensureMonitor,
  ensurePrivacyRequest,
  ensureRetrainer,
  ensureRollout,
} from "./control_client.ts";
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
    ensurePrivacyRequest: (asked) => ensurePrivacyRequest(client, { ...asked, taskQueue }),
    ensureBacktest: (id) => ensureBacktest(client, { id, taskQueue }),
  };
}

/** What runs by the clock, and how often. */
const SCHEDULES = [
  {
    id: "perennial-reconcile",
    workflow: "reconcile",
    every: "1 minute",
    summary: "Compares what should run with what does",
  },
  { id: "perennial-sweep", workflow: "sweep", every: "1 day", summary: "Lets files go that nothing names" },
] as const;

/** Makes sure that the reconciler runs every minute and the sweep every day. @returns whether a schedule was missing */
export async function ensureSchedules(
  client: Client,
  { taskQueue }: { taskQueue: string },
): Promise<boolean> {
  let missing = false;
  for (const schedule of SCHEDULES) missing = await ensureSchedule(client, schedule, taskQueue) || missing;
  return missing;
}

async function ensureSchedule(
  client: Client,
  { id, workflow, every, summary }: (typeof SCHEDULES)[number],
  taskQueue: string,
): Promise<boolean> {
  try {
    await client.schedule.create({
      scheduleId: id,
      spec: { intervals: [{ every }] },
      policies: { overlap: "SKIP", catchupWindow: "1 minute" },
      action: {
        type: "startWorkflow",
        workflowType: workflow,
        workflowId: workflow,
        taskQueue,
        workflowExecutionTimeout: "1 day",
        staticSummary: summary,
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
