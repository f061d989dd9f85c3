import { CsvReader, type CsvSink } from "../core/csv_reader.ts";
import { InvalidInputError } from "../core/errors.ts";
import { FIELD_NAMES, fieldOf } from "./field_names.ts";
import type { FileRow, RowBlock } from "./file_rows.ts";
import type { LineBlock } from "./lines.ts";
import type { EventField } from "./schema.ts";

/**
 * Reads events from CSV with a header line.
 * @param name of the file, for the error
 * @throws {InvalidInputError} a column that every event needs is missing
 */
export async function* readCsv(blocks: AsyncIterable<LineBlock>, name: string): AsyncGenerator<RowBlock> {
  let rows: FileRow[] = [];
  let bytesRead = 0;
  const reader = new CsvReader((names) => eventSink(columnsOf(names, name), (row) => rows.push(row)));
  for await (const block of blocks) {
    rows = [];
    bytesRead = block.bytesRead;
    for (const text of block.lines) reader.take(text);
    yield { rows, bytesRead };
  }
  rows = [];
  if (!reader.end()) throw new InvalidInputError(`Cannot import "${name}": it is empty`, "file");
  if (rows.length > 0) yield { rows, bytesRead };
}

/** Finds the columns that carry each field, best name first. */
type Columns = readonly { readonly field: EventField; readonly at: number }[];

/** Makes rows of records: known columns by their field, empty values left out. */
function eventSink(columns: Columns, push: (row: FileRow) => void): CsvSink {
  return {
    row(values, line) {
      const raw: Record<string, unknown> = {};
      for (const { field, at } of columns) {
        if (values[at] !== "" && raw[field] === undefined) raw[field] = values[at];
      }
      push({ line, raw });
    },
    unreadable: (why, line) => push({ line, unreadable: why }),
  };
}

/** @throws {InvalidInputError} no column carries the type, or none the time */
export function columnsOf(names: readonly string[], file: string): Columns {
  const known = names.flatMap((name, at) => {
    const meaning = fieldOf(name);
    return meaning ? [{ ...meaning, at }] : [];
  }).sort((a, b) => a.rank - b.rank);
  const missing = (["type", "time"] as const).filter((field) =>
    !known.some((column) => column.field === field)
  );
  if (missing.length > 0) {
    const need = missing.map((field) => `${field} (or ${FIELD_NAMES[field].slice(1).join(", ")})`).join(
      " and ",
    );
    const have = names.slice(0, 20).map((name) => `"${name}"`).join(", ");
    throw new InvalidInputError(`Cannot import "${file}": need a column ${need}, have ${have}`, "file");
  }
  return known;
}
