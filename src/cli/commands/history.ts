import { type Command, Option } from "commander";
import { type Client } from "../../client.ts";
import { Outcome } from "../../reporting/cycle.ts";
import { historyCsv } from "../../reporting/csv.ts";
import { historyParquet } from "../../reporting/parquet.ts";
import type { HistoryEntry } from "../../reporting/history.ts";
import { asking, type Common, type Context } from "../context.ts";
import { UsageError } from "../exit.ts";
import { change, duration, minute, mood, type Paint, table } from "../format.ts";
import { wholeNumber } from "../options.ts";

interface Filter extends Common {
  model?: string;
  outcome?: Outcome;
}

const outcomes = () =>
  new Option("--outcome <outcome>", "only cycles that ended so").choices(Outcome.options);
const PAGE = 500;

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
  const entries = await wholeHistory(await context.client(options), { model, outcome });
  const wanted = format ?? (json ? "json" : FORMATS.find((ending) => out?.endsWith(`.${ending}`)) ?? "csv");
  if (wanted === "parquet" && out === undefined) {
    throw new UsageError("Parquet is no text: name a file by --out");
  }
  const written = WRITERS[wanted](entries);
  if (typeof written === "string" && out === undefined) return context.io.out(written.trimEnd());
  await Deno.writeFile(out!, typeof written === "string" ? new TextEncoder().encode(written) : written);
  context.io.err(`${entries.length} cycles written to ${out}`);
}

const FORMATS = ["csv", "json", "parquet"] as const;
const WRITERS = {
  csv: (entries: readonly HistoryEntry[]) => historyCsv(entries),
  json: (entries: readonly HistoryEntry[]) => JSON.stringify(entries, null, 2) + "\n",
  parquet: historyParquet,
};

async function wholeHistory(
  client: Client,
  filter: { model?: string; outcome?: Outcome },
): Promise<HistoryEntry[]> {
  const entries = new Map<string, HistoryEntry>(); // by id: a cycle that begins meanwhile moves the pages on by one
  for (let offset: number | null = 0; offset !== null;) {
    const page = await client.history({ ...filter, limit: PAGE, offset });
    for (const entry of page.cycles) entries.set(entry.id, entry);
    offset = page.next;
  }
  return [...entries.values()];
}

function historyText(entries: readonly HistoryEntry[], paint: Paint): string {
  if (entries.length === 0) return "No cycles";
  const columns = ["cycle", "as of", "trigger", "outcome", { name: "loss", right: true }, "interval", {
    name: "took",
    right: true,
  }] as const;
  const rows = entries.map((e) => [
    `${e.model} ${e.number}`,
    minute(e.asOf),
    e.trigger,
    mood(e.outcome ?? "running", paint),
    change(e.difference?.mean, e.championLoss),
    e.difference
      ? `${change(e.difference.low, e.championLoss)} to ${change(e.difference.high, e.championLoss)}`
      : "-",
    duration(e.seconds),
  ]);
  return table(columns, rows, paint);
}
