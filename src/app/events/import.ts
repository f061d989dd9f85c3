import { createHash } from "node:crypto";
import { anyText } from "../../core/text.ts";
import { createReadStream } from "node:fs";
import {
  advanceImport,
  beginImport,
  dropUnbegun,
  finishImport,
  type ImportState,
  type ImportStep,
  importTold,
  importTotals,
  reopenImport,
} from "../../db/events/imports.ts";
import type { Sql } from "../../db/connect.ts";
import { copyNewEvents } from "../../db/events/copy_events.ts";
import { insertEvents } from "../../db/events/events.ts";
import { inSerializableTransaction } from "../../db/retry.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { canonicalJson, sha256 } from "../../core/hash.ts";
import { CONFLICT, TOO_OLD } from "../../events/content.ts";
import type { AcceptedEvent } from "../../events/event.ts";
import type { FileRow } from "../../events/file_rows.ts";
import type { ReadBounds } from "../../events/bytes.ts";
import type { ImportPlan } from "../../events/plan.ts";
import { completePlan } from "../../events/presets.ts";
import { quarantined } from "../../events/quarantine.ts";
import { type EventFile, openEventFile, openEventFiles } from "../../events/read_file.ts";
import { type JudgedRow, RowJudge } from "../../events/row_judge.ts";
import { keptOf, Tally } from "../../events/tally.ts";
import { shopMoney, withMoney } from "./shop_money.ts";
import { type IngestDeps, type Insert, type Judged, store } from "./ingest.ts";
import { cleanRows } from "./clean_rows.ts";
import { cleanProse } from "./personal_text.ts";
import { type Keys, keysOf } from "../people/keys.ts";
import { userIn } from "../../events/user.ts";

/** The counts of an import that are committed, earlier runs included. */
type ImportCounts = Omit<ImportState, "finished" | "id">;

/** The progress of an import. Counts are of what is committed, earlier runs included. */
export interface ImportProgress extends ImportCounts {
  readonly bytesRead: number;
  readonly bytesTotal: number;
}

interface ImportOptions extends ReadBounds {
  /** how the file is read; left out: as its columns and values say */
  readonly plan?: ImportPlan;
  readonly onProgress?: (progress: ImportProgress) => void;
  /** ends the import after the batch being written; a later call goes on from there */
  readonly signal?: AbortSignal;
  /** rows written in one transaction */
  readonly batch?: number;
  /** hears each shopper of the file once, as given there and by pseudonym, also where its lines are in already */
  readonly onUser?: (user: string, key: string) => void;
  /** least share of usable rows: of less, the import is not finished, and the same call reads it again; default 0 */
  readonly minUsable?: number;
  /** counts what becomes of the rows, of several files together */
  readonly tally?: Tally;
}

export interface ImportResult extends ImportCounts {
  readonly id: number;
  readonly name: string;
  /** an earlier run had read the file to its end: nothing was written now */
  readonly already: boolean;
  /** events of this run alone */
  readonly added: number;
}

/**
 * Imports a file of events through the same checks and into the same rows as `ingest`. Times without a zone are UTC
 * unless the plan says otherwise; a line that cannot be read or makes no sense goes to quarantine, and the import goes on.
 * How far it has come is committed together with each batch: after a crash, the next call goes on behind the last batch.
 * While one batch is being written, the next one is read and judged.
 * @throws {InvalidInputError} a column that every event needs is missing, or the file is empty
 * @throws {ConflictError} another process imports the same file
 */
export async function importFile(
  deps: IngestDeps,
  path: string,
  options: ImportOptions = {},
): Promise<ImportResult> {
  const plan = withMoney(options.plan ?? {}, await shopMoney(deps.sql));
  return await importOpened(deps, await openEventFile(path, plan), identifying(plan, options), options);
}

/** Imports all files behind a path: several where it is an archive of several. */
export async function importFiles(
  deps: IngestDeps,
  path: string,
  options: ImportOptions = {},
): Promise<ImportResult[]> {
  const results: ImportResult[] = [];
  const plan = withMoney(options.plan ?? {}, await shopMoney(deps.sql));
  for (const file of await openEventFiles(path, plan, options)) {
    results.push(await importOpened(deps, file, identifying(plan, options), options));
  }
  return results;
}

/** The plan that an import is named by: rates that the settings state make it another, their currency alone does not. */
function identifying(plan: ImportPlan, { plan: own = {} }: ImportOptions): ImportPlan {
  return Object.keys(plan.rates ?? {}).length > 0 ? plan : own;
}

