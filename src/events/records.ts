import { type CsvLayout, CsvReader, detectLayout } from "../core/csv_reader.ts";
import { InvalidInputError } from "../core/errors.ts";
import { parseLooseJson } from "../core/exact_json.ts";
import type { ByteSource } from "./bytes.ts";
import {
  checkedEncoding,
  createDecoder,
  damageOf,
  detectEncoding,
  type Encoding,
  isUtf8,
} from "./encoding.ts";
import { JsonValues } from "./json_values.ts";
import { decoded, type LineBlock, linesOf } from "./lines.ts";
import { isParquet, readParquetRecords } from "./parquet.ts";
import type { FileRecord, RecordBlock } from "./records_block.ts";
import { shownValue } from "./refusal.ts";

export type FileFormat = "csv" | "ndjson" | "json" | "parquet";

/** A file as records. */
export interface RecordFile {
  readonly source: ByteSource;
  readonly format: FileFormat;
  /** null: it is no text */
  readonly encoding: string | null;
  /** null: it is no CSV */
  readonly delimiter: string | null;
  /** Reads it from its start. @param onNames hears the columns of a CSV or Parquet file; of Parquet it says which to read */
  readonly read: (onNames: OnNames) => AsyncGenerator<RecordBlock>;
}

type OnNames = (names: readonly string[]) => readonly string[] | void;

interface LayoutOptions {
  readonly encoding?: string;
  readonly delimiter?: string;
}

/** Recognises the format, encoding and delimiter of a file by its content. */
export async function openRecords(source: ByteSource, options: LayoutOptions = {}): Promise<RecordFile> {
  const { name } = source;
  if (isParquet(source.head)) {
    const read = (onNames: OnNames) => readParquetRecords(source, onNames);
    return { source, format: "parquet", encoding: null, delimiter: null, read };
  }
  const encoding = options.encoding
    ? await namedEncoding(source, checkedEncoding(options.encoding))
    : await detectEncoding(source);
  const head = createDecoder(encoding)(source.head, { last: false }).replace(/^\ufeff/, "");
  const text = () => decoded(source.read(), encoding);
  const format = textFormat(head);
  const common = { source, format, encoding: encoding.label };
  if (format === "ndjson") {
    return { ...common, delimiter: null, read: () => ndjsonRecords(linesOf(text()), encoding.label) };
  }
  if (format === "json") {
    return {
      ...common,
      delimiter: null,
      read: () => jsonRecords(text(), encoding.label),
    };
  }
  const layout = detectLayout(head.split(/\r\n|\n|\r/).slice(0, 200));
  const delimiter = options.delimiter ?? layout.delimiter;
  const chosen = { ...layout, delimiter, forgiving: true };
  return {
    ...common,
    delimiter,
    read: (onNames) => csvRecords(linesOf(text()), { name, layout: chosen, encoding, onNames }),
  };
}

/** What is named may still be damaged. */
async function namedEncoding(source: ByteSource, label: string): Promise<Encoding> {
  if (label !== "utf-8") return { label, damaged: label !== "windows-1252" };
  return { label, damaged: !await isUtf8(source.read()) };
}

