import { activityInfo, Context, heartbeat, sleep } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";

/**
 * Counts to `to`, a heartbeat each step, and fails the first time half-way: the second attempt must find the
 * heartbeat of the first and resume from it.
 */
export async function countWithFailure(
  { to }: { to: number },
): Promise<{ attempt: number; startedFrom: number }> {
  const startedFrom: number = activityInfo().heartbeatDetails ?? 0;
  for (let step = startedFrom + 1; step <= to; step++) {
    heartbeat(step);
    await sleep(5);
    if (activityInfo().attempt === 1 && step === Math.floor(to / 2)) {
      throw ApplicationFailure.retryable(`Stopped at ${step} on purpose`);
    }
  }
  return { attempt: activityInfo().attempt, startedFrom };
}

/** Waits until it is cancelled, and says so. A cancelled workflow must reach an activity that runs. */
export async function waitForCancellation(): Promise<void> {
  const beat = setInterval(() => heartbeat(), 50);
  try {
    await Context.current().cancelled;
  } finally {
    clearInterval(beat);
  }
}

export type ConformanceActivities = {
  countWithFailure: typeof countWithFailure;
  waitForCancellation: typeof waitForCancellation;
};
