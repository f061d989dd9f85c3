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
  setCurrentDetails,
  setHandler,
  sleep,
  uuid4,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../activities/mod.ts";
import {
  alarmSignal,
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
  /** what people asked for and is not written down yet */
  notes?: Note[];
}

type Note = Parameters<Activities["noteControl"]>[0];

interface Request {
  /** null: the timer asks, and wants no answer */
  requestId: string | null;
  trigger: CycleInput["trigger"];
  asOf: string | null;
  by: string | null;
}

const QUEUE_MAX = 20;
const ANSWERED_MAX = 100;
/** longest text of a request or a failure that is kept */
const TEXT_MAX = 500;
const WAIT_MIN_MS = 1000;
const RETRY_MS = 30_000;

const { noteRetrainer, noteControl } = proxyLocalActivities<Activities>({
  startToCloseTimeout: "10 seconds",
  retry: { maximumAttempts: 6, maximumInterval: "5 seconds" },
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
  const notes: Note[] = [...given.notes ?? []];
  let running: { cycleId: string; scope: CancellationScope } | null = null;
  let nextCheckMs: number | null = null;
  let changed = true;

  const note = (action: Note["action"], asked: unknown): Required<Asked> => {
    const request = requestOf(asked);
    notes.push({ model, action, ...request });
    changed = true;
    return request;
  };
  const enqueue = (request: Request) => {
    const known = [...queue, ...answered].some(({ requestId }) => requestId === request.requestId);
    if (known) return;
    if (queue.length < QUEUE_MAX) queue.push(request);
    else log.warn("too many requests wait; one was dropped", { model, requestId: request.requestId });
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
  setHandler(alarmSignal, (asked) => {
    const { requestId, by } = requestOf(asked);
    if (state.active) enqueue({ requestId, trigger: "alarm", asOf: null, by });
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
      if (Number.isNaN(Date.parse(asOf))) {
        throw new Error(`Cannot check as of "${asOf}": need an ISO 8601 time`);
      }
      if (queue.length >= QUEUE_MAX) {
        throw new Error(`Cannot check as of "${asOf}": ${QUEUE_MAX} requests wait already`);
      }
    },
  });

  /** Writes down what people asked for and what the workflow does; says when the next check is due. */
  const publish = async (runningCycle: string | null): Promise<number> => {
    changed = false;
    for (; notes.length > 0; notes.shift()) await retryForever(() => noteControl(notes[0]));
    const shown = () => ({
      model,
      active: state.active,
      nextCheckAt: nextCheckMs === null ? null : new Date(nextCheckMs).toISOString(),
      runningCycle,
    });
    const { nextCycle, intervalMs } = await retryForever(() => noteRetrainer(shown()));
    const due = state.active
      ? (state.lastCheckMs === undefined ? Date.now() : state.lastCheckMs + intervalMs)
      : null;
    if (due !== nextCheckMs) {
      nextCheckMs = due;
      await retryForever(() => noteRetrainer(shown()));
    }
    setCurrentDetails(details(shown())); // the summary given at the start is lost when it continues as new
    return nextCycle;
  };

  const runCycle = async ({ requestId, trigger, asOf, by }: Request, number: number) => {
    const cycleId = `retrainer/${model}/cycle/${number}`;
    const scope = new CancellationScope();
    running = { cycleId, scope };
    let result: CycleResult | undefined;
    const ended = scope.run(() => cycle({ model, number, trigger, asOf, requestedBy: by }))
      .catch((error) => withoutResult(cycleId, error)).then((ending) => result = ending);
    do { // what people ask for meanwhile is written down meanwhile
      await publish(cycleId);
      await condition(() => changed || result !== undefined);
    } while (result === undefined);
    result = await ended;
    running = null;
    state.last = result;
    if (requestId !== null) answered.push({ requestId, result });
    answered.splice(0, answered.length - ANSWERED_MAX);
    state.lastCheckMs = Date.now();
  };

  /** A new run may begin once nobody waits for an answer of this one; everything else is carried over. */
  const mayRenew = () => workflowInfo().continueAsNewSuggested && allHandlersFinished();
  while (!mayRenew()) {
    const number = await publish(null);
    if (changed) continue; // somebody asked for something meanwhile: a stop, perhaps
    if (queue.length > 0) {
      await runCycle(queue[0], number);
      queue.shift();
    } else if (nextCheckMs !== null && nextCheckMs <= Date.now()) {
      const trigger = state.lastCheckMs === undefined ? "first" : "interval";
      await runCycle({ requestId: null, trigger, asOf: null, by: null }, number);
      if (state.last?.outcome === "failed") {
        log.warn("a check failed; the next one follows as planned", { model });
      }
    } else {
      const woken = () => changed || queue.length > 0 || mayRenew();
      await (nextCheckMs === null
        ? condition(woken)
        : condition(woken, Math.max(WAIT_MIN_MS, nextCheckMs - Date.now())));
    }
  }
  await continueAsNew<typeof retrainer>({ ...state, queue, answered, notes });
}

/** What the Temporal UI shows of a retrainer. */
function details({ model, nextCheckAt, runningCycle }: Parameters<Activities["noteRetrainer"]>[0]): string {
  const next = nextCheckAt === null ? "stopped" : `next check ${nextCheckAt}`;
  return `Watches over the ${model} model: ${next}${runningCycle ? `, ${runningCycle} is under way` : ""}`;
}

/** What a signal asks for. Anyone can send one by hand, so no part of it is taken on trust. */
function requestOf(asked: unknown): Required<Asked> {
  const { requestId, by, why } = (asked ?? {}) as Record<keyof Asked, unknown>;
  const text = (value: unknown, otherwise: string) =>
    typeof value === "string" && value !== "" ? value.slice(0, TEXT_MAX) : otherwise;
  return { requestId: text(requestId, uuid4()), by: text(by, "a Temporal signal"), why: text(why, "") };
}

/** Asks again until it works: without its database a retrainer can do nothing but wait, and must not end. */
async function retryForever<T>(ask: () => Promise<T>): Promise<T> {
  while (true) {
    try {
      return await ask();
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.error("the database does not answer; trying again soon", { error });
      await sleep(RETRY_MS);
    }
  }
}

/** The outcome of a cycle that could not say itself how it ended. */
function withoutResult(cycleId: string, error: unknown): CycleResult {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = cause instanceof Error ? cause.message : String(cause);
  return { cycleId, outcome: isCancellation(error) ? "cancelled" : "failed", text: text.slice(0, TEXT_MAX) };
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
    workflowRunTimeout: "400 days", // a person may be waited for; its activities have bounds of their own
  });
}
