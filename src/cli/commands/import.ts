import type { Command } from "commander";
import { checkAfterImport } from "../../app/events/check_after_import.ts";
import { importFiles, type ImportProgress, type ImportResult } from "../../app/events/import.ts";
import { tryImport } from "../../app/events/try_import.ts";
import type { IngestDeps } from "../../app/events/ingest.ts";
import { openPseudonyms } from "../../app/security/pseudonym_secret.ts";
import { readConfig } from "../../config/environment.ts";
import { systemClock } from "../../core/clock.ts";
import { storable } from "../../core/text.ts";
import { writeAudit } from "../../db/access/audit.ts";
import type { Database } from "../../db/connect.ts";
import { hasPurchases } from "../../db/events/imports.ts";
import type { ImportPlan } from "../../events/plan.ts";
import { Tally } from "../../events/tally.ts";
import { count } from "../../format/numbers.ts";
import { listed } from "../../format/words.ts";
import { type Context, WIDE, withExamples } from "../context.ts";
import { ToldError } from "../exit.ts";
import { openImportDatabase } from "../import_database.ts";
import { importPaths } from "../import_files.ts";
import { importFault } from "../import_fault.ts";
import { importText, trialText } from "../import_text.ts";
import { untilInterrupted } from "../interrupt.ts";
import { progressBar } from "../progress.ts";
import { shareOption } from "../options.ts";
import { planArguments, type PlanFlags, planning, planOf, quoted } from "../plan_options.ts";

interface ImportOptions extends PlanFlags {
  installation?: string;
  dryRun?: boolean;
  yes?: boolean;
  minUsable: number;
  json?: boolean;
}

/** `perennial import` */
export function addImport(program: Command, context: Context): void {
  const command = program.command("import").description(
    "bring in history from files: CSV, JSON, NDJSON or Parquet, also packed (.gz, .zip)",
  ).argument("<files...>", "the files; - reads standard input");
  planning(command)
    .option("--dry-run", "read and judge all, write nothing; needs no database")
    .option("--yes", "do not ask before writing")
    .option(
      "--min-usable <percent>",
      "least share of usable lines, else the exit code is 1",
      shareOption,
      0.5,
    )
    .option("--installation <name>", "whose database; left out: DATABASE_URL, else the one that runs")
    .option("--json", "answer as JSON")
    .option(...WIDE);
  const examples = [
    "perennial import orders.csv.gz",
    "perennial import orders_export.csv --preset shopify --dry-run",
    "perennial import *.csv --map user=visitorid,product=itemid --types transaction=purchase",
    "perennial import events.parquet --installation demo",
  ];
  withExamples(
    command,
    `${examples.join("\n")}\nInterrupted or crashed, the same command goes on where it left off.`,
  )
    .action((files: string[], options: ImportOptions) => run(context, files, options));
}

async function run(context: Context, args: readonly string[], options: ImportOptions): Promise<void> {
  const { io, paint } = context;
  const plan = await planOf(options, io.err);
  const { paths, clean } = await importPaths(args);
  try {
    const asks = io.isTerminal && !options.yes && !options.json && io.ask !== undefined;
    if (options.dryRun || asks) {
      const trial = await tryImport(paths, { plan, nowMs: systemClock() });
      const command = ["perennial import", ...args.map(quoted), ...planArguments(plan), "--yes"].join(" ");
      context.show(options, options.json ? trial.summary : trial, () => trialText(trial, command, paint));
      const { usableShare } = trial;
      const fault = importFault(trial, { usableShare, minUsable: options.minUsable });
      if (options.dryRun) return told(fault);
      if (fault) io.err(fault);
      if (!await io.ask!("Import?")) throw new ToldError("Nothing was imported");
    }
    await importAll(context, paths, plan, options);
  } finally {
    await clean();
  }
}

