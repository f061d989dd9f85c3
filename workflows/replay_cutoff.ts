import { proxyActivities } from "@temporalio/workflow";
import type { ReplayActivities } from "../activities/mod.ts";
import type { ReplayStep } from "../activities/replay.ts";

const activities = (summary: string) =>
  proxyActivities<ReplayActivities>({
    startToCloseTimeout: "30 minutes",
    heartbeatTimeout: "15 seconds",
    retry: { maximumAttempts: 10, maximumInterval: "30 seconds" },
    summary,
  });

/** One cut-off of a replay, after Perennial's own cycle: what the other policies would serve, and how each does. */
export async function replayCutoff(step: ReplayStep): Promise<void> {
  const { version: always } = await activities("Train on everything known by then").trainReference(step);
  const { version: threshold } = await activities("Ask the plain threshold gate").judgeByThreshold(step);
  await activities("Score each policy on what followed").scoreCutoff({ ...step, always, threshold });
}
