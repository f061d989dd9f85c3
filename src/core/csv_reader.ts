import { InvalidInputError } from "./errors.ts";

/** Takes what a {@link CsvReader} reads. */
export interface CsvSink {
  /** a record of as many values as the header has names, and the line on which it starts, 1 for the first */
  row(values: readonly string[], line: number): void;
  /** a record that cannot be read, why, and the lines it covers */
  unreadable(why: string, line: number, lastLine: number): void;
}

/** How a file is divided; left out, its first lines say so. */
export interface CsvLayout {
  /** one character, or a blank for runs of blanks */
  readonly delimiter?: string;
  /** line of the header, from 1 */
  readonly headerLine?: number;
  /** short records are filled up, empty columns at their end and records without any value left out; default: told */
  readonly forgiving?: boolean;
}

/** A record may hold this many characters; a longer one is not kept. */
const RECORD_MAX = 1 << 20;
const DELIMITERS = [",", ";", "\t", "|"];

/**
 * Reads CSV with a header line (RFC 4180). Lines are taken one by one; a quoted field may run over any number of them,
 * up to 1,048,576 characters a record. A damaged record, whose quotes do not pair, costs itself: what lies between its
 * quotes is never read as records.
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
  #delimiter: string | undefined;
  #width = 0;
  #line = 0;
  /** the record whose quote is still open */
  #open: OpenRecord | undefined;

  /** @param start makes what takes the records, once the header's names are known */
  constructor(readonly start: (names: readonly string[]) => CsvSink, readonly layout: CsvLayout = {}) {
    this.#delimiter = layout.delimiter;
  }

  /**
   * Takes the next line, without its line break. Blank lines, comments (`#`) and `sep=` above the header are skipped.
   * @param end its line break, which counts within quotes
   */
  take(line: string, end = "\n"): void {
    this.#line += 1;
    // Where files were put one behind the other, each may begin with a byte order mark.
    const text = !this.#open && line.charCodeAt(0) === 0xfeff ? line.slice(1) : line;
    if (!this.#sink && !this.#open && this.#isAboveHeader(text)) return;
    const delimiter = this.#delimiter ??= busiestDelimiter(text);
    if (!this.#open && !text.includes('"') && text.length <= RECORD_MAX) {
      this.#record(divide(text, delimiter), this.#line);
      return;
    }
    const open = this.#open ??= { text: "", line: this.#line, inside: false, damage: undefined, words: 0 };
    scanQuotes(open, text, delimiter);
    if (open.text.length + text.length <= RECORD_MAX) open.text += open.inside ? text + end : text;
    else {
      open.text = "";
      open.damage = `record is longer than ${RECORD_MAX.toLocaleString("en")} characters`;
    }
    if (!open.inside) this.#close(open);
  }

  /** Ends the file: a quote that is open stays open. @returns whether there was a header */
  end(): boolean {
    if (this.#open) {
      this.#open.damage ??= NOT_CLOSED;
      this.#close(this.#open);
    }
    return this.#sink !== undefined;
  }

  #isAboveHeader(text: string): boolean {
    const { headerLine } = this.layout;
    if (headerLine !== undefined) return this.#line < headerLine;
    const separator = separatorLine(text);
    if (separator !== undefined) this.#delimiter ??= separator;
    return separator !== undefined || text.trim() === "" || text.startsWith("#");
  }

  #close({ text, line, damage }: OpenRecord): void {
    this.#open = undefined;
    const values = damage === undefined ? splitRecord(text, this.#delimiter!) : undefined;
    if (values) this.#record(values, line);
    else this.#unreadable(damage ?? NOT_CLOSED, line);
  }

  /** @throws {InvalidInputError} it is the record that names the columns */
  #unreadable(why: string, line: number): void {
    if (this.#sink) return this.#sink.unreadable(why, line, this.#line);
    throw new InvalidInputError(`Cannot read the names of the columns (line ${line}): ${why}`, "file");
  }

  #record(values: string[], line: number): void {
    if (!this.#sink) {
      const names = values.map((name) => name.trim());
      while (names.length > 1 && names.at(-1) === "") names.pop();
      this.#width = names.length;
      this.#sink = this.start(names);
    } else if (this.layout.forgiving ? isBlank(values) : values.length === 1 && values[0] === "") return;
    else if (values.length === this.#width) this.#sink.row(values, line);
    else this.#fitted(this.#sink, values, line);
  }

  #fitted(sink: CsvSink, values: string[], line: number): void {
    const { length } = values;
    if (this.layout.forgiving) {
      while (values.length < this.#width) values.push("");
      while (values.length > this.#width && values.at(-1)!.trim() === "") values.pop();
    }
    if (values.length === this.#width) sink.row(values, line);
    else sink.unreadable(`has ${length} columns, the header has ${this.#width}`, line, this.#line);
  }
}

/** Whether a record holds nothing; the Ctrl-Z of DOS is nothing. */
function isBlank(values: readonly string[]): boolean {
  if (values[0].charCodeAt(0) > 32) return false;
  return values.every((value) => value.trim() === "" || value === "\x1a");
}

interface OpenRecord {
  text: string;
  readonly line: number;
  /** whether the end of what was scanned lies within quotes */
  inside: boolean;
  damage: string | undefined;
  /** quotes within the quotes that opened a word and closed none */
  words: number;
}

const NOT_CLOSED = "quote is never closed";
const NOT_DOUBLED = "quotes do not pair (a quote within quotes is written twice)";

/**
 * Follows the quotes of one more line. A quote within quotes that is neither doubled nor at the end of its field damages
 * the record. Around a word, as in `"say "hi" there"`, the field goes on behind it; behind the field's first word, as in
 * `"Best" mug`, it has ended.
 */
function scanQuotes(open: OpenRecord, text: string, delimiter: string): void {
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) {
    const opens = at === 0 || text[at - 1] === delimiter;
    if (!open.inside) open.inside = opens;
    else if (text[at + 1] === '"') at += 1;
    else if (closesAt(text, at, delimiter)) open.inside = false;
    else {
      open.damage ??= NOT_DOUBLED;
      if (opens) continue;
      const opensWord = /\s/.test(text[at - 1]) && /\S/.test(text[at + 1]);
      const closesWord = /\S/.test(text[at - 1]) && /\s/.test(text[at + 1]);
      if (opensWord) open.words += 1;
      else if (closesWord && open.words > 0) open.words -= 1;
      else if (closesWord) open.inside = false;
    }
  }
}

/** Whether a quote stands at the end of a field. */
function closesAt(text: string, quote: number, delimiter: string): boolean {
  let after = quote + 1;
  if (delimiter !== " ") { while (text[after] === " ") after += 1; }
  return after === text.length || text[after] === delimiter;
}

/** The delimiter that an Excel file names in its first line; undefined: the line says nothing of that kind. */
function separatorLine(text: string): string | undefined {
  return /^\ufeff?"?sep=(.)"?$/i.exec(text.trimEnd() === "sep=" ? text : text.trim())?.[1];
}

function busiestDelimiter(text: string): string {
  const count = (delimiter: string) => (splitRecord(text, delimiter) ?? text.split(delimiter)).length;
  return DELIMITERS.reduce((best, next) => count(next) > count(best) ? next : best);
}

/**
 * Finds the header and the delimiter in the first lines of a file: the one of `,` `;` tab `|` that divides the header into
 * most columns and the lines below it into as many; blanks where none of them does.
 */
export function detectLayout(lines: readonly string[]): { delimiter: string; headerLine: number } {
  let separator: string | undefined;
  const at = lines.findIndex((text, i) => {
    separator ??= separatorLine(text);
    return text.trim() !== "" && separatorLine(text) === undefined && !isComment(lines, i);
  });
  const header = lines[at] ?? "";
  const below = lines.slice(at + 1, at + 51).filter((text) => text.trim() !== "");
  return { headerLine: Math.max(1, at + 1), delimiter: separator ?? bestDelimiter(header, below) };
}

function bestDelimiter(header: string, below: readonly string[]): string {
  const scored = DELIMITERS.map((delimiter) => ({ delimiter, score: fit(header, below, delimiter) }));
  const best = scored.reduce((a, b) => b.score > a.score ? b : a);
  if (best.score > 1) return best.delimiter;
  return fit(header, below, " ") > 2 ? " " : ",";
}

/** Columns of the header, less where the lines below are divided into another number. */
function fit(header: string, below: readonly string[], delimiter: string): number {
  const width = (text: string) => (splitRecord(text, delimiter) ?? text.split(delimiter)).length;
  const columns = delimiter === " " ? divide(header, " ").length : width(header);
  if (columns < 2) return 0;
  const same = below.filter((text) =>
    Math.abs((delimiter === " " ? divide(text, " ").length : width(text)) - columns) <= 1
  );
  return columns * (below.length === 0 ? 1 : 0.25 + 0.75 * same.length / below.length);
}

/** A line that begins with `#`, unless it is the header itself: the next line has as many columns. */
function isComment(lines: readonly string[], at: number): boolean {
  if (!lines[at].startsWith("#")) return false;
  const next = lines[at + 1] ?? "";
  return next.startsWith("#") || !DELIMITERS.some((delimiter) => {
    const columns = lines[at].split(delimiter).length;
    return columns > 2 && columns === next.split(delimiter).length;
  });
}

/** The values of a line without quotes. */
function divide(text: string, delimiter: string): string[] {
  return delimiter === " " ? text.trim().split(/[ \t]+/) : text.split(delimiter);
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