async function importAll(
  context: Context,
  paths: readonly string[],
  plan: ImportPlan,
  options: ImportOptions,
): Promise<void> {
  const { io, paint } = context;
  const interrupt = untilInterrupted();
  const database = await openImportDatabase(io, options.installation);
  const bar = importBar(io.isTerminal);
  const tally = new Tally();
  try {
    const { sql, home } = database;
    const { PERENNIAL_SECRET: given, PERENNIAL_OLDER_SECRETS: older } = readConfig(io.env);
    const pseudonym = await openPseudonyms(sql, { home, given, older });
    const deps = { sql, clock: systemClock, pseudonym };
    const { minUsable } = options;
    const { signal } = interrupt;
    const onProgress = (progress: ImportProgress, nth: number) => bar.at(progress, nth, paths.length);
    const { heads, ids } = await importEach(deps, paths, { plan, signal, tally, minUsable, onProgress, io });
    bar.finish();
    const report = { summary: tally.summary(), details: tally.details() };
    const { usableShare } = tally;
    const fault = importFault(report, { usableShare, minUsable, hasPurchases: await hasPurchases(sql) });
    const checked = ids.length > 0 ? await checkAfterImport(sql, crypto.randomUUID()) : [];
    context.show(
      options,
      options.json ? report.summary : report,
      () => [...heads, importText(report, paint), ...ids.length > 0 ? [nextStep(checked)] : []].join("\n"),
    );
    told(fault && ids.length > 0 ? `${fault}; ${undoHint(ids)}` : fault);
  } finally {
    bar.stop();
    interrupt.end();
    await database.close();
  }
}

interface EachOptions {
  readonly plan: ImportPlan;
  readonly signal: AbortSignal;
  readonly tally: Tally;
  readonly minUsable: number;
  readonly onProgress: (progress: ImportProgress, nth: number) => void;
  readonly io: Context["io"];
}

/**
 * Imports files one after the other.
 * @returns what is told of each, and the numbers of the imports that added events
 * @throws what ended it; what came in before is told
 */
async function importEach(
  deps: IngestDeps & { sql: Database },
  paths: readonly string[],
  { io, onProgress, ...options }: EachOptions,
): Promise<{ heads: string[]; ids: number[] }> {
  const heads: string[] = [];
  const ids: number[] = [];
  try {
    for (const [nth, path] of paths.entries()) {
      const results = await importFiles(deps, path, { ...options, onProgress: (at) => onProgress(at, nth) });
      for (const result of results) {
        const { id, already, added } = result;
        if (!already) await noteImport(deps.sql, result, io.env.USER);
        if (!already && added > 0) ids.push(id);
        heads.push(headOf(result));
      }
    }
  } catch (error) {
    heads.forEach((head) => io.err(head));
    throw error;
  }
  return { heads, ids };
}

const headOf = ({ id, name, already, added }: ImportResult): string =>
  already
    ? `${name} was imported before (import ${id})`
    : `${name}: ${count(added)} events added now (import ${id})`;

/** What comes of an import. @param models that are checked because of it */
const nextStep = (models: readonly string[]): string =>
  models.length > 0
    ? `Next: ${listed(models)} ${
      models.length > 1 ? "are" : "is"
    } checked within seconds (once perennial up runs), ` +
      "and trained where the events suffice; perennial status says what it waits for"
    : "Next: perennial start turns automatic checks on, perennial force --wait trains now " +
      "(perennial up, where nothing runs yet); perennial status says what it waits for";

/** Writes down who imported what. */
async function noteImport(
  sql: Database,
  { id, name, added, quarantined }: ImportResult,
  user = "perennial import",
): Promise<void> {
  await writeAudit(sql, {
    requestId: crypto.randomUUID(),
    who: user,
    action: "import",
    target: storable(`${id} ${name}`, 300),
    why: "",
    after: { added, quarantined },
  });
}

/** Read another way, the same lines are other events: what came in has to go first. */
const undoHint = (ids: readonly number[]) =>
  `take out what was added first: ${ids.map((id) => `perennial imports undo ${id} --why "..."`).join(", ")}`;

/** @throws {ToldError} there is a fault */
function told(fault: string | undefined): void {
  if (fault) throw new ToldError(fault);
}

/** A bar over all files, where a person watches. */
function importBar(isTerminal: boolean) {
  const bar = progressBar("{bar} {percentage}% | {lines} lines | {eta_formatted} left");
  return {
    at({ bytesRead, bytesTotal, linesDone }: ImportProgress, nth: number, files: number) {
      const share = bytesTotal > 0 ? bytesRead / bytesTotal : 0;
      if (isTerminal) bar.at(nth + share, files, { lines: count(linesDone) });
    },
    finish: bar.finish,
    stop: bar.stop,
  };
}
