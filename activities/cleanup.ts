import { Context } from "@temporalio/activity";
import { type Class, CLASSES } from "../src/app/retention/classes.ts";
import { type Cleaned, cleanUp } from "../src/app/retention/cleanup.ts";
import type { FileArtefacts } from "../src/registry/artefacts.ts";
import type { ActivityDeps } from "./deps.ts";

export interface CleanupActivityDeps extends Pick<ActivityDeps, "sql" | "clock" | "models"> {
  store: FileArtefacts;
  /** folder of the embedded servers' logs; null: they are somebody else's */
  home: string | null;
  log: (line: string) => void;
}

export const createCleanupActivities = (deps: CleanupActivityDeps) => ({
  /** Lets go what is older than the settings say: every day what comes by the day, every month the backups of models. */
  async cleanUp({ every }: { every: Class["every"] }): Promise<Cleaned[]> {
    const { sql, store, clock, models, home, log } = deps;
    const isDue = (entry: Class) => entry.every === every && entry.name !== "files"; // the sweep has its own schedule
    const classes = CLASSES.filter(isDue).map(({ name }) => name);
    const requestId = `cleanup/${Context.current().info.workflowExecution?.runId ?? crypto.randomUUID()}`;
    const note = { requestId, who: "the schedule", why: `once a ${every}, by the settings keep_*_days` };
    const pass = { sql, store, clock, models: [...models.keys()], home };
    const cleaned = await cleanUp(pass, { classes, dryRun: false, note });
    const freed = cleaned.filter(({ rows }) => rows > 0);
    for (const { name, rows, unit, bytes } of freed) {
      log(`Cleaned up ${name}: ${rows} ${unit}, ${bytes} bytes`);
    }
    return cleaned;
  },
});
