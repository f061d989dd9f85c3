import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  log,
  patched,
  setCurrentDetails,
  setHandler,
  uuid4,
  workflowInfo,
} from "@temporalio/workflow";
import type { Activities } from "../activities/mod.ts";
import { runCycleAsChild } from "./child_cycle.ts";
import { retryForever, retryUnlessFinal } from "./failures.ts";
import {
  alarmSignal,
  checkUpdate,
  configureSignal,
  type ControlRequest,
  type CycleResult,
  forceSignal,
  type RetrainerStatus,
  startSignal,
  statusQuery,
  type StopRequest,
  stopSignal,
} from "./messages.ts";
import { needMoment } from "./moments.ts";
import { readable } from "./payload_converter.ts";
import { localActivities } from "./proxies.ts";
import {
  type Answer,
  type Asking,
  proofOf,
  QUEUE_MAX,
  type Request,
  requestOf,
  RequestQueue,
} from "./requests.ts";

/** Work left and done: carried over when the workflow continues as new. */
interface RetrainerState {
  model: string;
  active: boolean;
  lastCheckMs?: number;
  last?: CycleResult;
  /** requests that wait for their cycle */
  queue?: readonly Request[];
  /** results by request, newest last */
  answered?: readonly Answer[];
  /** what people asked for and is not written down yet: of a release before 0.5.0, which obeyed it at once */
  notes?: readonly Note[];
  /** signals that nobody has decided about yet */
  heard?: readonly Heard[];
}

type Note = Parameters<Activities["noteControl"]>[0];
type Heard = Parameters<Activities["admitControl"]>[0];
type Shown = Parameters<Activities["noteRetrainer"]>[0];

const WAIT_MIN_MS = 1000;
/** Signals that wait for a decision when a new run begins, at most. */
const CARRIED_MAX = 100;

const { noteRetrainer, noteControl, admitControl, alertDropped } = localActivities("10 seconds");

/** Since 0.5.0 a signal is obeyed only once an activity has looked at its signature. */
const isChecked = () => patched("signals are checked");
/** In whose name the monitor asks for a check. */
const MONITOR = "the monitor";
/** In whose name events that were imported ask for one: as src/format/import_caller.ts says it. */
const IMPORT = "an import";
const UNKNOWN_CALLER = "a Temporal signal by an unknown caller";

/**
 * Watches over one model: checks on a timer while active, at once when forced or asked as of a past moment. One cycle
 * at a time. Lives for ever by continuing as new when its history grows.
 */
export async function retrainer(state: RetrainerState): Promise<void> {
  const watch = new Retrainer(state);
  setHandler(startSignal, (asked) => watch.start(readable(asked)));
  setHandler(stopSignal, (asked) => watch.stop(readable(asked)));
  setHandler(forceSignal, (asked) => watch.force(readable(asked)));
  setHandler(alarmSignal, (asked) => watch.alarm(readable(asked)));
  setHandler(configureSignal, () => watch.configure());
  setHandler(statusQuery, () => watch.status());
  setHandler(checkUpdate, ({ asOf }) => watch.check(asOf), {
    validator: ({ asOf }) => watch.validateCheck(asOf),
  });
  await watch.run();
  await continueAsNew<typeof retrainer>(watch.state());
}

/** A new run may begin once nobody waits for an answer of this one; everything else is carried over. */
const mayRenew = () => workflowInfo().continueAsNewSuggested && allHandlersFinished();

/** The state of one retrainer, what its messages do to it, and the loop that follows it. */
class Retrainer {
  readonly #model: string;
  readonly #requests: RequestQueue;
  readonly #notes: Note[];
  readonly #heard: Heard[];
  #active: boolean;
  #lastCheckMs: number | undefined;
  #last: CycleResult | undefined;
  #running: { cycleId: string; scope: CancellationScope } | null = null;
  #nextCheckMs: number | null = null;
  /** whether anything is to be written down, or planned anew */
  #changed = true;

