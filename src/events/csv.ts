import { InvalidInputError } from "../core/errors.ts";
import { FIELD_NAMES, fieldOf } from "./field_names.ts";
import type { FileRow, RowBlock } from "./file_rows.ts";
import type { LineBlock } from "./lines.ts";
import type { EventField } from "./schema.ts";

const QUOTED_LINES_MAX = 20; // a quoted field may hold this many line breaks; then its quote is taken for a slip
const DELIMITERS = [",", ";", "\t"];

/**
 * Reads CSV with a header line (RFC 4180; the delimiter that occurs most in the header of `,` `;` tab). Lines are taken
 * one by one, so that a stray quote or a missing column costs that line and not the rest of the file.
 * @param name of the file, for the error
 * @throws {InvalidInputError} a column that every event needs is missing
 */
export async function* readCsv(blocks: AsyncIterable<LineBlock>, name: string): AsyncGenerator<RowBlock> {
  let reader: CsvReader | undefined;
  let line = 0;
  let bytesRead = 0;
  for await (const block of blocks) {
    const rows: FileRow[] = [];
    bytesRead = block.bytesRead;
    for (const text of block.lines) {
      line += 1;
      if (reader) reader.take(text, line, rows);
      else if (text.trim() !== "") reader = new CsvReader(text, name);
    }
    yield { rows, bytesRead };
  }
  if (!reader) throw new InvalidInputError(`Cannot import "${name}": it is empty`, "file");
  const rows: FileRow[] = [];
  reader.end(rows);
  if (rows.length > 0) yield { rows, bytesRead };
}

/** Finds the columns that carry each field, best name first. */
type Columns = readonly { readonly field: EventField; readonly at: number }[];

class CsvReader {
  readonly #delimiter: string;
  readonly #columns: Columns;
  readonly #width: number;
  /** lines of a record whose quote is still open */
  #open: { text: string; line: number }[] = [];

  constructor(header: string, name: string) {
    const count = (delimiter: string) => header.split(delimiter).length;
    this.#delimiter = DELIMITERS.reduce((best, next) => count(next) > count(best) ? next : best);
    const names = (splitRecord(header, this.#delimiter) ?? []).map((column) => column.trim());
    this.#width = names.length;
    this.#columns = columnsOf(names, name);
  }

  /** Takes the next line; adds to `rows` what is complete. */
  take(text: string, line: number, rows: FileRow[]): void {
    if (this.#open.length === 0 && !text.includes('"')) {
      if (text !== "") rows.push(this.#row(text.split(this.#delimiter), line));
      return;
    }
    this.#open.push({ text, line });
    const fields = splitRecord(this.#open.map((one) => one.text).join("\n"), this.#delimiter);
    if (fields) {
      rows.push(this.#row(fields, this.#open[0].line));
      this.#open = [];
    } else if (this.#open.length > QUOTED_LINES_MAX) this.#giveUp(rows);
  }

  /** The file has ended: what is open stays open. */
  end(rows: FileRow[]): void {
    while (this.#open.length > 0) this.#giveUp(rows);
  }

  /** Lets go of the line whose quote was never closed, and reads the lines after it anew. */
  #giveUp(rows: FileRow[]): void {
    const [first, ...others] = this.#open;
    this.#open = [];
    rows.push({ line: first.line, unreadable: "quote is never closed" });
    for (const { text, line } of others) this.take(text, line, rows);
  }

  #row(values: string[], line: number): FileRow {
    if (values.length !== this.#width) {
      return { line, unreadable: `has ${values.length} columns, the header has ${this.#width}` };
    }
    const raw: Record<string, unknown> = {};
    for (const { field, at } of this.#columns) {
      if (values[at] !== "" && raw[field] === undefined) raw[field] = values[at];
    }
    return { line, raw };
  }
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

/** The fields of one record; undefined: a quote is still open. A quote within an unquoted field is plain text. */
export function splitRecord(text: string, delimiter: string): string[] | undefined {
  const fields: string[] = [];
  for (let from = 0;;) {
    let value = "";
    if (text[from] === '"') {
      const quoted = readQuoted(text, from + 1);
      if (!quoted) return undefined;
      [value, from] = [quoted.value, quoted.end];
    }
    const end = text.indexOf(delimiter, from);
    fields.push(value + text.slice(from, end < 0 ? undefined : end));
    if (end < 0) return fields;
    from = end + 1;
  }
}

/** Reads up to the closing quote; two quotes stand for one. */
function readQuoted(text: string, start: number): { value: string; end: number } | undefined {
  let value = "";
  for (let from = start;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) return undefined;
    value += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    from = quote + 2;
  }
}
