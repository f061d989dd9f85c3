/** Takes what a {@link CsvReader} reads. */
export interface CsvSink {
  /** a record of as many values as the header has names, and the line on which it starts, 1 for the first */
  row(values: readonly string[], line: number): void;
  /** a line that is no record, and why */
  unreadable(why: string, line: number): void;
}

const QUOTED_LINES_MAX = 20; // a quoted field may hold this many line breaks; then its quote is taken for a slip
const DELIMITERS = [",", ";", "\t"];

/**
 * Reads CSV with a header line (RFC 4180; the delimiter that occurs most in the header of `,` `;` tab). Lines are taken
 * one by one, so that a file needs no memory, and a stray quote or a missing column costs that line and not the rest.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * const rows: string[][] = [];
 * const reader = new CsvReader(() => ({ row: (values) => rows.push([...values]), unreadable: () => {} }));
 * for (const line of ["name;price", '"green; loose";4']) reader.take(line);
 * reader.end();
 * assert.deepEqual(rows, [["green; loose", "4"]]);
 * ```
 */
export class CsvReader {
  #sink: CsvSink | undefined;
  #delimiter = ",";
  #width = 0;
  #line = 0;
  /** lines of a record whose quote is still open */
  #open: { text: string; line: number }[] = [];

  /** @param start makes what takes the records, once the header's names are known */
  constructor(readonly start: (names: readonly string[]) => CsvSink) {}

  /** Takes the next line, without its line break. Lines above the header are skipped when blank. */
  take(text: string): void {
    this.#line += 1;
    if (this.#sink) this.#takeRecord(this.#sink, text, this.#line);
    else if (text.trim() !== "") this.#takeHeader(text);
  }

  /** Ends the file: a quote that is open stays open. @returns whether there was a header */
  end(): boolean {
    while (this.#sink && this.#open.length > 0) this.#giveUp(this.#sink);
    return this.#sink !== undefined;
  }

  #takeHeader(text: string): void {
    const count = (delimiter: string) => text.split(delimiter).length;
    this.#delimiter = DELIMITERS.reduce((best, next) => count(next) > count(best) ? next : best);
    const names = (splitRecord(text, this.#delimiter) ?? [text]).map((name) => name.trim());
    this.#width = names.length;
    this.#sink = this.start(names);
  }

  #takeRecord(sink: CsvSink, text: string, line: number): void {
    if (this.#open.length === 0 && !text.includes('"')) {
      if (text !== "") this.#row(sink, text.split(this.#delimiter), line);
      return;
    }
    this.#open.push({ text, line });
    const record = this.#open.map((open) => open.text).join("\n");
    const values = splitRecord(record, this.#delimiter);
    if (values) {
      this.#row(sink, values, this.#open[0].line);
      this.#open = [];
    } else if (this.#open.length > QUOTED_LINES_MAX) this.#giveUp(sink);
  }

  /** Lets go of the line whose quote was never closed, and reads the lines after it anew. */
  #giveUp(sink: CsvSink): void {
    const [first, ...others] = this.#open;
    this.#open = [];
    sink.unreadable("quote is never closed", first.line);
    for (const { text, line } of others) this.#takeRecord(sink, text, line);
  }

  #row(sink: CsvSink, values: readonly string[], line: number): void {
    if (values.length === this.#width) sink.row(values, line);
    else sink.unreadable(`has ${values.length} columns, the header has ${this.#width}`, line);
  }
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