  constructor({ model, active, lastCheckMs, last, queue, answered, notes = [], heard = [] }: RetrainerState) {
    this.#model = model;
    this.#requests = new RequestQueue(model, queue, answered);
    this.#notes = [...notes];
    this.#heard = [...heard];
    this.#active = active;
    this.#lastCheckMs = lastCheckMs;
    this.#last = last;
  }

  /** Returns what the next run goes on with. */
  state(): RetrainerState {
    return {
      model: this.#model,
      active: this.#active,
      lastCheckMs: this.#lastCheckMs,
      last: this.#last,
      queue: this.#requests.waiting,
      answered: this.#requests.answered,
      notes: this.#notes,
      heard: this.#heard,
    };
  }

  start(request?: ControlRequest): void {
    if (isChecked()) return this.#hear("start", request);
    this.#note("start", request);
    this.#active = true;
  }

  stop(request?: StopRequest): void {
    if (isChecked()) return this.#hear("stop", request);
    this.#note("stop", request);
    this.#stop(request?.running);
  }

  force(request?: ControlRequest): void {
    if (isChecked()) return this.#hear("force", request);
    const { requestId, by } = this.#note("force", request);
    this.#requests.add({ requestId, trigger: "force", asOf: null, by });
  }

  alarm(request?: ControlRequest): void {
    const { requestId, by: name } = requestOf(request);
    const by = !isChecked() || name === MONITOR || name === IMPORT ? name : UNKNOWN_CALLER;
    if (this.#active) this.#requests.add({ requestId, trigger: "alarm", asOf: null, by });
  }

  #stop(running: unknown): void {
    this.#active = false;
    if (running === "cancel") this.#running?.scope.cancel();
  }

  configure(): void {
    this.#changed = true;
  }

