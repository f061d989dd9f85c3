import { SingleBar } from "cli-progress";
import type { Command } from "commander";
import { readConfig } from "../../config/environment.ts";
import { systemClock } from "../../core/clock.ts";
import { importFile, type ImportResult } from "../../app/events/import.ts";
import { openPseudonyms } from "../../app/security/pseudonym_secret.ts";
import { count } from "../../format/numbers.ts";
import { type Context, withExamples } from "../context.ts";
import { openImportDatabase } from "../import_database.ts";
import { untilInterrupted } from "../interrupt.ts";

interface ImportOptions {
  installation?: string;
  json?: boolean;
}

/** `perennial import` */
export function addImport(program: Command, context: Context): void {
  const command = program.command("import").description(
    "bring in history from a file: CSV, NDJSON or Parquet, also packed (.gz)",
  )
    .argument("<file>", "the file").option(
      "--installation <name>",
      "whose database; left out: DATABASE_URL, else the one that runs",
    )
    .option("--json", "answer as JSON");
  const examples = "perennial import orders.csv.gz\nperennial import events.parquet --installation demo";
  withExamples(command, `${examples}\nInterrupted or crashed, the same command goes on where it left off.`)
    .action(async (file: string, options: ImportOptions) => {
      const result = await importWithBar(context, file, options);
      context.show(options, result, resultText);
    });
}

async function importWithBar(
  { io }: Context,
  file: string,
  { installation }: ImportOptions,
): Promise<ImportResult> {
  const interrupt = untilInterrupted();
  const database = await openImportDatabase(io, installation);
  const bar = new SingleBar({
    format: "{bar} {percentage}% | {lines} lines | {eta_formatted} left",
    hideCursor: true,
  });
  try {
    const { sql, home } = database;
    const pseudonym = await openPseudonyms(sql, { home, given: readConfig(io.env).PERENNIAL_SECRET });
    let begun = false;
    return await importFile({ sql, clock: systemClock, pseudonym }, file, {
      signal: interrupt.signal,
      onProgress: ({ bytesRead, bytesTotal, linesDone }) => {
        if (!io.isTerminal) return;
        if (!begun) bar.start(bytesTotal, 0, { lines: 0 });
        begun = true;
        bar.update(bytesRead, { lines: count(linesDone) });
      },
    });
  } finally {
    bar.stop();
    interrupt.end();
    await database.close();
  }
}

function resultText({ name, already, added, accepted, duplicates, quarantined }: ImportResult): string {
  const counts = `${count(accepted)} events, ${count(duplicates)} duplicates, ${
    count(quarantined)
  } in quarantine`;
  return already
    ? `${name} was imported before: ${counts}`
    : `${name}: ${count(added)} events added now; in all ${counts}`;
}
