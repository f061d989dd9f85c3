import type { NativeConnection, Worker } from "@temporalio/worker";
import { waitAtMost } from "../../src/core/deadline.ts";

/** How the workers of tests end: activities are cancelled, and given up where that does not help. */
export const ENDING = { shutdownGraceTime: "1 second", shutdownForceTime: "20 seconds" } as const;

const ENDS_WITHIN_MS = 60_000;

/**
 * Ends a test's worker and its connection. One that does not end is told of and left: a run of all tests would wait
 * for it for ever, and what was to be seen of it has been seen by then.
 */
export async function endWorker(
  worker: Worker,
  { running, connection }: { running: Promise<void>; connection: NativeConnection },
): Promise<void> {
  worker.shutdown();
  const ended = running.then(() => "ended", (error: Error) => String(error));
  const how = await waitAtMost(ended, ENDS_WITHIN_MS) ?? `it still runs after ${ENDS_WITHIN_MS / 1000} s`;
  if (how !== "ended") return console.error(`A worker of a test did not end by itself: ${how}`);
  await connection.close();
}
