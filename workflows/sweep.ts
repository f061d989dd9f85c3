import { setCurrentDetails } from "@temporalio/workflow";
import { activities, MONITOR_STEP } from "./proxies.ts";

/** Lets files go that nothing names. A schedule begins one every day. */
export async function sweep(): Promise<void> {
  const { orphans, deleted } = await activities(MONITOR_STEP, "Delete files that nothing names")
    .sweepArtefacts();
  setCurrentDetails(`${orphans} files are named by nothing, ${deleted} were deleted`);
}
