import { proxyActivities } from "@temporalio/workflow";

const { nothing } = proxyActivities<{ nothing(): Promise<void> }>({ startToCloseTimeout: "1 minute" });

/** Calls an activity that does nothing, so many times, one after another. */
export async function roundTrips(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await nothing();
}
