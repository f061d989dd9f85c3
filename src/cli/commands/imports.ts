import type { Command } from "commander";
import { readConfig } from "../../config/environment.ts";
import { undoneImport } from "../../app/events/undo_import.ts";
import type { Database } from "../../db/connect.ts";
import { type ImportRow, importRow, importRows } from "../../db/events/imports.ts";
import { count } from "../../format/numbers.ts";
import { type Context, WIDE, withExamples } from "../context.ts";
import { minute, type Paint, table } from "../format.ts";
import { openImportDatabase } from "../import_database.ts";
import { importText } from "../import_text.ts";
import { wholeNumber } from "../options.ts";

interface Options {
  installation?: string;
  json?: boolean;
}

/** `perennial imports list`, `show` and `undo` */
export function addImports(program: Command, context: Context): void {
  const imports = program.command("imports").description(
    "imported files, and how to undo an import",
  );
  const list = common(imports.command("list", { isDefault: true }).description("the newest imports"));
  withExamples(list, "perennial imports list").action(async (options: Options) => {
    const rows = await inDatabase(context, options, (sql) => importRows(sql));
    context.show(options, rows, (all) => listText(all, context.paint));
  });
  const show = common(
    imports.command("show").description("what was told of an import").argument("<id>", "its number", number),
  );
  withExamples(show, "perennial imports show 3").action(async (id: number, options: Options) => {
    const row = await inDatabase(context, options, (sql) => importRow(sql, id));
    const { told } = row;
    context.show(
      options,
      row,
      () =>
        [
          listText([row], context.paint),
          told ? importText(told, context.paint) : "It was not read to its end",
        ].join("\n\n"),
    );
  });
  const undo = common(
    imports.command("undo").description(
      "undo an import: remove its events and everything counted from them",
    )
      .argument("<id>", "its number", number),
  ).requiredOption("--why <text>", "the reason, for the audit");
  withExamples(undo, 'perennial imports undo 3 --why "it was the test shop"')
    .action(async (id: number, options: Options & { why: string }) => {
      const who = readConfig(context.io.env) && (context.io.env.USER ?? "perennial imports undo");
      const undone = await inDatabase(
        context,
        options,
        (sql) => undoneImport(sql, id, { who, why: options.why }),
      );
      context.show(
        options,
        undone,
        ({ events, quarantined, days }) =>
          `Import ${id} was taken out: ${count(events)} events, ${count(quarantined)} in quarantine; ${
            count(days)
          } days were counted again`,
      );
    });
}

const number = wholeNumber({ min: 1, max: 2 ** 31 - 1 });

const common = (command: Command) =>
  command.option("--installation <name>", "whose database; left out: DATABASE_URL, else the one that runs")
    .option("--json", "answer as JSON").option(...WIDE);

async function inDatabase<T>(
  { io }: Context,
  { installation }: Options,
  work: (sql: Database) => Promise<T>,
): Promise<T> {
  const database = await openImportDatabase(io, installation);
  try {
    return await work(database.sql);
  } finally {
    await database.close();
  }
}

function listText(rows: readonly ImportRow[], paint: Paint): string {
  if (rows.length === 0) return "Nothing was imported";
  const right = (name: string) => ({ name, right: true } as const);
  const columns = [
    right("id"),
    "file",
    right("accepted"),
    { ...right("duplicates"), drop: 10 },
    { ...right("conflicts"), drop: 11 },
    right("refused"),
    "state",
  ];
  const cells = rows.map((row) => [
    String(row.id),
    row.name,
    count(row.accepted),
    count(row.duplicates),
    count(row.conflicts),
    count(row.refused),
    stateOf(row),
  ]);
  return table(columns, cells, paint);
}

function stateOf({ undoneAt, finishedAt, updatedAt }: ImportRow): string {
  if (undoneAt) return `undone ${minute(undoneAt)}`;
  return finishedAt ? `finished ${minute(finishedAt)}` : `not finished, last ${minute(updatedAt)}`;
}