  /** Checks as of a past moment, after whatever waits already. @returns how that ended */
  async check(asOf: string): Promise<CycleResult> {
    const requestId = `as of ${asOf}`;
    this.#requests.add({ requestId, trigger: "replay", asOf, by: null });
    await condition(() => this.#requests.resultOf(requestId) !== undefined);
    return this.#requests.resultOf(requestId)!;
  }

  /** Refuses a check that could not be answered. */
  validateCheck(asOf: string): void {
    needMoment(asOf, "check");
    if (this.#requests.isFull) {
      throw new Error(`Cannot check as of "${asOf}": ${QUEUE_MAX} requests wait already`);
    }
  }

  status(): RetrainerStatus {
    return { ...this.#shown(), last: this.#last ?? null };
  }

  /** Runs one cycle after the other, as they are asked for or due, until a new run of the workflow may begin. */
  async run(): Promise<void> {
    while (!this.#mayRenew()) {
      const number = await this.#publish();
      if (this.#changed) continue; // somebody asked for something meanwhile: a stop, perhaps
      const [request] = this.#requests.waiting;
      if (request) {
        await this.#runCycle(request, number);
        this.#requests.waiting.shift();
      } else if (this.#nextCheckMs !== null && this.#nextCheckMs <= Date.now()) {
        await this.#runDueCheck(number);
      } else {
        await this.#sleep();
      }
    }
  }

  async #runDueCheck(number: number): Promise<void> {
    const trigger = this.#lastCheckMs === undefined ? "first" : "interval";
    await this.#runCycle({ requestId: null, trigger, asOf: null, by: null }, number);
    if (this.#last?.outcome === "failed") {
      log.warn("a check failed; the next one follows as planned", { model: this.#model });
    }
  }

  /** Whether a new run may begin: what nobody decided about is carried over, and must not be more than a message holds. */
  #mayRenew(): boolean {
    return mayRenew() && this.#heard.length <= CARRIED_MAX;
  }

  /** Waits until the next check is due or somebody asks for something. */
  async #sleep(): Promise<void> {
    const woken = () => this.#changed || this.#requests.waiting.length > 0 || this.#mayRenew();
    if (this.#nextCheckMs === null) await condition(woken);
    else await condition(woken, Math.max(WAIT_MIN_MS, this.#nextCheckMs - Date.now()));
  }

  async #runCycle(request: Request, number: number): Promise<void> {
    const { trigger, asOf, by } = request;
    const model = this.#model;
    const cycleId = `retrainer/${model}/cycle/${number}`;
    const scope = new CancellationScope();
    this.#running = { cycleId, scope };
    let result: CycleResult | undefined;
    const input = { model, number, trigger, asOf, requestedBy: by };
    const ended = scope.run(() => runCycleAsChild(cycleId, input)).then((ending) => result = ending);
    do { // what people ask for meanwhile is written down meanwhile
      await this.#publish();
      await condition(() => this.#changed || result !== undefined);
    } while (result === undefined);
    this.#last = await ended;
    this.#running = null;
    this.#requests.answer(request, this.#last);
    this.#lastCheckMs = Date.now();
  }

  /** Keeps a signal until an activity has decided about it. */
  #hear(action: Heard["action"], signal: unknown): void {
    const running = action === "stop" ? { running: runningOf(signal) } : {};
    const heard = { receipt: uuid4(), model: this.#model, action, ...requestOf(signal), ...running };
    this.#heard.push({ ...heard, ...proofOf(signal) });
    this.#changed = true;
  }

  /** Has an activity decide about a signal and write it down, then does what it asks for, if it is obeyed. */
  async #admit(heard: Heard): Promise<void> {
    const { action, requestId, running, model } = heard;
    const admission = await retryUnlessFinal(
      () => admitControl(heard),
      (error) => alertDropped({ model, action, error }),
    );
    if (!admission?.obey) return;
    if (action === "start") this.#active = true;
    if (action === "stop") this.#stop(running);
    if (action === "force") {
      this.#requests.add({ requestId, trigger: "force", asOf: null, by: admission.by });
    }
  }

  #note(action: Note["action"], asked: unknown): Asking {
    const request = requestOf(asked);
    this.#notes.push({ model: this.#model, action, ...request });
    this.#changed = true;
    return request;
  }

  /** Writes down what people asked for and what the workflow does. @returns the next cycle's number */
  async #publish(): Promise<number> {
    this.#changed = false;
    for (; this.#notes.length > 0; this.#notes.shift()) {
      await retryUnlessFinal(() => noteControl(this.#notes[0]));
    }
    for (; this.#heard.length > 0; this.#heard.shift()) await this.#admit(this.#heard[0]);
    const { nextCycle, intervalMs } = await retryForever(() => noteRetrainer(this.#shown()));
    const dueMs = this.#dueMs(intervalMs);
    if (dueMs !== this.#nextCheckMs) {
      this.#nextCheckMs = dueMs;
      await retryForever(() => noteRetrainer(this.#shown()));
    }
    setCurrentDetails(details(this.#shown())); // the summary given at the start is lost when it continues as new
    return nextCycle;
  }

  /** Returns when the next check is due; null while stopped. */
  #dueMs(intervalMs: number): number | null {
    if (!this.#active) return null;
    return this.#lastCheckMs === undefined ? Date.now() : this.#lastCheckMs + intervalMs;
  }

  #shown(): Shown {
    return {
      model: this.#model,
      active: this.#active,
      nextCheckAt: this.#nextCheckMs === null ? null : new Date(this.#nextCheckMs).toISOString(),
      runningCycle: this.#running?.cycleId ?? null,
    };
  }
}

/** Returns what becomes of a running cycle: it finishes, unless the signal says otherwise. */
const runningOf = (signal: unknown): "finish" | "cancel" =>
  (signal as StopRequest | undefined)?.running === "cancel" ? "cancel" : "finish";

/** Returns what the Temporal UI shows of a retrainer. */
function details({ model, nextCheckAt, runningCycle }: Shown): string {
  const next = nextCheckAt === null ? "stopped" : `next check ${nextCheckAt}`;
  return `Watches over the ${model} model: ${next}${runningCycle ? `, ${runningCycle} is under way` : ""}`;
}
