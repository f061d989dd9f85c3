import { ApplicationFailure, isCancellation, log, sleep } from "@temporalio/workflow";

/** Longest text of a request or a failure that is kept: histories carry it. */
export const TEXT_MAX = 500;
const RETRY_MS = 30_000;

/** Returns the message of the failure that came first: Temporal wraps it in one error for each layer. */
export function rootMessage(error: unknown): string {
  let cause = error;
  while (cause instanceof Error && cause.cause instanceof Error) cause = cause.cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  return message.slice(0, TEXT_MAX);
}

/** Tells whether an activity failed in a way that no retry can mend. */
export function isFinal(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof ApplicationFailure && cause.nonRetryable === true) return true;
  }
  return false;
}

/**
 * Asks until it works or can never work; then `undefined` is returned, the failure stands in the log, and `onFinal` tells
 * a person.
 */
export async function retryUnlessFinal<T>(
  ask: () => Promise<T>,
  onFinal: (error: string) => Promise<unknown> = () => Promise.resolve(),
): Promise<T | undefined> {
  return await retryForever(async () => {
    try {
      return await ask();
    } catch (error) {
      if (!isFinal(error)) throw error;
      log.error("this can never work, so it is dropped", { error });
      await retryUnlessFinal(() => onFinal(rootMessage(error)));
    }
  });
}

/** Asks again until it works: without its database a workflow can do nothing but wait, and must not end. */
export async function retryForever<T>(ask: () => Promise<T>): Promise<T> {
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
