import {
  allHandlersFinished,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  executeChild,
  log,
  proxyActivities,
  setHandler,
  sleep,
  workflowInfo,
} from "@temporalio/workflow";
import type { ConformanceActivities } from "./conformance_activities.ts";

export const add = defineSignal<[number]>("add");
export const multiply = defineUpdate<number, [number]>("multiply");
export const total = defineQuery<number>("total");
export const finish = defineSignal("finish");

const { countWithFailure } = proxyActivities<ConformanceActivities>({
  startToCloseTimeout: "10 seconds",
  heartbeatTimeout: "5 seconds",
  retry: { initialInterval: "10ms", maximumAttempts: 3 },
});

const { waitForCancellation } = proxyActivities<ConformanceActivities>({
  startToCloseTimeout: "30 seconds",
  heartbeatTimeout: "2 seconds",
  cancellationType: "WAIT_CANCELLATION_COMPLETED", // the workflow ends after its activity, not before
  retry: { maximumAttempts: 1 },
});

/** What one run of `ledger` saw. */
export interface LedgerOutcome {
  total: number;
  runs: number;
  attempt: number;
  startedFrom: number;
  childSquare: number;
}

/** Touches each feature that Perennial's workflows rely on, once. Ends on `finish`, or within a minute. */
export async function ledger(
  { start = 0, runs = 1 }: { start?: number; runs?: number },
): Promise<LedgerOutcome> {
  let sum = start;
  let finished = false;
  setHandler(total, () => sum);
  setHandler(add, (n) => void (sum += n));
  setHandler(finish, () => void (finished = true));
  setHandler(multiply, (n) => sum *= n, {
    validator(n) {
      if (n === 0) throw new RangeError(`Cannot multiply by ${n}`);
    },
  });
  if (!await condition(() => finished, "60 seconds")) throw new Error("Nobody sent finish");
  await condition(allHandlersFinished);
  if (runs < 2) return await continueAsNew<typeof ledger>({ start: sum, runs: runs + 1 });
  const counted = await countWithFailure({ to: 10 });
  const childSquare = await executeChild(square, {
    args: [sum],
    workflowId: `${workflowInfo().workflowId}/square`,
  });
  log.info("ledger closed", { sum });
  return { total: sum, runs, ...counted, childSquare };
}

/** Waits a little, so that a timer is part of the history, and squares. */
export async function square(n: number): Promise<number> {
  await sleep(10);
  return n * n;
}

/** Runs an activity that only a cancellation ends. */
export async function cancellable(): Promise<void> {
  await waitForCancellation();
}
