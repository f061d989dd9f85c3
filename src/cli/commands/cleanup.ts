import { type Command, Option } from "commander";
import { userInfo } from "node:os";
import { CLASS_NAMES, CLASSES, type ClassName } from "../../app/retention/classes.ts";
import { type Cleaned, cleanUp } from "../../app/retention/cleanup.ts";
import { readConfig } from "../../config/environment.ts";
import { systemClock } from "../../core/clock.ts";
import { count } from "../../format/numbers.ts";
import { loadModels } from "../../models/mod.ts";
import { artefactStore } from "../../start/artefacts.ts";
import { type Context, withExamples } from "../context.ts";
import { type Paint, table } from "../format.ts";
import { openImportDatabase } from "../import_database.ts";

interface CleanupOptions {
  dryRun?: boolean;
  class?: ClassName[];
  installation?: string;
  json?: boolean;
}

/** `perennial cleanup` */
export function addCleanup(program: Command, context: Context): void {
  const cleanup = program.command("cleanup").description(
    "let go what is older than the settings keep_*_days say; a worker does it every day, and backups every month",
  )
    .option("--dry-run", "only say what would go")
    .addOption(new Option("--class <names...>", "only these").choices(CLASS_NAMES))
    .option("--installation <name>", "which one; left out: the one that runs, else default")
    .option("--json", "answer as JSON");
  withExamples(cleanup, "perennial cleanup --dry-run\nperennial cleanup --class predictions quarantine")
    .action((options: CleanupOptions) => runCleanup(context, options));
}

async function runCleanup(context: Context, options: CleanupOptions): Promise<void> {
  const { io } = context;
  const config = readConfig(io.env);
  const { DATABASE_URL } = config;
  const { sql, home, close } = await openImportDatabase(io, options.installation);
  try {
    const store = artefactStore(config, home);
    const models = [...(await loadModels()).keys()];
    const deps = { sql, store, clock: systemClock, models, home: DATABASE_URL === undefined ? home : null };
    const dryRun = options.dryRun ?? false;
    const requestId = `cleanup/${crypto.randomUUID()}`;
    const note = { requestId, who: userInfo().username, why: "perennial cleanup" };
    const cleaned = await cleanUp(deps, { classes: options.class, dryRun, note });
    context.show(
      options,
      { dryRun, classes: cleaned },
      (all) => cleanupText(all.classes, { dryRun, paint: context.paint }),
    );
  } finally {
    await close();
  }
}

function cleanupText(
  cleaned: readonly Cleaned[],
  { dryRun, paint }: { dryRun: boolean; paint: Paint },
): string {
  const rows = cleaned.map(({ name, days, rows, unit, bytes }) => [
    name,
    days === null ? "for ever" : `${days} days`,
    `${count(rows)} ${unit}`,
    size(bytes),
    CLASSES.find((entry) => entry.name === name)!.every,
  ]);
  const heading = dryRun ? "would go" : "gone";
  const right = (name: string) => ({ name, right: true as const });
  const bytes = cleaned.reduce((sum, one) => sum + one.bytes, 0);
  const total = dryRun ? `${size(bytes)} would go; nothing was deleted` : `${size(bytes)} are gone`;
  return `${table(["class", right("kept"), right(heading), right("size"), "each"], rows, paint)}\n${total}`;
}

function size(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}
