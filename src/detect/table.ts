import { open } from "node:fs/promises";
import { basename } from "node:path";
import { InvalidInputError, messageOf, NotFoundError } from "../core/errors.ts";
import { splitRecord } from "../events/csv.ts";
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

const DELIMITERS = [",", ";", "\t"];
const MISSING = new Set(["", "na", "n/a", "nan", "null", "none", "?"]);
const QUOTED_LINES_MAX = 20;

/**
 * Reads a CSV file with a header line, gzipped or not, into columns; the delimiter is the one of `,` `;` tab that occurs
 * most in the header. Lines with another number of cells are left out and counted.
 * @throws {NotFoundError} there is no such file   @throws {InvalidInputError} it cannot be read, is empty, or names a column twice
 */
export async function readTable(
  path: string,
  onBytes: (bytesRead: number, of: number) => void,
): Promise<Table> {
  const { gzip, bytes } = await firstLook(path);
  let builder: TableBuilder | undefined;
  try {
    for await (const { lines, bytesRead } of readLines(path, { gzip })) {
      for (const line of lines) {
        if (builder) builder.take(line);
        else if (line.trim() !== "") builder = new TableBuilder(line);
      }
      onBytes(bytesRead, bytes);
    }
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

class TableBuilder {
  readonly #delimiter: string;
  readonly #columns: ColumnBuilder[];
  #open: string[] = [];
  #rows = 0;
  #unreadable = 0;

  constructor(header: string) {
    const count = (delimiter: string) => header.split(delimiter).length;
    this.#delimiter = DELIMITERS.reduce((best, next) => count(next) > count(best) ? next : best);
    const names = (splitRecord(header, this.#delimiter) ?? [header]).map((name) => name.trim());
    const twice = names.find((name, i) => names.indexOf(name) !== i);
    if (twice !== undefined) {
      throw new InvalidInputError(`Cannot read a header with "${twice}" twice`, "file");
    }
    this.#columns = names.map((name) => new ColumnBuilder(name));
  }

  take(line: string): void {
    if (this.#open.length === 0 && !line.includes('"')) {
      if (line !== "") this.#row(line.split(this.#delimiter));
      return;
    }
    this.#open.push(line);
    const cells = splitRecord(this.#open.join("\n"), this.#delimiter);
    if (!cells && this.#open.length <= QUOTED_LINES_MAX) return;
    this.#open = [];
    this.#row(cells ?? []);
  }

  done(): Table {
    if (this.#open.length > 0) this.#unreadable += 1;
    const columns = this.#columns.map((column) => column.done(this.#rows));
    return { rows: this.#rows, columns, unreadable: this.#unreadable };
  }

  #row(cells: readonly string[]): void {
    if (cells.length !== this.#columns.length) {
      this.#unreadable += 1;
      return;
    }
    cells.forEach((cell, i) => this.#columns[i].put(this.#rows, cell));
    this.#rows += 1;
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
