import { computeThread } from "../core/worker_thread.ts";
import { mean } from "../stats/mean.ts";
import { rowLosses } from "../stats/metrics.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import type {
  CompeteRequest,
  CompeteResult,
  RefitRequest,
  RefitResult,
  ShardStep,
  TrainingCallbacks,
} from "./protocol.ts";

/** Trains and scores off the main thread, in a pool of warm workers. */
export interface Trainer {
  /**
   * Fits the candidates, compares them on newer rows, and fits the best on all rows.
   * @throws {RangeError} the rows do not fit together   @throws {DOMException} `AbortError`, when aborted
   */
  compete(request: CompeteRequest, callbacks?: TrainingCallbacks): Promise<CompeteResult>;
  /** Fits a known recipe on other rows; throws as `compete` does. */
  refit(request: RefitRequest, callbacks?: TrainingCallbacks): Promise<RefitResult>;
  /** What a shard adds to a round's sum. @throws {TypeError} a file is not what it should be */
  sumShard(step: ShardStep, callbacks?: TrainingCallbacks): Promise<Float64Array>;
  /** Predictions of an artefact. @param features shape `[n, width]` @returns shape `[n]` */
  score(artifact: Uint8Array, features: Float32Array, n: number): Promise<Float32Array>;
  /** Has the workers ready by the time they are needed; for who knows that a training follows. */
  warm(): void;
  /** Ends the workers; what is under way is rejected. */
  close(): void;
}

type Order = ToWorker extends infer M ? M extends { id: number } ? Omit<M, "id"> : never : never;

/** A request that waits for a worker, or is with one. */
interface Job {
  readonly id: number;
  readonly order: Order;
  readonly callbacks: TrainingCallbacks;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A place for a worker, which is there only while there is work, and for a while after. */
interface Slot {
  worker?: Worker;
  job?: Job;
  idle?: ReturnType<typeof setTimeout>;
}

/** A worker holds some 80 MB; after so long without work it is ended, and started again when work comes. */
const IDLE_MS = 5 * 60_000;

const ERRORS: Readonly<Record<string, new (message: string) => Error>> = { RangeError, TypeError };

/**
 * Makes a pool of training workers. Each starts with the first request that finds no other free, and loads tfjs once;
 * requests beyond the number of workers wait their turn.
 * @param options.idleMs how long a worker without work is kept
 */
export function createTrainer(
  { workers = 2, idleMs = IDLE_MS }: { workers?: number; idleMs?: number } = {},
): Trainer {
  const pool = new Pool(workers, idleMs);
  return {
    compete: (request, callbacks = {}) =>
      pool.run({ op: "compete", request }, callbacks) as Promise<CompeteResult>,
    refit: (request, callbacks = {}) => pool.run({ op: "refit", request }, callbacks) as Promise<RefitResult>,
    sumShard: (step, callbacks = {}) => pool.run({ op: "shard", step }, callbacks) as Promise<Float64Array>,
    score: (artifact, features, n) =>
      pool.run({ op: "score", artifact, features, n }, {}) as Promise<Float32Array>,
    warm: () => pool.warm(),
    close: () => pool.close(),
  };
}

class Pool {
  private readonly slots: Slot[];
  private readonly queue: Job[] = [];
  private lastId = 0;
  private closed = false;

  constructor(workers: number, private readonly idleMs: number) {
    if (!(workers >= 1)) throw new RangeError(`Cannot start a trainer: need >= 1 worker, have ${workers}`);
    this.slots = Array.from({ length: Math.floor(workers) }, () => ({}));
  }

  /** Loads tfjs in every worker that is not there yet; one that cannot says so to whom it fails. */
  warm(): void {
    for (const { worker } of this.slots) if (!worker) this.run({ op: "start" }, {}).catch(() => undefined);
  }

