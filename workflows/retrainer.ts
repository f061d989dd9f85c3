import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  executeChild,
  isCancellation,
  log,
  ParentClosePolicy,
  proxyLocalActivities,
  setHandler,
  uuid4,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../activities/mod.ts";
import {
  type Asked,
  checkUpdate,
  configureSignal,
  type CycleResult,
  forceSignal,
  startSignal,
  statusQuery,
  stopSignal,
} from "./messages.ts";
import { type CycleInput, retrainingCycle } from "./retraining_cycle.ts";
import { MODEL, TRIGGER } from "./search_attributes.ts";

/** What is left to do, and what was done: carried over when the workflow continues as new. */
export interface RetrainerState {
  model: string;
  active: boolean;
  lastCheckMs?: number;
  last?: CycleResult;
  /** requests that wait for their cycle */
  queue?: Request[];
  /** results by request, newest last: a request that comes again is answered, not repeated */
  answered?: { requestId: string; result: CycleResult }[];
}

interface Request {
  requestId: string;
  trigger: CycleInput["trigger"];
  asOf: string | null;
  by: string | null;
}

const QUEUE_MAX = 20;
const ANSWERED_MAX = 100;
const RETRY_MS = 60_000;

const { noteRetrainer, noteControl } = proxyLocalActivities<Activities>({
  startToCloseTimeout: "10 seconds",
  retry: { maximumAttempts: 20, maximumInterval: "10 seconds" },
});

/**
 * Watches over one model: checks on a timer while active, at once when forced or asked as of a past moment. One cycle
 * at a time. Lives for ever by continuing as new when its history grows.
 */
export async function retrainer(given: RetrainerState): Promise<void> {
  const { model } = given;
  const state = { ...given };
  const queue: Request[] = [...given.queue ?? []];
  const answered = [...given.answered ?? []];
  const notes: Parameters<Activities["noteControl"]>[0][] = [];
  let running: { cycleId: string; scope: CancellationScope } | null = null;
  let nextCheckMs: number | null = null;
  let changed = true;

  const note = (action: "start" | "stop" | "force", asked: Asked = {}): Required<Asked> => {
    const { requestId = uuid4(), by = "a Temporal signal", why = "" } = asked ?? {};
    notes.push({ model, action, requestId, by, why });
    changed = true;
    return { requestId, by, why };
  };
  const enqueue = (request: Request) => {
    const known = [...queue, ...answered].some(({ requestId }) => requestId === request.requestId);
    if (!known && queue.length < QUEUE_MAX) queue.push(request);
  };

  setHandler(startSignal, (asked) => {
    note("start", asked);
    state.active = true;
  });
  setHandler(stopSignal, (asked) => {
    note("stop", asked);
    state.active = false;
    if (asked?.running === "cancel") running?.scope.cancel();
  });
  setHandler(forceSignal, (asked) => {
    const { requestId, by } = note("force", asked);
    enqueue({ requestId, trigger: "force", asOf: null, by });
  });
  setHandler(configureSignal, () => {
    changed = true;
  });
  setHandler(statusQuery, () => ({
    model,
    active: state.active,
    runningCycle: running?.cycleId ?? null,
    nextCheckAt: nextCheckMs === null ? null : new Date(nextCheckMs).toISOString(),
    last: state.last ?? null,
  }));
  setHandler(checkUpdate, async ({ asOf }) => {
    const requestId = `as of ${asOf}`;
    const found = () => answered.find((done) => done.requestId === requestId)?.result;
    enqueue({ requestId, trigger: "replay", asOf, by: null });
    await condition(() => found() !== undefined);
    return found()!;
  }, {
    validator: ({ asOf }) => {
      if (Number.isNaN(Date.parse(asOf))) throw new Error(`Cannot check as of "${asOf}": need an ISO 8601 time`);
      if (queue.length >= QUEUE_MAX) throw new Error(`Cannot check as of "${asOf}": ${QUEUE_MAX} requests wait already`);
    },
  });

  /** Writes down what people asked for and what the workflow does; says when the next check is due. */
  const publish = async (runningCycle: string | null): Promise<number> => {
    changed = false;
    while (notes.length > 0) await noteControl(notes.shift()!);
    const shown = () => ({
      model,
      active: state.active,
      nextCheckAt: nextCheckMs === null ? null : new Date(nextCheckMs).toISOString(),
      runningCycle,
    });
    const { nextCycle, intervalMs } = await noteRetrainer(shown());
    const due = state.active ? (state.lastCheckMs === undefined ? Date.now() : state.lastCheckMs + intervalMs) : null;
    if (due !== nextCheckMs) {
      nextCheckMs = due;
      await noteRetrainer(shown());
    }
    return nextCycle;
  };

  const runCycle = async ({ requestId, trigger, asOf, by }: Request, number: number) => {
    const cycleId = `retrainer/${model}/cycle/${number}`;
    const scope = new CancellationScope();
    running = { cycleId, scope };
    await publish(cycleId);
    const result = await scope.run(() => cycle({ model, number, trigger, asOf, requestedBy: by }))
      .catch((error): CycleResult => ({
        cycleId,
        outcome: isCancellation(error) ? "cancelled" : "failed",
        text: error instanceof Error ? error.message : String(error),
      }));
    running = null;
    state.last = result;
    answered.push({ requestId, result });
    answered.splice(0, answered.length - ANSWERED_MAX);
    if (trigger !== "replay") state.lastCheckMs = Date.now();
  };

  /** A new run may begin: nobody waits for an answer of this one, and nothing is left to write down. */
  const mayRenew = () => workflowInfo().continueAsNewSuggested && queue.length === 0 && !changed && allHandlersFinished();
  while (!mayRenew()) {
    const number = await publish(null);
    if (queue.length > 0) {
      await runCycle(queue[0], number);
      queue.shift();
    } else if (nextCheckMs !== null && nextCheckMs <= Date.now()) {
      const trigger = state.lastCheckMs === undefined ? "first" : "interval";
      await runCycle({ requestId: uuid4(), trigger, asOf: null, by: null }, number);
      if (state.last?.outcome === "failed") log.warn("a check failed; the next one follows as planned", { model });
    } else {
      const woken = () => changed || queue.length > 0 || mayRenew();
      await (nextCheckMs === null ? condition(woken) : condition(woken, Math.max(RETRY_MS / 60, nextCheckMs - Date.now())));
    }
  }
  await continueAsNew<typeof retrainer>({ ...state, queue, answered });
}

/** Runs one cycle as a child, whose own runs follow one another under the cycle's id. */
function cycle(input: CycleInput): Promise<CycleResult> {
  const { model, number, trigger, asOf, requestedBy } = input;
  return executeChild(retrainingCycle, {
    workflowId: `retrainer/${model}/cycle/${number}`,
    args: [input],
    typedSearchAttributes: [{ key: MODEL, value: model }, { key: TRIGGER, value: trigger }],
    memo: { trigger, asOf: asOf ?? "now", requestedBy: requestedBy ?? "the timer" },
    staticSummary: `${model}, cycle ${number} (${trigger}${asOf ? ` as of ${asOf.slice(0, 10)}` : ""})`,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    workflowRunTimeout: "1 day",
  });
}