async function importOpened(
  deps: IngestDeps,
  opened: EventFile,
  plan: ImportPlan,
  options: ImportOptions,
): Promise<ImportResult> {
  const { sql } = deps;
  const file = { ...opened, name: await cleanProse(sql, "file name", opened.name) };
  const sourceId = await identityOf(file, plan);
  const before = await beginImport(sql, { sourceId, name: file.name });
  const isFresh = before.linesDone === 0 && !before.finished;
  const tally = new Tally(isFresh ? options.tally : undefined);
  const run = new ImportRun(deps, file, sourceId, before, { ...options, tally });
  try {
    if (!before.finished || options.onUser) await run.readAll();
  } catch (error) {
    // What cannot be read at all did not begin: it would be listed as not finished for ever.
    if (error instanceof InvalidInputError) await dropUnbegun(sql, sourceId);
    throw error;
  }
  if (before.finished) await tellAgain(deps, sourceId, before, { tally, file });
  else {
    tally.describe(file.layout());
    const { accepted, duplicates } = before;
    if (!isFresh) tally.resume({ accepted, duplicates }, await importTotals(sql, before.id));
    const told = keptOf({ summary: tally.summary(), details: tally.details() });
    if (tally.usableShare >= (options.minUsable ?? 0)) await finishImport(sql, sourceId, told);
    else await reopenImport(sql, sourceId);
  }
  if (!isFresh) options.tally?.include(tally.summary(), tally.details());
  const { id, finished: _, ...counts } = run.state;
  return {
    id,
    name: file.name,
    already: before.finished,
    added: counts.accepted - before.accepted,
    ...counts,
  };
}

/** Counts an import that was finished before as it was told then. */
async function tellAgain(
  { sql }: IngestDeps,
  sourceId: string,
  before: ImportState,
  { tally, file }: { tally: Tally; file: EventFile },
): Promise<void> {
  const told = await importTold(sql, sourceId);
  if (told) return tally.include(told.summary, told.details);
  tally.describe(file.layout());
  tally.resume(before, await importTotals(sql, before.id));
}

const BATCH = 10_000;

/** Judged rows on their way into the database, and each of them as it is stored. */
interface Batch {
  readonly rows: JudgedRow[];
  readonly sent: Judged[];
}

class ImportRun {
  state: ImportState;
  readonly #users = new Set<string>();
  readonly #judge: RowJudge;
  /** of the shoppers in the rows at hand */
  #keys: Keys | null = null;
  readonly #from: { source: string; importId: number };
  /** lines that an earlier run wrote */
  readonly #linesBefore: number;
  #batch: Batch = { rows: [], sent: [] };
  #lastLine: number;
  #bytesRead = 0;
  /** whether all events so far were new: then nothing is asked about those that follow */
  #allNew = true;
  /** the batch being written; holds what went wrong, so that nothing is thrown while nobody looks */
  #writing: Promise<{ error?: unknown }> = Promise.resolve({});

  constructor(
    readonly deps: IngestDeps,
    readonly file: EventFile,
    readonly sourceId: string,
    before: ImportState,
    readonly options: ImportOptions & { readonly tally: Tally },
  ) {
    this.state = before;
    this.#lastLine = before.linesDone;
    this.#linesBefore = before.linesDone;
    const pseudonym = (user: string) => this.#keys!(user);
    this.#judge = new RowJudge({ nowMs: deps.clock(), pseudonym, money: file.money, sentOf: file.sentOf });
    this.#from = { source: `import ${file.name}`, importId: before.id };
  }

  async readAll(): Promise<void> {
    try {
      for await (const { rows: read, bytesRead } of this.file.read()) {
        const rows = await cleanRows(this.deps, read);
        this.#bytesRead = bytesRead;
        this.#keys = await keysOf(this.deps, usersOf(rows));
        for (const row of rows) {
          if (this.#isFull(row)) await this.#flush();
          this.#take(row);
        }
      }
      await this.#flush();
    } finally {
      await this.#written();
    }
  }

  /** Whether the batch is full; the rows of one line are never parted. */
  #isFull({ line }: FileRow): boolean {
    return this.#batch.rows.length >= (this.options.batch ?? BATCH) && line > this.#lastLine;
  }

  /** Judges a row, also one that is in already: the rows behind it are counted from the file's start. */
  #take(row: FileRow): void {
    const judged = this.#judge.judge(row);
    if (judged.kind === "accepted") this.#learnUser(judged.raw, judged.event.userKey);
    if (this.state.finished) return;
    if (judged.kind === "refused") this.options.tally.refuse(judged.line, judged.refused, judged.lines);
    if (row.line <= this.#linesBefore) return;
    this.#batch.rows.push(judged);
    this.#batch.sent.push(this.#onItsWay(judged, this.#keys!));
    this.#lastLine = row.line;
  }

