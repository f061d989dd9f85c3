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

/**
 * A deadline for much work at once: one timer for all that is under way, where {@link withDeadline} sets one for each.
 * @param late makes the error of work that took longer than `ms`; it comes up to `everyMs` later
 * @returns what settles as the work does, or fails
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const within = sharedDeadline(5, () => new Error("no answer"), { everyMs: 5 });
 * await assert.rejects(within(new Promise<string>(() => {})), /no answer/);
 * assert.equal(await within(Promise.resolve("done")), "done");
 * ```
 */
export function sharedDeadline(
  ms: number,
  late: () => Error,
  { everyMs = 1_000 }: { everyMs?: number } = {},
): <T>(work: Promise<T>) => Promise<T> {
  const underWay = new Set<{ untilTurn: number; fail: () => void }>(); // oldest first
  const turns = Math.ceil(ms / everyMs) + 1; // the first of them may come at once
  let turn = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const look = () => {
    turn++;
    for (const { untilTurn, fail } of underWay) {
      if (untilTurn > turn) break;
      fail();
    }
  };
  return (work) =>
    new Promise((resolve, reject) => {
      const entry = { untilTurn: turn + turns, fail: () => end(() => reject(late())) };
      const end = (settle: () => void) => {
        underWay.delete(entry);
        if (underWay.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        settle();
      };
      underWay.add(entry);
      timer ??= setInterval(look, everyMs);
      work.then((value) => end(() => resolve(value)), (error) => end(() => reject(error)));
    });
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
