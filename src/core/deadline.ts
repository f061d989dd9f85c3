/** Waiting, and not waiting for ever. The work that nobody waits for any longer goes on. */

/** Waits. @param options.unref whether the process may end meanwhile */
export function sleep(ms: number, { unref = false } = {}): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    if (unref) Deno.unrefTimer(timer);
  });
}

/**
 * Settles as `work` does, or fails with `late()` once `ms` have passed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const never = new Promise<string>(() => {});
 * await assert.rejects(withDeadline(never, 5, () => new Error("no answer")), /no answer/);
 * assert.equal(await withDeadline(Promise.resolve("done"), 5, () => new Error("no answer")), "done");
 * ```
 */
export async function withDeadline<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Settles as `work` does, or with `undefined` once `ms` have passed. */
export async function waitAtMost<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => resolve(undefined), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** Settles as `work` does, or fails once the signal is aborted: with its reason, unless `why` says another. */
export async function orAborted<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  why: () => unknown = () => signal?.reason,
): Promise<T> {
  if (!signal) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = () => reject(why());
  if (signal.aborted) abort();
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
