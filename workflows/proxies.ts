/** Activities as workflows call them: how long each kind may take, and how often it is tried again. */
import {
  ActivityCancellationType,
  type ActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from "@temporalio/workflow";
import type { Activities, BacktestActivities } from "../activities/mod.ts";

type AllActivities = Activities & BacktestActivities;

/** Returns the activities under these options; the Temporal UI shows `summary` beside the one that is called. */
export const activities = (options: ActivityOptions, summary?: string) =>
  proxyActivities<AllActivities>({ heartbeatTimeout: "15 seconds", ...options, summary });

/** Returns activities that run within the workflow task: short reads and notes in the database. */
export const localActivities = (startToCloseTimeout: "10 seconds" | "20 seconds") =>
  proxyLocalActivities<AllActivities>({
    startToCloseTimeout,
    retry: { maximumAttempts: 6, maximumInterval: "5 seconds" },
  });

/** A quick step of a cycle. */
export const QUICK_STEP: ActivityOptions = {
  startToCloseTimeout: "2 minutes",
  retry: { maximumAttempts: 10, maximumInterval: "30 seconds" },
  // A cancelled cycle ends after its activity, not before: nothing may go on in the name of a cycle that has ended.
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
};

/** A step of a cycle or a backtest that may train. */
export const LONG_STEP: ActivityOptions = { ...QUICK_STEP, startToCloseTimeout: "2 hours" };

/** A measurement that the next cycle makes where this one cannot. */
export const MEASUREMENT: ActivityOptions = {
  ...QUICK_STEP,
  startToCloseTimeout: "10 minutes",
  retry: { maximumAttempts: 3 },
};

/** A step of the monitor, whose next turn tries again. */
export const MONITOR_STEP: ActivityOptions = {
  startToCloseTimeout: "1 hour",
  retry: { maximumAttempts: 3, maximumInterval: "1 minute" },
};

/** A step of an erasure or an objection, which has to be done however long it takes. */
export const PRIVACY_STEP: ActivityOptions = {
  startToCloseTimeout: "12 hours",
  retry: { maximumInterval: "5 minutes" },
};

/** A delivery to a receiver, which may be down over a weekend: the activity itself gives up after three days. */
export const DELIVERY: ActivityOptions = {
  startToCloseTimeout: "1 minute",
  retry: { maximumAttempts: 160, initialInterval: "5 seconds", maximumInterval: "30 minutes" },
};

/** A step of a rollout. */
export const ROLLOUT_STEP: ActivityOptions = {
  startToCloseTimeout: "30 minutes",
  retry: { maximumAttempts: 20, maximumInterval: "5 minutes" },
};

/** A comparison of what should run with what does, which the schedule makes again a minute later. */
export const RECONCILE_STEP: ActivityOptions = {
  startToCloseTimeout: "5 minutes",
  retry: { maximumAttempts: 3, maximumInterval: "10 seconds" },
};
