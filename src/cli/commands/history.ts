import { type Command, Option } from "commander";
import { Outcome } from "../../retraining/cycle.ts";
import type { HistoryEntry } from "../../app/export/rows.ts";
import { HISTORY_TEXT } from "../../app/export/file.ts";
import { lateImport } from "../../core/late_import.ts";
import { asking, type Common, type Context } from "../context.ts";
import { UsageError } from "../exit.ts";
import { asOfText, change, INTERVAL, mood, type Paint, secondsText, table } from "../format.ts";
import { historyPages } from "../history_pages.ts";
import { wholeNumber } from "../options.ts";
import { writePieces } from "../write_pieces.ts";
import { isSamePredictions } from "../../stats/same_predictions.ts";
import { counted } from "../../format/numbers.ts";

interface Filter extends Common {
  model?: string;
  outcome?: Outcome;
}

const outcomes = () =>
  new Option("--outcome <outcome>", "only cycles that ended so").choices(Outcome.options);

/** `perennial history` and `export` */
export function addHistory(program: Command, context: Context): void {
  const history = program.command("history").description("retraining cycles, newest first").argument(
    "[model]",
    "one model",
  )
    .addOption(outcomes()).option("--limit <n>", "most rows", wholeNumber({ min: 1, max: 1000 }), 20);
  asking(history, "perennial history\nperennial history churn --outcome deployed --limit 5")
    .action(async (model: string | undefined, options: Filter & { limit: number }) => {
      const { outcome, limit } = options;
      const { cycles } = await (await context.client(options)).history({ model, outcome, limit });
      context.show(options, cycles, (all) => historyText(all, context.paint));
    });
  const exported = program.command("export").description(
    "write the whole history to a file or to standard output",
  )
    .argument("[model]", "one model").addOption(outcomes()).option(
      "--out <file>",
      "the file; left out: standard output",
    )
    .addOption(
      new Option("--format <format>", "left out: as the file's name ends, else CSV; Parquet needs a file")
        .choices(["csv", "json", "parquet"]),
    );
  asking(exported, "perennial export --out history.parquet\nperennial export churn --format json")
    .action((model: string | undefined, options: ExportOptions) =>
      writeHistory(context, { ...options, model })
    );
}

interface ExportOptions extends Filter {
  out?: string;
  format?: "csv" | "json" | "parquet";
}

async function writeHistory(context: Context, options: ExportOptions): Promise<void> {
  const { model, outcome, out, format, json } = options;
  const wanted = format ?? (json ? "json" : out === undefined ? "csv" : formatOf(out));
  if (wanted === "parquet" && out === undefined) {
    throw new UsageError("Parquet is no text: name a file by --out");
  }
  let count = 0;
  const read = historyPages(await context.client(options), { model, outcome });
  const pages = counting(await begun(read), (n) => count += n);
  const pieces = wanted === "parquet" ? parquetPieces(pages) : HISTORY_TEXT[wanted](pages);
  if (out === undefined) {
    for await (const piece of pieces) context.io.out(String(piece).replace(/\n$/, "")); // `out` ends the line
    return;
  }
  await writePieces(out, pieces);
  context.io.err(`${counted(count, "cycle")} written to ${out}`);
}

const FORMATS = ["csv", "json", "parquet"] as const;

/** @throws {UsageError} its name does not say */
function formatOf(file: string): typeof FORMATS[number] {
  const format = FORMATS.find((ending) => file.toLowerCase().endsWith(`.${ending}`));
  if (format) return format;
  throw new UsageError(
    `"${file}" names no format: end it with .csv, .json or .parquet, or say --format`,
  );
}

/** Pages whose first one is there: what is refused is refused before a line is written. */
async function begun<T>(pages: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const first = await pages.next();
  return (async function* () {
    if (first.done) return;
    yield first.value;
    yield* pages;
  })();
}

async function* counting<T>(pages: AsyncIterable<T[]>, add: (n: number) => void): AsyncGenerator<T[]> {
  for await (const page of pages) {
    add(page.length);
    yield page;
  }
}

/** Parquet puts column after column, so all of it is held. Its writer is loaded where it is wanted. */
async function* parquetPieces(pages: AsyncIterable<HistoryEntry[]>): AsyncGenerator<Uint8Array> {
  const writer = import.meta.resolve("../../app/export/parquet.ts");
  const { historyParquet } = await lateImport<typeof import("../../app/export/parquet.ts")>(writer);
  yield historyParquet((await Array.fromAsync(pages)).flat());
}

function historyText(entries: readonly HistoryEntry[], paint: Paint): string {
  if (entries.length === 0) return "No cycles";
  const columns = ["cycle", "as of", "trigger", "outcome", { name: "loss", right: true }, INTERVAL, {
    name: "took",
    right: true,
    drop: 10,
  }] as const;
  const rows = entries.map((e) => [
    `${e.model} ${e.number}`,
    asOfText(e.asOf),
    e.trigger,
    mood(e.outcome ?? "running", paint),
    change(e.difference?.mean, e.championLoss),
    e.difference && isSamePredictions(e.difference)
      ? "same predictions"
      : e.difference
      ? `${change(e.difference.low, e.championLoss)} to ${change(e.difference.high, e.championLoss)}`
      : "-",
    secondsText(e.seconds),
  ]);
  return table(columns, rows, paint);
}
