import { open, readFile } from "node:fs/promises";
import { gunzipSync } from "node:zlib";
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { columnsOf } from "./csv.ts";
import { fieldOf } from "./field_names.ts";
import type { RowBlock } from "./file_rows.ts";

const ROWS_AT_ONCE = 10_000;

/**
 * Reads a Parquet file some rows at a time, only the columns that carry a field of an event; a row's line is its number
 * from 1. Only where the file is gzipped as a whole is it held in memory.
 * @throws {InvalidInputError} a column that every event needs is missing
 */
export async function* readParquet(
  path: string,
  { gzip, name }: { gzip: boolean; name: string },
): AsyncGenerator<RowBlock> {
  const { file, close } = gzip ? await inMemory(path) : await onDisk(path);
  try {
    const metadata = await parquetMetadataAsync(file);
    const names = parquetSchema(metadata).children.map((child) => child.element.name);
    columnsOf(names, name);
    const columns = names.filter((column) => fieldOf(column) !== undefined);
    const total = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < total; rowStart += ROWS_AT_ONCE) {
      const rowEnd = Math.min(rowStart + ROWS_AT_ONCE, total);
      const read = await parquetReadObjects({ file, metadata, columns, rowStart, rowEnd, compressors });
      const rows = read.map((row, i) => ({ line: rowStart + i + 1, raw: plainValues(row) }));
      yield { rows, bytesRead: Math.round(file.byteLength * rowEnd / total) };
    }
  } finally {
    await close();
  }
}

/** Parquet's own types as JSON has them: a moment as ms, a large whole number as a number or, beyond 2^53, as text. */
function plainValues(row: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => {
      if (value instanceof Date) return [name, value.getTime()];
      if (typeof value !== "bigint") return [name, value];
      return [name, Number.isSafeInteger(Number(value)) ? Number(value) : String(value)];
    }),
  );
}

interface OpenFile {
  readonly file: AsyncBuffer;
  readonly close: () => Promise<void>;
}

async function onDisk(path: string): Promise<OpenFile> {
  const handle = await open(path);
  const { size } = await handle.stat();
  const slice = async (start: number, end = size) => {
    const bytes = new Uint8Array(Math.max(0, end - start));
    await handle.read(bytes, 0, bytes.length, start);
    return bytes.buffer;
  };
  return { file: { byteLength: size, slice }, close: () => handle.close() };
}

async function inMemory(path: string): Promise<OpenFile> {
  const bytes = new Uint8Array(gunzipSync(await readFile(path)));
  const slice = (start: number, end?: number) => bytes.slice(start, end).buffer;
  return { file: { byteLength: bytes.length, slice }, close: () => Promise.resolve() };
}