  #learnUser(raw: Record<string, unknown>, key: string | null): void {
    if (!this.options.onUser || key === null || this.#users.has(key)) return;
    this.#users.add(key);
    this.options.onUser(anyText(raw.user).trim(), key);
  }

  /** Hands the batch over to be written, once the one before it is committed. */
  async #flush(): Promise<void> {
    await this.#written();
    this.options.signal?.throwIfAborted();
    const [batch, toLine, bytesRead] = [this.#batch, this.#lastLine, this.#bytesRead];
    if (batch.rows.length === 0) return;
    this.#batch = { rows: [], sent: [] };
    this.#writing = this.#write(batch, toLine, bytesRead).then(() => ({}), (error) => ({ error }));
  }

  async #written(): Promise<void> {
    const outcome = await this.#writing;
    if ("error" in outcome) throw outcome.error;
  }

  async #write({ rows, sent }: Batch, toLine: number, bytesRead: number): Promise<void> {
    const insert: Insert = (tx, events, importId) => this.#insert(tx, events, importId);
    const { step, outcomes } = await inSerializableTransaction(this.deps.sql, async (tx) => {
      const { source, importId } = this.#from;
      const outcomes = await store(tx, sent, { source, importId, nowMs: this.deps.clock(), insert });
      const count = (outcome: typeof outcomes[number]) =>
        outcomes.filter((found) => found === outcome).length;
      const conflicts = count("conflict");
      const step = {
        fromLine: this.state.linesDone,
        toLine,
        accepted: count("accepted"),
        duplicates: count("duplicate"),
        quarantined: count("quarantined") + conflicts,
        conflicts,
      };
      await advanceImport(tx, this.sourceId, step);
      return { step, outcomes };
    });
    rows.forEach((row, i) => this.#count(row, outcomes[i]));
    this.state = after(this.state, step);
    const { id: _id, finished: _finished, ...counts } = this.state;
    const bytesTotal = this.file.bytes;
    this.options.onProgress?.({ ...counts, bytesRead: Math.min(bytesRead, bytesTotal), bytesTotal });
  }

  /** Copies while all events are new; from the first known one on each is asked for. */
  async #insert(tx: Sql, events: readonly AcceptedEvent[], importId?: number | null): ReturnType<Insert> {
    this.#allNew &&= await copyNewEvents(tx, events, importId);
    return this.#allNew ? "all" : await insertEvents(tx, events, importId);
  }

  /** @param pseudonym the keys of the shoppers around the row */
  #onItsWay(row: JudgedRow, pseudonym: Keys): Judged {
    const { line } = row;
    if (row.kind === "accepted") {
      return {
        kind: "accepted",
        event: row.event,
        conflicting: () =>
          quarantined(row.raw, { reason: CONFLICT, field: "id", ...this.#from, line }, pseudonym),
      };
    }
    const { reason, field } = row.refused;
    return {
      kind: "quarantined",
      put: quarantined(row.raw, { reason, field, ...this.#from, line, nth: row.nth }, pseudonym),
    };
  }

  #count(row: JudgedRow, outcome: "accepted" | "duplicate" | "conflict" | "quarantined"): void {
    if (row.kind !== "accepted") return;
    const { tally } = this.options;
    if (outcome === "accepted") tally.accept(row.event);
    else if (outcome === "duplicate") tally.duplicate(row.event);
    else if (outcome === "conflict") tally.conflict(row.line, row.event, CONFLICT);
    else tally.refuse(row.line, { reason: TOO_OLD, field: "at" });
  }
}

function usersOf(rows: readonly FileRow[]): Set<string> {
  const users = new Set<string>();
  for (const row of rows) {
    const user = "raw" in row ? userIn(row.raw) : null;
    if (user !== null) users.add(user);
  }
  return users;
}

const after = (state: ImportState, step: ImportStep): ImportState => ({
  id: state.id,
  linesDone: step.toLine,
  accepted: state.accepted + step.accepted,
  duplicates: state.duplicates + step.duplicates,
  quarantined: state.quarantined + step.quarantined,
  conflicts: state.conflicts + step.conflicts,
  finished: false,
});

/** Identity of a file: its content, whatever its name, its place in an archive, and how it is read. */
async function identityOf({ source }: EventFile, plan: ImportPlan): Promise<string> {
  const content = await sha256OfFile(source.path);
  if (source.entry === undefined && Object.keys(plan).length === 0) return content;
  return sha256(canonicalJson({ content, entry: source.entry, plan: completePlan(plan) }));
}

async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest("hex");
}
