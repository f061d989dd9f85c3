import {
  type Client,
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  type ScheduleOptions,
  WorkflowNotFoundError,
} from "@temporalio/client";
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

const STATES: Readonly<Record<string, WorkflowState | "paused">> = {
  RUNNING: "running",
  PAUSED: "paused",
  CONTINUED_AS_NEW: "running",
  COMPLETED: "completed",
  FAILED: "failed",
  CANCELLED: "cancelled",
  TERMINATED: "terminated",
  TIMED_OUT: "timed out",
};

/** Returns what Temporal knows of a workflow. One that a person paused there is there, and does nothing. */
export async function workflowState(client: Client, workflowId: string): Promise<WorkflowState | "paused"> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return STATES[status.name] ?? "running"; // a word of a newer server says nothing against it
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return "unknown";
    throw error;
  }
}

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
      const state = await workflowState(client, workflowId);
      return state === "paused" ? "running" : state; // it is there: whoever paused it lets it go on
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
interface Schedule {
  id: string;
  workflow: string;
  /** given to the workflow, which has its id from it as well */
  argument?: string;
  spec: ScheduleOptions["spec"];
  /** how late one may begin that was missed */
  catchupWindow: "1 minute" | "1 day" | "30 days";
  summary: string;
}

const SCHEDULES: readonly Schedule[] = [
  {
    id: "perennial-reconcile",
    workflow: "reconcile",
    spec: { intervals: [{ every: "1 minute" }] },
    catchupWindow: "1 minute",
    summary: "Compares what should run with what does",
  },
  {
    id: "perennial-sweep",
    workflow: "sweep",
    spec: { intervals: [{ every: "1 day" }] },
    catchupWindow: "1 minute",
    summary: "Lets files go that nothing names",
  },
  {
    id: "perennial-cleanup",
    workflow: "cleanup",
    argument: "day",
    spec: { calendars: [{ hour: 3 }] },
    catchupWindow: "1 day",
    summary: "Lets go what is older than it is kept",
  },
  {
    id: "perennial-cleanup-backups",
    workflow: "cleanup",
    argument: "month",
    spec: { calendars: [{ dayOfMonth: 1, hour: 4 }] },
    catchupWindow: "30 days",
    summary: "Lets files of versions go that are no backups any more",
  },
];

export const SCHEDULE_IDS: readonly string[] = SCHEDULES.map(({ id }) => id);

/** Whether a schedule is there. */
export async function hasSchedule(client: Client, id: string): Promise<boolean> {
  try {
    await client.schedule.getHandle(id).describe();
    return true;
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}

/** Has the reconciler look now, in place of within a minute. */
export const reconcileNow = (client: Client): Promise<void> =>
  client.schedule.getHandle("perennial-reconcile").trigger();

/** Makes sure that the reconciler runs every minute and the clean-ups every day and month. @returns whether a schedule was missing */
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
  { id, workflow, argument, spec, catchupWindow, summary }: Schedule,
  taskQueue: string,
): Promise<boolean> {
  try {
    await client.schedule.create({
      scheduleId: id,
      spec,
      policies: { overlap: "SKIP", catchupWindow },
      action: {
        type: "startWorkflow",
        workflowType: workflow,
        workflowId: argument === undefined ? workflow : `${workflow}/${argument}`,
        args: argument === undefined ? [] : [argument],
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