  run(order: Order, callbacks: TrainingCallbacks): Promise<unknown> {
    const { signal } = callbacks;
    if (this.closed) return Promise.reject(new Error("Cannot train: the trainer is closed"));
    if (signal?.aborted) return Promise.reject(abortError());
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const job: Job = { id: ++this.lastId, order, callbacks, resolve, reject };
    const abort = () => this.abort(job);
    signal?.addEventListener("abort", abort, { once: true });
    this.queue.push(job);
    this.dispatch();
    return promise.finally(() => signal?.removeEventListener("abort", abort));
  }

  close(): void {
    this.closed = true;
    const error = new Error("Training ended: the trainer was closed");
    for (const job of this.queue.splice(0)) job.reject(error);
    for (const slot of this.slots) this.end(slot, error);
  }

  private open(slot: Slot): Worker {
    const worker = computeThread(new URL("./worker.ts", import.meta.url));
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.receive(slot, data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.fail(slot, new Error(`Training worker failed: ${event.message}`));
    };
    return slot.worker = worker;
  }

  /** Hands what waits to free workers, to those first that are there already. */
  private dispatch(): void {
    for (let job = this.queue[0]; job; job = this.queue[0]) {
      const free = this.slots.filter(({ job }) => !job);
      const slot = free.find(({ worker }) => worker) ?? free[0];
      if (!slot) return;
      this.queue.shift();
      clearTimeout(slot.idle);
      slot.job = job;
      (slot.worker ?? this.open(slot)).postMessage({ id: job.id, ...job.order });
    }
  }

  private receive(slot: Slot, message: FromWorker): void {
    const { job } = slot;
    if (!job || job.id !== message.id) return; // of a request that was given up
    if (message.kind === "progress" || message.kind === "checkpoint") return this.tell(job, message);
    if (message.kind === "judge") return this.judge(slot, job, message);
    slot.job = undefined;
    if (message.kind === "done") job.resolve(message.value);
    else job.reject(message.name === "AbortError" ? abortError() : errorOf(message.name, message.message));
    slot.idle = setTimeout(() => this.end(slot), this.idleMs);
    this.dispatch();
  }

  /** A listener that throws ends its own request, not the process. */
  private tell(job: Job, message: Extract<FromWorker, { kind: "progress" | "checkpoint" }>): void {
    try {
      if (message.kind === "progress") job.callbacks.onProgress?.(message.progress);
      else job.callbacks.onCheckpoint?.(message.bytes);
    } catch (error) {
      job.reject(error as Error);
      this.abort(job);
    }
  }

  /** A metric that fails ends its own request: the worker, which waits for it, is ended. */
  private judge(slot: Slot, job: Job, message: Extract<FromWorker, { kind: "judge" }>): void {
    const { loss, outcome, prediction } = message;
    try {
      const judged = mean(rowLosses(loss, outcome, prediction));
      slot.worker?.postMessage({ id: job.id, op: "judged", loss: judged });
    } catch (error) {
      this.fail(slot, error as Error);
    }
  }

  /** A request in the queue is dropped; one under way is told to stop, and its worker stays warm. */
  private abort(job: Job): void {
    const waiting = this.queue.indexOf(job);
    if (waiting >= 0) {
      this.queue.splice(waiting, 1);
      return job.reject(abortError());
    }
    this.slots.find((slot) => slot.job === job)?.worker?.postMessage({ id: job.id, op: "abort" });
  }

  /** A worker that broke is ended: the next request finds a place for a new one. */
  private fail(slot: Slot, error: Error): void {
    this.end(slot, error);
    if (!this.closed) this.dispatch();
  }

  private end(slot: Slot, error?: Error): void {
    clearTimeout(slot.idle);
    slot.worker?.terminate();
    slot.worker = undefined;
    if (error) slot.job?.reject(error);
    slot.job = undefined;
  }
}

const abortError = () => new DOMException("Training was aborted", "AbortError");

function errorOf(name: string, message: string): Error {
  const Known = ERRORS[name] ?? Error;
  return new Known(message);
}
