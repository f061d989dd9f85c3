import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import { systemClock } from "../core/clock.ts";
import { NotFoundError } from "../core/errors.ts";
import { MODEL } from "../../workflows/search_attributes.ts";
import type { Control } from "./control.ts";

/** Workflow id of a model's retrainer. */
export const retrainerId = (model: string): string => `retrainer/${model}`;

/** Tells retrainers what people want, through Temporal signals. A retrainer that does not run yet is started by them. */
export function temporalControl(client: Client, { taskQueue }: { taskQueue: string }): Control {
  const signal = (model: string, name: string, args: unknown[]) =>
    client.workflow.signalWithStart("retrainer", {
      ...startOptions(model, taskQueue, false),
      signal: name,
      signalArgs: args,
    });
  return {
    start: async (model, change) => void await signal(model, "start", [change]),
    stop: async (model, change) => void await signal(model, "stop", [change]),
    force: async (model, change) => void await signal(model, "force", [change]),
    async configure(model) {
      try {
        await client.workflow.getHandle(retrainerId(model)).signal("configure");
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw error; // it reads the configuration when it starts
      }
    },
    async reachable() {
      try {
        await client.connection.withDeadline(
          systemClock() + 2000,
          () => client.workflowService.getSystemInfo({}),
        );
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Makes sure that a model's retrainer runs; one that runs already is left as it is. */
export async function ensureRetrainer(
  client: Client,
  { model, taskQueue, active }: { model: string; taskQueue: string; active: boolean },
): Promise<void> {
  await client.workflow.start("retrainer", {
    ...startOptions(model, taskQueue, active),
    workflowIdConflictPolicy: "USE_EXISTING",
  });
}

const MONITOR_ID = "monitor";

/** Makes sure that the monitor runs; one that runs already is left as it is. */
export async function ensureMonitor(client: Client, { taskQueue }: { taskQueue: string }): Promise<void> {
  await client.workflow.start("monitor", {
    workflowId: MONITOR_ID,
    taskQueue,
    workflowIdConflictPolicy: "USE_EXISTING",
    staticSummary: "Looks at events and models, and tells about alerts",
  });
}

/** Tells the monitor that there is something to deliver; without a monitor it waits until there is one. */
export async function wakeMonitor(client: Client): Promise<void> {
  try {
    await client.workflow.getHandle(MONITOR_ID).signal("wake");
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

/**
 * Checks a model as of a past moment through its retrainer, and waits for the cycle it calls for.
 * Asked again for the same moment, also after a crash, it answers what was found then.
 */
export async function checkAsOf(
  client: Client,
  model: string,
  asOf: string,
): Promise<{ cycleId: string; outcome: string; text: string }> {
  const handle = client.workflow.getHandle(retrainerId(model));
  try {
    return await handle.executeUpdate("check", { args: [{ asOf }], updateId: `as-of-${asOf}` });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new NotFoundError("running retrainer of model", model);
    throw error;
  }
}

function startOptions(model: string, taskQueue: string, active: boolean) {
  return {
    workflowId: retrainerId(model),
    taskQueue,
    args: [{ model, active }],
    typedSearchAttributes: [{ key: MODEL, value: model }],
    staticSummary: `Watches over the ${model} model`,
    memo: { model },
  };
}
