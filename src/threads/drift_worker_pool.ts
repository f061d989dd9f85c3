import { computeThread } from "../core/worker_thread.ts";
import { InsufficientDataError } from "../core/errors.ts";
import type { Table } from "../drift/table.ts";
import type { WindowsOptions, WindowsVerdict } from "../drift/windows.ts";
import type { ErrorFacts, FromDriftWorker, ToDriftWorker } from "./messages.ts";

/** Compares windows off the main thread. */
export interface DriftWorkerPool {
  /** As `compareWindows` of src/drift/windows.ts; throws what it throws, and Error where the thread broke or is late. */
  compareWindows(reference: Table, current: Table, options: WindowsOptions): Promise<WindowsVerdict>;
  /** Ends the thread; what is under way is rejected. */
  close(): void;
}

interface Job {
  readonly request: ToDriftWorker;
  readonly resolve: (verdict: WindowsVerdict) => void;
  readonly reject: (error: Error) => void;
}

/** A comparison that takes longer is given up, and its thread replaced. */
const WITHIN_MS = 5 * 60_000;

/**
 * Creates a pool of one thread, which starts with the first request and takes one after the other; requests beyond the bound
 * are refused, so that a look that comes too often is seen, not piled up.
 */
export function createDriftWorkerPool({ waitingMax = 100, withinMs = WITHIN_MS }: {
  waitingMax?: number;
  withinMs?: number;
} = {}): DriftWorkerPool {
  return new SingleWorkerPool(waitingMax, withinMs);
}

class SingleWorkerPool implements DriftWorkerPool {
  private worker: Worker | null = null;
  private job: Job | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly queue: Job[] = [];
  private lastId = 0;
  private closed = false;

  constructor(private readonly waitingMax: number, private readonly withinMs: number) {}

  compareWindows(reference: Table, current: Table, options: WindowsOptions): Promise<WindowsVerdict> {
    if (this.closed) {
      return Promise.reject(new Error("Cannot compare windows: the drift worker pool is closed"));
    }
    if (this.queue.length >= this.waitingMax) {
      return Promise.reject(
        new Error(`Cannot compare windows: ${this.queue.length} comparisons wait already`),
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<WindowsVerdict>();
    const request = { id: ++this.lastId, reference, current, options };
    this.queue.push({ request, resolve, reject });
    this.dispatch();
    return promise;
  }

  close(): void {
    this.closed = true;
    const error = new Error("Comparison ended: the drift worker pool was closed");
    for (const { reject } of this.queue.splice(0)) reject(error);
    this.drop(error);
  }

  private dispatch(): void {
    if (this.job || this.closed) return;
    const job = this.queue.shift();
    if (!job) return;
    this.job = job;
    this.worker ??= this.open();
    this.timer = setTimeout(
      () => this.drop(new Error(`Comparison given up after ${this.withinMs / 1000} s`)),
      this.withinMs,
    );
    this.worker.postMessage(job.request);
  }

  private open(): Worker {
    const worker = computeThread(new URL("./worker.ts", import.meta.url));
    worker.onmessage = ({ data }: MessageEvent<FromDriftWorker>) => this.receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      if (this.worker === worker) this.drop(new Error(`Drift worker failed: ${event.message}`));
    };
    return worker;
  }

  private receive(message: FromDriftWorker): void {
    const { job } = this;
    if (job?.request.id !== message.id) return; // of a request that was given up
    this.settle();
    if (message.kind === "done") job.resolve(message.verdict);
    else job.reject(errorOf(message.error));
    this.dispatch();
  }

  /** Ends the thread and what is with it; the next request starts a fresh one. */
  private drop(error: Error): void {
    this.worker?.terminate();
    this.worker = null;
    const { job } = this;
    this.settle();
    job?.reject(error);
    this.dispatch();
  }

  private settle(): void {
    clearTimeout(this.timer);
    this.job = null;
  }
}

function errorOf({ name, message, insufficient }: ErrorFacts): Error {
  if (insufficient) return new InsufficientDataError(insufficient.what, insufficient.have, insufficient.need);
  return name === "RangeError" ? new RangeError(message) : new Error(message);
}
