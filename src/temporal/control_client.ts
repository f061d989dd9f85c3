import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import proto from "@temporalio/proto";
import { systemClock } from "../core/clock.ts";
import { NotFoundError } from "../core/errors.ts";
import type { RetrainerStart } from "../../activities/reconcile.ts";
import type { LiveWorkflows } from "../../activities/backtest/live.ts";
import { MODEL } from "../../workflows/search_attributes.ts";
import type { Sign } from "../security/signals.ts";
import { QUEUE_KINDS, type QueueKind } from "../config/queues.ts";
import { queueOf } from "../../workflows/queues.ts";
import type { Change, Control, QueueState } from "./control.ts";

/** Workflow id of a model's retrainer. */
export const retrainerId = (model: string): string => `retrainer/${model}`;

/** How a retrainer begins, by what people asked for and when it checked last. */
export type FindStart = (model: string) => Promise<RetrainerStart>;

const stopped: FindStart = (model) => Promise.resolve({ model, active: false });

const { TaskQueueType } = proto.temporal.api.enums.v1;

interface ControlOptions {
  taskQueue: string;
  /** signs what is sent; left out: it counts as an unknown caller's */
  sign?: Sign;
  /** how a retrainer begins that does not run yet; left out: stopped */
  findStart?: FindStart;
}

