import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { systemClock } from "../core/clock.ts";
import { messageOf } from "../core/errors.ts";
import { withDeadline } from "../core/deadline.ts";
import { boundedThread, type Rights } from "../core/worker_thread.ts";
import type { FromOwnThread, OwnCall, OwnError, OwnShape, ToOwnThread } from "./own_messages.ts";

/** A question to a file of the operator's, and how its answer is read. */
export interface OwnQuestion<T> extends Omit<OwnCall, "id"> {
  /** takes the answer. @throws what is wrong with it */
  read(answer: unknown): T;
  /** left out: as long as any answer may take */
  withinMs?: number;
  /** what is to be said to be late; left out: "it" */
  late?: () => string;
}

export interface OwnCodeOptions {
  rights: Rights;
  /** an answer that takes longer is given up, and its thread ended */
  withinMs: number;
  /** a file that takes longer to load is given up */
  loadWithinMs?: number;
  /** how long a thread without work is kept */
  idleMs?: number;
  /** for how long nothing is asked after an answer that did not come */
  pauseMs?: number;
  /** hears what went wrong, or that an answer came: null */
  hears?: (fault: string | null, isLate: boolean) => void;
}

const LOAD_MS = 30_000;
const IDLE_MS = 60_000;
const PAUSE_MS = 60_000;
const END_MS = 2_000;
const HEAP_MB = 256;

/** An answer that did not come in time. */
class LateError extends Error {
  override name = "LateError";
}

/** Nobody is to be blamed: asked again, it may answer. */
export class EndedError extends Error {
  override name = "EndedError";
}

/**
 * A file of the operator's, in a thread of its own that can be ended: whatever it does, whoever asks it has an answer or an
 * error within bounds. The thread begins with the first question and ends when none came for a while.
 */
export class OwnCode {
  #thread: OwnThread | null = null;
  #asked = 0;
  #idle: ReturnType<typeof setTimeout> | undefined;
  #late: { untilMs: number; error: LateError } | null = null;

  constructor(readonly path: string, private readonly options: OwnCodeOptions) {}

  /** Loads the file and says what it holds. @throws {Error} it cannot be loaded, or not in time */
  shape(): Promise<OwnShape> {
    return this.#with((thread) => thread.shape);
  }

  /** Asks it. @throws {Error} it failed, did not answer in time, or answered what cannot be taken; says so */
  async ask<T>({ read, withinMs = this.options.withinMs, late, ...call }: OwnQuestion<T>): Promise<T> {
    const { hears = () => undefined } = this.options;
    try {
      const answer = read(await this.#with((thread) => thread.ask(call, { withinMs, late })));
      hears(null, false);
      return answer;
    } catch (error) {
      hears(messageOf(error), error instanceof LateError);
      throw error;
    }
  }

  /** Ends its thread; a later question begins another one. */
  close(): void {
    clearTimeout(this.#idle);
    this.#thread?.end(new EndedError("the service ended meanwhile"));
    this.#thread = null;
  }

  async #with<T>(work: (thread: OwnThread) => Promise<T>): Promise<T> {
    if (this.#late && systemClock() < this.#late.untilMs) throw this.#late.error;
    clearTimeout(this.#idle);
    this.#asked++;
    const thread = this.#thread ??= new OwnThread(this.path, this.options.rights);
    try {
      const { loadWithinMs = LOAD_MS } = this.options;
      const late = () =>
        new LateError(`it has not loaded within ${loadWithinMs / 1000} s: what does it wait for?`);
      await withDeadline(thread.shape, loadWithinMs, late);
      return await work(thread);
    } catch (error) {
      if (error instanceof LateError || thread.isBroken) this.#drop(thread, error as Error);
      throw error;
    } finally {
      if (--this.#asked === 0) this.#endWhenIdle();
    }
  }

  #drop(thread: OwnThread, error: Error): void {
    if (error instanceof LateError) {
      this.#late = { untilMs: systemClock() + (this.options.pauseMs ?? PAUSE_MS), error };
    }
    thread.end(error);
    if (this.#thread === thread) this.#thread = null;
  }

  #endWhenIdle(): void {
    this.#idle = setTimeout(() => this.close(), this.options.idleMs ?? IDLE_MS);
    Deno.unrefTimer(this.#idle);
  }
}

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: Error): void;
}

/** One life of the thread of a file. */
class OwnThread {
  readonly shape: Promise<OwnShape>;
  /** the file cannot be loaded, or its thread broke */
  isBroken = false;
  readonly #guard: Worker;
  readonly #loading = Promise.withResolvers<OwnShape>();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;

  constructor(path: string, rights: Rights) {
    this.shape = this.#loading.promise;
    this.shape.catch(() => undefined); // told to whoever asks
    this.#guard = boundedThread(new URL("./own_guard.ts", import.meta.url), rights, [dirname(path)]);
    this.#guard.onmessage = ({ data }: MessageEvent<FromOwnThread>) => this.#receive(data);
    this.#guard.onerror = (event) => {
      event.preventDefault();
      this.#break(new Error(event.message));
    };
    this.#post({ start: { file: pathToFileURL(path).href, heapMb: HEAP_MB } });
  }

  async ask(
    call: Omit<OwnCall, "id">,
    { withinMs, late: who = () => "it" }: { withinMs: number; late?: () => string },
  ): Promise<unknown> {
    const id = ++this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    this.#waiting.set(id, { resolve, reject });
    promise.catch(() => undefined);
    const late = () =>
      new LateError(
        `${who()} did not answer within ${withinMs / 1000} s: it loops, waits, or needs over ${HEAP_MB} MB`,
      );
    try {
      this.#post({ ask: { ...call, id } });
      return await withDeadline(promise, withinMs, late);
    } finally {
      this.#waiting.delete(id);
    }
  }

  /** Ends the thread that runs the file, then the one around it. */
  end(error: Error): void {
    this.#break(error);
    this.#post({ end: true });
    const timer = setTimeout(() => this.#guard.terminate(), END_MS);
    Deno.unrefTimer(timer);
  }

  #post(message: ToOwnThread): void {
    this.#guard.postMessage(message);
  }

  #receive(message: FromOwnThread): void {
    if (message.kind === "loaded") return this.#loading.resolve(message.shape);
    if (message.kind === "ended") return this.#guard.terminate();
    if (message.kind === "answer") return this.#waiting.get(message.id)?.resolve(JSON.parse(message.json));
    if (message.id === null) return this.#break(errorOf(message.error));
    this.#waiting.get(message.id)?.reject(errorOf(message.error));
  }

  #break(error: Error): void {
    this.isBroken = true;
    this.#loading.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
  }
}

const errorOf = ({ name, message }: OwnError): Error => Object.assign(new Error(message), { name });
