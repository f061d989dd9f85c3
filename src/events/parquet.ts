import { Buffer } from "node:buffer";
import { open } from "node:fs/promises";
import { type AsyncBuffer, parquetMetadataAsync, parquetReadObjects, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { ByteSource } from "./bytes.ts";
import { decimalOf, type Scales, withStoredDecimals } from "./parquet_decimals.ts";
import { shortestSingle, singleColumns } from "./parquet_singles.ts";
import { timeColumns, type TimeForm, timeText } from "./parquet_times.ts";
import type { RecordBlock } from "./records_block.ts";

const ROWS_AT_ONCE = 10_000;

/** Whether a file is Parquet, by its first bytes. */
export const isParquet = (head: Uint8Array): boolean =>
  Buffer.from(head.subarray(0, 4)).toString("latin1") === "PAR1";

/**
 * Reads a Parquet file some rows at a time, only the columns that are wanted; a row's line is its number from 1. Only where
 * the file is packed as a whole is it held in memory.
 * @param choose hears all columns and returns those to read
 */
export async function* readParquetRecords(
  source: ByteSource,
  choose: (names: readonly string[]) => readonly string[] | void,
): AsyncGenerator<RecordBlock> {
  const { file, close } = source.packing === "none" ? await onDisk(source.path) : await inMemory(source);
  try {
    const { metadata, scales } = withStoredDecimals(await parquetMetadataAsync(file));
    const forms = { scales, singles: singleColumns(metadata), times: timeColumns(metadata) };
    const names = parquetSchema(metadata).children.map((child) => child.element.name);
    const columns = [...choose(names) ?? names];
    const total = Number(metadata.num_rows);
    for (let rowStart = 0; rowStart < total; rowStart += ROWS_AT_ONCE) {
      const rowEnd = Math.min(rowStart + ROWS_AT_ONCE, total);
      const range = { columns, rowStart, rowEnd };
      const read = await parquetReadObjects({ file, metadata, compressors, utf8: false, ...range });
      const records = read.map((row, i) => ({ line: rowStart + i + 1, data: plainObject(row, forms) }));
      yield { records, bytesRead: Math.round(source.bytes * rowEnd / total) };
    }
  } finally {
    await close();
  }
}

/** How numbers and times are stored, by the names of their columns. */
interface Forms {
  readonly scales: Scales;
  readonly singles: ReadonlySet<string>;
  readonly times: ReadonlyMap<string, TimeForm>;
}

const plainObject = (row: Record<string, unknown>, forms: Forms): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(row).map(([name, stored]) => {
      const scale = forms.scales.get(name);
      if (scale !== undefined) return [name, decimalOf(stored, scale)];
      const time = forms.times.get(name);
      const value = plainValue(time === undefined ? stored : timeText(stored, time), forms);
      return [name, forms.singles.has(name) ? shortestSingle(value) : value];
    }),
  );

/** Parquet's own types as JSON has them: a moment as ms (as text, where it is without a zone), a large whole number as text, what is not a number as missing. */
function plainValue(value: unknown, forms: Forms): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.getTime();
  if (value instanceof Uint8Array) return textOfBytes(value);
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isNaN(value) ? undefined : value;
  if (Array.isArray(value)) return value.map((item) => plainValue(item, forms));
  return typeof value === "object" && value !== null
    ? plainObject(value as Record<string, unknown>, forms)
    : value;
}

/** Bytes as UTF-8, or as hexadecimal digits where they are no text: ids of 16 bytes stay apart. */
function textOfBytes(bytes: Uint8Array): string {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    if (!text.includes("\0")) return text;
  } catch {
    // no text
  }
  return Buffer.from(bytes).toString("hex");
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

async function inMemory(source: ByteSource): Promise<OpenFile> {
  const chunks: Uint8Array[] = [];
  for await (const { bytes } of source.read()) chunks.push(bytes);
  const whole = new Uint8Array(Buffer.concat(chunks));
  const slice = (start: number, end?: number) => whole.slice(start, end).buffer;
  return { file: { byteLength: whole.length, slice }, close: () => Promise.resolve() };
}