/** Tells retrainers what people want, through Temporal signals. A retrainer that does not run yet is begun by them. */
export function temporalControl(
  client: Client,
  { taskQueue, sign, findStart = stopped }: ControlOptions,
): Control {
  const signal = async (model: string, name: string, change: Change) => {
    const content = { ...change };
    const proof = sign?.({ workflow: retrainerId(model), name, content });
    return await client.workflow.signalWithStart("retrainer", {
      ...startOptions(await findStart(model), taskQueue),
      signal: name,
      signalArgs: [{ ...content, ...proof }],
    });
  };
  return {
    start: async (model, change) => void await signal(model, "start", change),
    stop: async (model, change) => void await signal(model, "stop", change),
    force: async (model, change) => void await signal(model, "force", change),
    checkSoon: (model, change) => signalIfThere(client, retrainerId(model), "alarm", { ...change }),
    // one that is not there reads the configuration when it starts
    configure: (model) => signalIfThere(client, retrainerId(model), "configure"),
    async beginRollout(wanted) {
      const { id, model, replayed = false } = wanted;
      const proof = sign?.({ workflow: id, name: "begin rollout", content: { ...wanted } });
      const args = [{ rollout: id, wanted: { ...wanted, ...proof }, replayed }];
      await client.workflow.start("rollout", { ...rolloutOptions(id, model, taskQueue), args });
    },
    lookAtRollout: (id, look) => lookAsOf(client, id, look),
    wakeRollout: (id) => signalIfThere(client, id, "wake"),
    decided: (cycleId) => signalIfThere(client, cycleId, "decided"),
    startBacktest: (id) => ensureBacktest(client, { id, taskQueue }),
    cancelBacktest: (id) => cancelIfThere(client, backtestId(id)),
    startPrivacyRequest: (asked) => ensurePrivacyRequest(client, { ...asked, taskQueue }),
    queues: () => readQueues(client, taskQueue),
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

const BACKLOG_WITHIN_MS = 3_000;

const TASK_TYPES = {
  workflow: TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW,
  activity: TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY,
} as const;

/** Reads what waits on every queue that is used. @param taskQueue that of workflows */
export async function readQueues(client: Client, taskQueue: string): Promise<QueueState[]> {
  const read = async (queue: QueueKind, tasks: QueueState["tasks"]): Promise<QueueState> => {
    const name = queueOf(taskQueue, queue);
    const { stats, pollers } = await client.connection.withDeadline(
      systemClock() + BACKLOG_WITHIN_MS,
      () =>
        client.workflowService.describeTaskQueue({
          namespace: client.options.namespace,
          taskQueue: { name },
          taskQueueType: TASK_TYPES[tasks],
          reportStats: true,
        }),
    );
    return {
      name,
      queue,
      tasks,
      waiting: Number(stats?.approximateBacklogCount ?? 0),
      pollers: pollers?.length ?? 0,
    };
  };
  return await Promise.all([
    read("light", "workflow"),
    ...QUEUE_KINDS.map((kind) => read(kind, "activity")),
  ]);
}

/** Makes sure that a model's retrainer runs; one that runs already is left as it is. */
export async function ensureRetrainer(
  client: Client,
  { taskQueue, ...retrainer }: RetrainerStart & { taskQueue: string },
): Promise<void> {
  await client.workflow.start("retrainer", {
    ...startOptions(retrainer, taskQueue),
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
export const wakeMonitor = (client: Client): Promise<void> => signalIfThere(client, MONITOR_ID, "wake");

async function signalIfThere(
  client: Client,
  workflowId: string,
  name: string,
  ...args: unknown[]
): Promise<void> {
  try {
    await client.workflow.getHandle(workflowId).signal(name, ...args);
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
  }
}

const rolloutOptions = (id: string, model: string, taskQueue: string) => ({
  workflowId: id,
  workflowIdConflictPolicy: "USE_EXISTING" as const,
  taskQueue,
  typedSearchAttributes: [{ key: MODEL, value: model }],
  staticSummary: `${id.replace("rollout/", "").replace("/v", ": version ")}, step by step`,
});

/** Workflow id of a backtest. */
const backtestId = (id: string): string => `backtest/${id}`;

/** Makes sure that a backtest goes on; one that runs already is left as it is. */
export async function ensureBacktest(
  client: Client,
  { id, taskQueue }: { id: string; taskQueue: string },
): Promise<void> {
  await client.workflow.start("backtest", {
    workflowId: backtestId(id),
    workflowIdConflictPolicy: "USE_EXISTING",
    taskQueue,
    args: [{ backtest: id }],
    staticSummary: "Replays history under policies, beside what serves",
  });
}

/** Workflow id of a privacy request. */
export const privacyRequestId = (request: string): string => `privacy/${request}`;

/** Makes sure that a privacy request goes on; one that runs already is left as it is. */
export async function ensurePrivacyRequest(
  client: Client,
  { request, kind, taskQueue }: { request: string; kind: "erasure" | "objection"; taskQueue: string },
): Promise<void> {
  await client.workflow.start("privacyRequest", {
    workflowId: privacyRequestId(request),
    workflowIdConflictPolicy: "USE_EXISTING",
    taskQueue,
    args: [{ request, kind }],
    staticSummary: kind === "erasure" ? "Erases a person" : "A person objects to being profiled",
  });
}

async function cancelIfThere(client: Client, workflowId: string): Promise<boolean> {
  try {
    await client.workflow.getHandle(workflowId).cancel();
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

/** Makes sure that somebody looks at a rollout that runs. */
export async function ensureRollout(
  client: Client,
  { id, model, replayed, looks = 0, taskQueue }: {
    id: string;
    model: string;
    replayed: boolean;
    /** looks that were made before */
    looks?: number;
    taskQueue: string;
  },
): Promise<void> {
  const args = [{ rollout: id, replayed, looks }];
  await client.workflow.start("rollout", { ...rolloutOptions(id, model, taskQueue), args });
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

/**
 * Looks at a rollout as of a past moment, and waits for what that comes to. Asked again for the same moment, also after a
 * crash, it answers what was found then. @throws {NotFoundError} it does not run
 */
export async function lookAsOf(
  client: Client,
  id: string,
  look: { asOf: string; traffic: boolean },
): Promise<{ ended: boolean; text: string }> {
  const updateId = `as-of-${look.asOf}${look.traffic ? "-with-traffic" : ""}`;
  try {
    return await client.workflow.getHandle(id).executeUpdate("look", { args: [look], updateId });
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw new NotFoundError("running rollout", id);
    throw error;
  }
}

/** The workflows of what serves, as a replay of history asks them. A wait that is given up ends its call. */
export const liveWorkflows = (client: Client): LiveWorkflows => ({
  check: (model, asOf, signal) => client.withAbortSignal(signal, () => checkAsOf(client, model, asOf)),
  lookAtRollout: (id, asOf, signal) =>
    client.withAbortSignal(signal, () => lookAsOf(client, id, { asOf, traffic: false })),
});

function startOptions(retrainer: RetrainerStart, taskQueue: string) {
  const { model } = retrainer;
  return {
    workflowId: retrainerId(model),
    taskQueue,
    args: [retrainer],
    typedSearchAttributes: [{ key: MODEL, value: model }],
    staticSummary: `Watches over the ${model} model`,
    memo: { model },
  };
}
