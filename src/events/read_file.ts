import { basename } from "node:path";
import { ratesText, type ShopMoney } from "../core/currency.ts";
import { InvalidInputError, messageOf } from "../core/errors.ts";
import { type ByteSource, openBytes, type ReadBounds } from "./bytes.ts";
import { Columns } from "./columns.ts";
import type { FileRow, RowBlock } from "./file_rows.ts";
import type { ImportPlan } from "./plan.ts";
import { completePlan, presetFor } from "./presets.ts";
import { type FileFormat, openRecords, type RecordFile } from "./records.ts";
import { shownValue } from "./refusal.ts";
import { RowMaker } from "./row_maker.ts";

/** How a file turned out to be written, and which of its columns were taken. */
export interface FileLayout {
  readonly encoding: string | null;
  readonly delimiter: string | null;
  readonly columns: { readonly taken: Readonly<Record<string, string>>; readonly left: readonly string[] };
  /** what was read in another way than it was written, as sentences */
  readonly notes: readonly string[];
}

/** A file of events, recognised by its content. */
export interface EventFile {
  /** without its folder */
  readonly name: string;
  readonly format: FileFormat;
  /** on disk */
  readonly bytes: number;
  readonly source: ByteSource;
  /** Reads it from its start, once for what its columns say as a whole, then for its rows. */
  readonly read: () => AsyncGenerator<RowBlock>;
  /** known once reading has begun; its notes, once it has ended */
  readonly layout: () => FileLayout;
  /** what its money is counted in; known once reading has begun */
  readonly money: () => ShopMoney;
  /** the value of a row's field as it stands in the file; undefined: it does not */
  readonly sentOf: (field: string | null, row: FileRow) => unknown;
}

/** Names the file in errors while reading, such as a damaged archive. */
async function* naming(name: string, blocks: AsyncGenerator<RowBlock>): AsyncGenerator<RowBlock> {
  try {
    yield* blocks;
  } catch (error) {
    throw named(name, error);
  }
}

function named(name: string, error: unknown): unknown {
  if (error instanceof InvalidInputError) return error;
  return new InvalidInputError(`Cannot read "${name}": ${messageOf(error)}`, "file");
}

/**
 * Recognises the files of events behind a path: CSV, NDJSON, JSON or Parquet, packed or not, whatever the name.
 * @returns several where it is an archive of several
 * @throws the system's error where it cannot be read
 */
export async function openEventFiles(
  path: string,
  plan: ImportPlan = {},
  bounds: ReadBounds = {},
): Promise<EventFile[]> {
  let sources: ByteSource[];
  try {
    sources = await openBytes(path, bounds);
  } catch (error) {
    if (/^E[A-Z]+$/.test((error as { code?: string }).code ?? "")) throw error;
    throw named(basename(path), error);
  }
  const files: EventFile[] = [];
  for (const source of sources) files.push(await openSource(source, plan));
  return files;
}

/** Opens the only file behind a path. @throws {InvalidInputError} it is an archive of several */
export async function openEventFile(path: string, plan: ImportPlan = {}): Promise<EventFile> {
  const [file, ...others] = await openEventFiles(path, plan);
  if (others.length === 0) return file;
  throw new InvalidInputError(`Cannot read "${path}" as one file: it holds ${others.length + 1}`, "file");
}

async function openSource(source: ByteSource, own: ImportPlan): Promise<EventFile> {
  const plan = completePlan(own);
  const { name, bytes } = source;
  let file: RecordFile;
  try {
    file = await openRecords(source, plan);
  } catch (error) {
    throw named(name, error);
  }
  let maker: RowMaker | undefined;
  let suggestion: string[] = [];
  async function* rows(): AsyncGenerator<RowBlock> {
    const columns = await survey(file, new Columns(plan, own, name));
    const preset = own.preset === undefined ? presetFor(columns.all) : undefined;
    suggestion = preset === undefined
      ? []
      : [`it looks like an export of ${preset}: --preset ${preset} reads all of it`];
    maker = makerOf(plan, columns, suggestion);
    const wanted = (names: readonly string[]) =>
      file.format === "parquet" ? columns.wanted(names) : undefined;
    for await (const { records, bytesRead } of file.read(wanted)) {
      yield { rows: maker.rowsOf(records), bytesRead };
    }
  }
  const passedOver = (source.passedOver ?? []).map((name) =>
    `"${shownValue(name)}" of the archive was passed over`
  );
  const layout = () => ({
    encoding: file.encoding,
    delimiter: file.delimiter,
    columns: maker?.describe() ?? { taken: {}, left: [] },
    notes: maker ? [...notesOf(maker), ...suggestion, ...passedOver] : [],
  });
  const money = () => ({ currency: maker?.currency ?? "", rates: plan.rates ?? {} });
  const sentOf = (field: string | null, row: FileRow) => maker?.sentOf(field, row);
  return {
    name,
    bytes,
    source,
    format: file.format,
    read: () => naming(name, rows()),
    layout,
    money,
    sentOf,
  };
}

/** @throws {InvalidInputError} columns are missing or unclear, naming the preset that knows them */
function makerOf(plan: ImportPlan, columns: Columns, suggestion: readonly string[]): RowMaker {
  try {
    return new RowMaker(plan, columns);
  } catch (error) {
    if (!(error instanceof InvalidInputError) || suggestion.length === 0) throw error;
    throw new InvalidInputError(`${error.message}; ${suggestion.join("; ")}`, error.field);
  }
}

/** So many rows of a Parquet file are surveyed: its columns have types. */
const PARQUET_ROWS = 50_000;

/** Reads a file to learn what its columns say as a whole. */
async function survey(file: RecordFile, columns: Columns): Promise<Columns> {
  const onNames = (names: readonly string[]) =>
    file.format === "parquet" ? columns.wanted(names) : columns.start(names);
  if (file.format !== "csv") columns.startOpen();
  let seen = 0;
  let names: readonly string[] = [];
  const noted = (found: readonly string[]) => onNames(names = found);
  for await (const { records } of file.read(noted)) {
    for (const record of records) if ("data" in record) columns.look(record.data);
    seen += records.length;
    if (file.format === "parquet" && seen >= PARQUET_ROWS) break;
  }
  if (file.format === "parquet" && seen === 0) columns.start(names); // it has columns, and no row
  return columns;
}

function notesOf(maker: RowMaker): string[] {
  const notes = [...maker.words.read].map(([word, type]) => `type "${shownValue(word)}" is read as ${type}`);
  notes.push(...maker.valueNotes);
  for (const column of maker.floatColumns) notes.push(`ids of "${column}" are read without their .0`);
  if (maker.plan.daySteps) {
    notes.push(`the file has no dates: days are counted from ${maker.plan.daySteps.start}`);
  }
  if (maker.currency !== undefined) {
    const rates = ratesText(maker.plan.rates ?? {});
    notes.push(`money is in ${shownValue(maker.currency)}${rates ? `, other currencies by ${rates}` : ""}`);
  }
  return notes;
}
