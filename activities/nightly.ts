import { Context } from "@temporalio/activity";
import type { WantedAlert } from "../src/alerts/alert.ts";
import { messageOf } from "../src/core/errors.ts";
import { closeAlert, openAlert } from "../src/db/alerts/alerts.ts";
import type { ActivityDeps } from "./deps.ts";

type Deps = Pick<ActivityDeps, "sql" | "clock" | "alertChannels">;

/** Work that keeps the disk from filling, and what people know it by. */
export const NIGHTLY = { sweep: "The sweep of files", cleanup: "The clean-up" } as const;
type Nightly = keyof typeof NIGHTLY;

/** The same activities, of whose last try a person is told where it fails, until one works again. */
export function tellingOfFailure<T extends Record<string, (input: never) => Promise<unknown>>>(
  deps: Deps,
  work: Nightly,
  activities: T,
): T {
  const wrapped = Object.entries(activities).map(([name, run]) => [name, (input: never) => {
    const { attempt, retryPolicy } = Context.current().info;
    const isLast = attempt >= (retryPolicy?.maximumAttempts ?? 1);
    return toldIfItFails(deps, { work, isLast }, () => run(input));
  }]);
  return Object.fromEntries(wrapped);
}

/** Runs nightly work. One that fails for good opens an alert, one that ends well closes it. */
export async function toldIfItFails<T>(
  { sql, clock, alertChannels: channels }: Deps,
  { work, isLast }: { work: Nightly; isLast: boolean },
  run: () => Promise<T>,
): Promise<T> {
  const nowMs = clock();
  const key = `cleanup failed/${work}`;
  try {
    const result = await run();
    await closeAlert(sql, key, { why: `${NIGHTLY[work].toLowerCase()} has run through`, nowMs });
    return result;
  } catch (error) {
    const alert = failedAlert(key, work, messageOf(error));
    if (isLast) await openAlert(sql, alert, { channels, nowMs }).catch(() => undefined); // its own error says more
    throw error;
  }
}

const failedAlert = (key: string, work: Nightly, reason: string): WantedAlert => ({
  key,
  kind: "cleanup failed",
  model: null,
  severity: "warning",
  title: `${NIGHTLY[work]} failed: ${reason}. Until it works again the disk only fills; it is tried again ` +
    "tomorrow, or now by: perennial cleanup",
  detail: { work, reason },
});
