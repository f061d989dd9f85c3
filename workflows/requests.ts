import { log, uuid4 } from "@temporalio/workflow";
import { TEXT_MAX } from "./failures.ts";
import type { ControlRequest, CycleInput, CycleResult } from "./messages.ts";

/** A request for a cycle. */
export interface Request {
  /** null: the timer asks, and wants no answer */
  requestId: string | null;
  trigger: CycleInput["trigger"];
  asOf: string | null;
  by: string | null;
}

/** The result of a request's cycle. */
export interface Answer {
  requestId: string;
  result: CycleResult;
}

export const QUEUE_MAX = 20;
const ANSWERED_MAX = 100;

/** Requests that wait for their cycle, one after the other, and the newest answers. */
export class RequestQueue {
  /** oldest first */
  readonly waiting: Request[];
  /** newest last: a request that comes again is answered, not repeated */
  readonly answered: Answer[];
  readonly #model: string;

  constructor(model: string, waiting: readonly Request[] = [], answered: readonly Answer[] = []) {
    this.#model = model;
    this.waiting = [...waiting];
    this.answered = [...answered];
  }

  get isFull(): boolean {
    return this.waiting.length >= QUEUE_MAX;
  }

  /** Whether as many of this kind wait as may: the monitor's alarms leave room for what people ask. */
  #isFullOf(trigger: Request["trigger"]): boolean {
    return this.waiting.filter((request) => request.trigger === trigger).length >= QUEUE_MAX;
  }

  /** Adds a request, unless it is known already or too many wait. */
  add(request: Request): void {
    const { requestId } = request;
    if ([...this.waiting, ...this.answered].some((known) => known.requestId === requestId)) return;
    if (this.#isFullOf(request.trigger)) {
      log.warn("too many requests wait; one was dropped", { model: this.#model, requestId });
      return;
    }
    this.waiting.push(request);
  }

  /** Keeps the answer to a request, for whoever waits for it or asks again. */
  answer({ requestId }: Request, result: CycleResult): void {
    if (requestId !== null) this.answered.push({ requestId, result });
    this.answered.splice(0, this.answered.length - ANSWERED_MAX);
  }

  /** Returns how the request's cycle ended; undefined: it has not yet. */
  resultOf(requestId: string): CycleResult | undefined {
    return this.answered.find((answer) => answer.requestId === requestId)?.result;
  }
}

/** Returns a text as the database can hold it: `src/core/text.ts` does the same, but code of src is not bundled here. */
const storable = (text: string) => text.slice(0, TEXT_MAX).replaceAll("\0", "\uFFFD").toWellFormed();

/** Who asks, why, and under which id it counts once. */
export type Asking = Required<Pick<ControlRequest, "requestId" | "by" | "why">>;

/** Returns the proof that a signal carries, as it was sent. */
export function proofOf(signal: unknown): Pick<ControlRequest, "signedAt" | "signature"> {
  const { signedAt, signature } = (signal ?? {}) as Record<keyof ControlRequest, unknown>;
  const text = (value: unknown) => typeof value === "string" && value !== "" ? storable(value) : undefined;
  return { signedAt: text(signedAt), signature: text(signature) };
}

/** Returns who asks, and why. Anyone can send a signal by hand, so no part of it is taken on trust. */
export function requestOf(signal: unknown): Asking {
  const { requestId, by, why } = (signal ?? {}) as Record<keyof ControlRequest, unknown>;
  const text = (value: unknown, otherwise: string) =>
    typeof value === "string" && value !== "" ? storable(value) : otherwise;
  return { requestId: text(requestId, uuid4()), by: text(by, "a Temporal signal"), why: text(why, "") };
}
