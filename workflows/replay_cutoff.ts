import type { ReplayStep } from "../activities/replay.ts";
import { activities, REPLAY_STEP } from "./proxies.ts";

/** One cut-off of a replay, after Perennial's own cycle: what the other policies would serve, and how each does. */
export async function replayCutoff(step: ReplayStep): Promise<void> {
  const { version: always } = await activities(REPLAY_STEP, "Train on everything known by then")
    .trainReference(step);
  const { version: threshold } = await activities(REPLAY_STEP, "Ask the plain threshold gate")
    .judgeByThreshold(step);
  await activities(REPLAY_STEP, "Score each policy on what followed").scoreCutoff({
    ...step,
    always,
    threshold,
  });
}
