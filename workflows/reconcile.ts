import { log, setCurrentDetails } from "@temporalio/workflow";
import { activities, RECONCILE_STEP } from "./proxies.ts";

/** Compares what should run with what does, and puts it right. A schedule begins one every minute. */
export async function reconcile(): Promise<void> {
  const { mended, troubles } = await activities(RECONCILE_STEP, "Does everything run that should?")
    .reconcile();
  if (mended.length > 0 || troubles.length > 0) log.warn("reconciled", { mended, troubles });
  setCurrentDetails([...mended, ...troubles].join("\n") || "everything runs that should");
}
