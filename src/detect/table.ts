import { open } from "node:fs/promises";
import { basename } from "node:path";
import { CsvReader, type CsvSink } from "../core/csv_reader.ts";
import { InvalidInputError, messageOf, NotFoundError } from "../core/errors.ts";
import { readLines } from "../events/lines.ts";

/** One column of a file: a number or a text in each row, or nothing. */
export interface RawColumn {
  readonly name: string;
  /** NaN where the cell is text or missing */
  readonly numbers: Float64Array;
  /** place of the cell's text in `texts`, 0 where it is a number or missing */
  readonly codes: Int32Array;
  /** the texts that occur, after an empty one */
  readonly texts: readonly string[];
}

export interface Table {
  readonly rows: number;
  readonly columns: readonly RawColumn[];
  /** lines that have not as many cells as the header */
  readonly unreadable: number;
}

const MISSING = new Set(
  ["", "na", "n/a", "nan", "null", "none", "?", "#n/a", "<na>", "(null)", "\\n", "nil", "undefined"],
);

/**
 * Reads a CSV file with a header line, gzipped or not, into columns. Lines that are no record of as many cells are left
 * out and counted.
 * @throws {NotFoundError} there is no such file   @throws {InvalidInputError} it cannot be read, is empty, or names a column twice
 */
export async function readTable(
  path: string,
  onBytes: (bytesRead: number, of: number) => void,
): Promise<Table> {
  const { gzip, bytes } = await firstLook(path);
  let builder: TableBuilder | undefined;
  try {
    const reader = new CsvReader((names) => builder = new TableBuilder(names));
    for await (const { lines, bytesRead } of readLines(path, { gzip })) {
      for (const line of lines) reader.take(line);
      onBytes(bytesRead, bytes);
    }
    reader.end();
  } catch (error) {
    throw cannotRead(path, error);
  }
  if (!builder) throw cannotRead(path, "it is empty");
  return builder.done();
}

function cannotRead(path: string, error: unknown): Error {
  if (error instanceof InvalidInputError) return error;
  const reason = typeof error === "string" ? error : messageOf(error);
  return new InvalidInputError(`Cannot read "${basename(path)}": ${reason}`, "file");
}

async function firstLook(path: string): Promise<{ gzip: boolean; bytes: number }> {
  try {
    const handle = await open(path);
    try {
      const head = new Uint8Array(2);
      await handle.read(head, 0, 2, 0);
      return { gzip: head[0] === 0x1f && head[1] === 0x8b, bytes: (await handle.stat()).size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw (error as { code?: string }).code === "ENOENT"
      ? new NotFoundError("file", path)
      : cannotRead(path, error);
  }
}

class TableBuilder implements CsvSink {
  readonly #columns: ColumnBuilder[];
  #rows = 0;
  #unreadable = 0;

  /** @throws {InvalidInputError} a name is there twice */
  constructor(names: readonly string[]) {
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new InvalidInputError(`Cannot read a header with "${twice}" twice`, "file");
    }
    this.#columns = names.map((name) => new ColumnBuilder(name));
  }

  row(cells: readonly string[]): void {
    cells.forEach((cell, i) => this.#columns[i].put(this.#rows, cell));
    this.#rows += 1;
  }

  unreadable(_why: string, line: number, lastLine: number): void {
    this.#unreadable += lastLine - line + 1;
  }

  done(): Table {
    const columns = this.#columns.map((column) => column.done(this.#rows));
    return { rows: this.#rows, columns, unreadable: this.#unreadable };
  }
}

class ColumnBuilder {
  #numbers = new Float64Array(1024);
  #codes = new Int32Array(1024);
  readonly #texts = [""];
  readonly #known = new Map<string, number>();

  constructor(readonly name: string) {}

  put(row: number, cell: string): void {
    if (row === this.#numbers.length) this.#grow();
    const text = cell.trim();
    const value = Number(text);
    const isMissing = MISSING.has(text.toLowerCase());
    const isNumber = !isMissing && Number.isFinite(value);
    this.#numbers[row] = isNumber ? value : NaN;
    this.#codes[row] = isMissing || isNumber ? 0 : this.#codeOf(text);
  }

  done(rows: number): RawColumn {
    const { name } = this;
    return {
      name,
      numbers: this.#numbers.slice(0, rows),
      codes: this.#codes.slice(0, rows),
      texts: this.#texts,
    };
  }

  #codeOf(text: string): number {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    this.#known.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  #grow(): void {
    const numbers = new Float64Array(2 * this.#numbers.length);
    const codes = new Int32Array(numbers.length);
    numbers.set(this.#numbers);
    codes.set(this.#codes);
    [this.#numbers, this.#codes] = [numbers, codes];
  }
}

/** Returns the text of a cell; undefined where it is missing. */
export function cellText({ numbers, codes, texts }: RawColumn, row: number): string | undefined {
  if (codes[row] > 0) return texts[codes[row]];
  return Number.isNaN(numbers[row]) ? undefined : String(numbers[row]);
}
