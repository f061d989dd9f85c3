import { setCurrentDetails } from "@temporalio/workflow";
import { activities, MONITOR_STEP } from "./proxies.ts";

/** Lets go what is older than the settings say. Schedules begin one every day, and every month for backups. */
export async function cleanup(every: "day" | "month"): Promise<void> {
  const cleaned = await activities(MONITOR_STEP, "Let go what is older than it is kept").cleanUp({ every });
  const freed = cleaned.filter(({ rows }) => rows > 0);
  const lines = freed.map(({ name, rows, unit, bytes }) => `${name}: ${rows} ${unit}, ${bytes} bytes`);
  setCurrentDetails(lines.join("\n") || "nothing was older than it is kept");
}
