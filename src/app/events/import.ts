import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import {
  advanceImport,
  beginImport,
  finishImport,
  type ImportState,
  type ImportStep,
} from "../../db/events/imports.ts";
import { inSerializableTransaction } from "../../db/retry.ts";
import { validateEvent } from "../../events/accept.ts";
import { knownFields } from "../../events/field_names.ts";
import type { FileRow } from "../../events/file_rows.ts";
import { type IngestDeps, type Judged, store } from "./ingest.ts";
import { quarantined } from "../../events/quarantine.ts";
import { type EventFile, openEventFile } from "../../events/read_file.ts";

/** The progress of an import. Counts are of what is committed, earlier runs included. */
export interface ImportProgress extends Omit<ImportState, "finished"> {
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

export interface ImportOptions {
  readonly onProgress?: (progress: ImportProgress) => void;
  /** ends the import after the batch being written; a later call goes on from there */
  readonly signal?: AbortSignal;
  /** rows written in one transaction */
  readonly batch?: number;
  /** hears each shopper of the file once, as given there and by pseudonym, also where its lines are in already */
  readonly onUser?: (user: string, key: string) => void;
}

export interface ImportResult extends Omit<ImportState, "finished"> {
  readonly name: string;
  /** an earlier run had read the file to its end: nothing was written now */
  readonly already: boolean;
  /** events of this run alone */
  readonly added: number;
}

/**
 * Imports a file of events through the same checks and into the same rows as `ingest`. Times without a zone are UTC;
 * a line that cannot be read or makes no sense goes to quarantine, and the import goes on. How far it has come is
 * committed together with each batch: after a crash, the next call goes on behind the last batch. While one batch is
 * being written, the next one is read and judged.
 * @throws {InvalidInputError} a column that every event needs is missing, or the file is empty
 * @throws {ConflictError} another process imports the same file
 */
export async function importFile(
  deps: IngestDeps,
  path: string,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const file = await openEventFile(path);
  const sourceId = await sha256OfFile(path);
  const before = await beginImport(deps.sql, { sourceId, name: file.name });
  const run = new ImportRun(deps, file, sourceId, before, options);
  if (!before.finished || options.onUser) await run.readAll();
  if (!before.finished) await finishImport(deps.sql, sourceId);
  const { linesDone, accepted, duplicates, quarantined } = run.state;
  const added = accepted - before.accepted;
  return { name: file.name, already: before.finished, added, linesDone, accepted, duplicates, quarantined };
}

const BATCH = 2000;

class ImportRun {
  state: ImportState;
  readonly #users = new Set<string>();
  #batch: Judged[] = [];
  #lastLine: number;
  #bytesRead = 0;
  /** the batch being written; holds what went wrong, so that nothing is thrown while nobody looks */
  #writing: Promise<{ error?: unknown }> = Promise.resolve({});

  constructor(
    readonly deps: IngestDeps,
    readonly file: EventFile,
    readonly sourceId: string,
    before: ImportState,
    readonly options: ImportOptions,
  ) {
    this.state = before;
    this.#lastLine = before.linesDone;
  }

  async readAll(): Promise<void> {
    const nowMs = this.deps.clock();
    try {
      for await (const { rows, bytesRead } of this.file.read()) {
        this.#bytesRead = bytesRead;
        for (const row of rows) {
          if (this.#take(row, nowMs)) await this.#flush();
        }
      }
      await this.#flush();
    } finally {
      await this.#written();
    }
  }

  /** Judges a row, unless it is in already. @returns whether the batch is full */
  #take(row: FileRow, nowMs: number): boolean {
    const isIn = row.line <= this.#lastLine;
    if (isIn && !this.options.onUser) return false;
    const judged = this.#judge(row, nowMs);
    if (judged.kind === "accepted" && "raw" in row) this.#learnUser(row.raw, judged.event.userKey);
    if (isIn) return false;
    this.#batch.push(judged);
    this.#lastLine = row.line;
    return this.#batch.length >= (this.options.batch ?? BATCH);
  }

  #judge(row: FileRow, nowMs: number): Judged {
    const { pseudonym } = this.deps;
    const source = `import ${this.file.name}`;
    const { line } = row;
    if (!("raw" in row)) {
      const refusal = { reason: row.unreadable, field: null, source, line };
      return { kind: "quarantined", put: quarantined(undefined, refusal, pseudonym) };
    }
    const verdict = validateEvent(row.raw, { nowMs, pseudonym, line, numbersAsText: true, zone: "utc" });
    if (verdict.kind === "accepted") return verdict;
    return { kind: "quarantined", put: quarantined(row.raw, { ...verdict, source, line }, pseudonym) };
  }

  #learnUser(raw: Record<string, unknown>, key: string | null): void {
    if (!this.options.onUser || key === null || this.#users.has(key)) return;
    this.#users.add(key);
    this.options.onUser(String(knownFields(raw).user).trim(), key);
  }

  /** Hands the batch over to be written, once the one before it is committed. */
  async #flush(): Promise<void> {
    await this.#written();
    this.options.signal?.throwIfAborted();
    const [batch, toLine, bytesRead] = [this.#batch, this.#lastLine, this.#bytesRead];
    if (batch.length === 0) return;
    this.#batch = [];
    this.#writing = this.#write(batch, toLine, bytesRead).then(() => ({}), (error) => ({ error }));
  }

  async #written(): Promise<void> {
    const outcome = await this.#writing;
    if ("error" in outcome) throw outcome.error;
  }

  async #write(batch: readonly Judged[], toLine: number, bytesRead: number): Promise<void> {
    const step = await inSerializableTransaction(this.deps.sql, async (tx) => {
      const from = { source: `import ${this.file.name}`, nowMs: this.deps.clock() };
      const accepted = (await store(tx, batch, from)).size;
      const refused = batch.filter((judged) => judged.kind === "quarantined").length;
      const duplicates = batch.length - refused - accepted;
      const step = { fromLine: this.state.linesDone, toLine, accepted, duplicates, quarantined: refused };
      await advanceImport(tx, this.sourceId, step);
      return step;
    });
    this.state = after(this.state, step);
    const bytesTotal = this.file.bytes;
    this.options.onProgress?.({ ...this.state, bytesRead: Math.min(bytesRead, bytesTotal), bytesTotal });
  }
}

const after = (state: ImportState, step: ImportStep): ImportState => ({
  linesDone: step.toLine,
  accepted: state.accepted + step.accepted,
  duplicates: state.duplicates + step.duplicates,
  quarantined: state.quarantined + step.quarantined,
  finished: false,
});

/** Identity of a file: its content, whatever its name. */
async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}