function textFormat(head: string): "csv" | "ndjson" | "json" {
  const text = head.trimStart();
  if (text.startsWith("[")) return "json";
  if (!text.startsWith("{")) return "csv";
  const first = text.split(/\r\n|\n|\r/, 1)[0];
  if (/\}\s*\{/.test(first) && !isJson(first)) return "json"; // one behind the other, as Firehose writes them
  return first.length === text.length || isJson(first) || /^\{.*\S.*[^{[,]$/.test(first.trim())
    ? "ndjson"
    : "json";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

interface CsvOptions {
  readonly name: string;
  readonly layout: CsvLayout;
  readonly encoding: Encoding;
  readonly onNames: OnNames;
}

/** @throws {InvalidInputError} the file is empty, or names a column twice */
async function* csvRecords(
  blocks: AsyncIterable<LineBlock>,
  { name, layout, encoding, onNames }: CsvOptions,
): AsyncGenerator<RecordBlock> {
  let records: FileRecord[] = [];
  let last = 0;
  const unreadable = (line: number, unreadable: string, shown: string, lines = 1) =>
    records.push({ line, unreadable, shown, lines });
  const reader = new CsvReader((names) => {
    onNames(onceEach(names, name));
    return {
      row(values, line) {
        const found = encoding.damaged ? damagedCell(values, encoding.label) : undefined;
        if (found) unreadable(line, found.damage, found.cell);
        else if (!isHeader(values, names)) records.push({ line, data: values });
      },
      unreadable: (why, line, lastLine) =>
        unreadable(
          line,
          why,
          lastLine > line ? `lines ${line} to ${lastLine}` : `line ${line}`,
          lastLine - line + 1,
        ),
    };
  }, layout);
  for await (const { lines, ends, bytesRead } of blocks) {
    records = [];
    last = bytesRead;
    for (let i = 0; i < lines.length; i++) reader.take(lines[i], ends?.[i]);
    yield { records, bytesRead };
  }
  records = [];
  if (!reader.end()) throw new InvalidInputError(`Cannot import "${name}": it is empty`, "file");
  if (records.length > 0) yield { records, bytesRead: last };
}

function damagedCell(
  values: readonly string[],
  label: string,
): { damage: string; cell: string } | undefined {
  for (const cell of values) {
    const damage = damageOf(cell, label);
    if (damage !== undefined) return { damage, cell };
  }
}

/** Whether a record is the header once more, as where files were put one behind the other. */
const isHeader = (values: readonly string[], names: readonly string[]): boolean =>
  values[0].trim() === names[0] && values.every((value, i) => value.trim() === names[i]);

function onceEach(names: readonly string[], file: string): readonly string[] {
  const twice = names.find((name, i) => name !== "" && names.indexOf(name) !== i);
  if (twice === undefined) return names;
  throw new InvalidInputError(
    `Cannot import "${file}": column "${
      shownValue(twice)
    }" is there twice; rename one of them, or leave it out`,
    "file",
  );
}

/** Reads one JSON object per line; empty lines are left out. */
async function* ndjsonRecords(
  blocks: AsyncIterable<LineBlock>,
  encoding: string,
): AsyncGenerator<RecordBlock> {
  let line = 0;
  for await (const { lines, bytesRead } of blocks) {
    const records: FileRecord[] = [];
    for (const text of lines) {
      line += 1;
      if (text.trim() !== "") {
        records.push(
          jsonRecord(text, line, {
            encoding,
            notJson: "line is not JSON",
            noObject: "line is not a JSON object",
          }),
        );
      }
    }
    yield { records, bytesRead };
  }
}

/** Reads a JSON array of objects, or objects that run over several lines; a record's line is its number. */
async function* jsonRecords(
  blocks: AsyncIterable<{ text: string; bytesRead: number }>,
  encoding: string,
): AsyncGenerator<RecordBlock> {
  const words = { encoding, notJson: "is not JSON", noObject: "is not a JSON object" };
  let records: FileRecord[] = [];
  let last = 0;
  const values = new JsonValues({
    value: (text, nth) => records.push(jsonRecord(text, nth, words)),
    junk: (why, nth) => records.push({ line: nth, unreadable: why, shown: `item ${nth}`, lines: 1 }),
  });
  for await (const { text, bytesRead } of blocks) {
    records = [];
    last = bytesRead;
    values.take(text);
    yield { records, bytesRead };
  }
  records = [];
  values.end();
  if (records.length > 0) yield { records, bytesRead: last };
}

function jsonRecord(
  text: string,
  line: number,
  { encoding, notJson, noObject }: { encoding: string; notJson: string; noObject: string },
): FileRecord {
  const shown = text.trim();
  const damage = damageOf(text, encoding);
  if (damage !== undefined) return { line, unreadable: damage, shown, lines: 1 };
  try {
    const data = parseLooseJson(text);
    if (data !== null && typeof data === "object" && !Array.isArray(data)) {
      return { line, data: data as Record<string, unknown> };
    }
    return { line, unreadable: noObject, shown, lines: 1 };
  } catch {
    return { line, unreadable: notJson, shown, lines: 1 };
  }
}
