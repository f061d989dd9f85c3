import type { Command } from "commander";
import { VERSION } from "../../core/version.ts";
import { migrate, type MigrationStep, tryMigrations } from "../../db/migrate.ts";
import { count, counted } from "../../format/numbers.ts";
import { type Context, withExamples } from "../context.ts";
import { table } from "../format.ts";
import { openOwnerDatabase } from "../import_database.ts";

interface MigrateOptions {
  dryRun?: boolean;
  installation?: string;
  json?: boolean;
}

/** `perennial migrate` */
export function addMigrate(program: Command, context: Context): void {
  const command = program.command("migrate").description(
    "bring the database up to this version, as every start does; there is no way back but a backup",
  )
    .option(
      "--dry-run",
      "apply what is missing in a transaction that is rolled back; it holds the tables that it changes meanwhile",
    )
    .option("--installation <name>", "which one; left out: the one that runs, else default")
    .option("--json", "answer as JSON");
  withExamples(command, "perennial migrate --dry-run\nperennial migrate")
    .action((options: MigrateOptions) => runMigrate(context, options));
}

async function runMigrate(context: Context, options: MigrateOptions): Promise<void> {
  const dryRun = options.dryRun ?? false;
  const database = await openOwnerDatabase(context.io, options.installation);
  try {
    const migrations = await (dryRun ? tryMigrations : migrate)(database.sql);
    if (!dryRun) await database.prepare();
    const result = { dryRun, version: VERSION, migrations };
    context.show(options, result, (shown) => migrationsText(shown.migrations, { dryRun }));
  } finally {
    await database.close();
  }
}

function migrationsText(steps: readonly MigrationStep[], { dryRun }: { dryRun: boolean }): string {
  if (steps.length === 0) return `Nothing to do: the database has the schema of Perennial ${VERSION}`;
  const rows = steps.map(({ name, ms }) => [name, `${count(Math.ceil(ms))} ms`]);
  const migrations = counted(steps.length, "migration");
  const end = dryRun
    ? `${migrations} would be applied; all were tried and rolled back, nothing was changed.\n` +
      "Make a backup (perennial backup), then run perennial migrate, or start this version"
    : `${migrations} applied`;
  return `${table(["migration", "time"], rows)}\n\n${end}`;
}
