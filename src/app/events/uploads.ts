import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { rm } from "node:fs/promises";
import { systemClock } from "../../core/clock.ts";
import { messageOf, NotFoundError } from "../../core/errors.ts";
import { writeAudit } from "../../db/access/audit.ts";
import type { ImportPlan } from "../../events/plan.ts";
import { Tally } from "../../events/tally.ts";
import { checkAfterImport } from "./check_after_import.ts";
import { importFiles } from "./import.ts";
import type { IngestDeps } from "./ingest.ts";
import { shopMoney, withMoney } from "./shop_money.ts";
import { type ImportTrial, tryImport } from "./try_import.ts";
import { type Upload, UploadFiles, type UploadState } from "./upload_files.ts";

/** Bytes of a file that may be uploaded. */
export const UPLOAD_BYTES_MAX = 128 * 1024 * 1024;
/** Bytes that it may hold where it is packed: an hour's reading, most of it in vain, is nobody's intent. */
const UNPACKED_MAX = 4 * 2 ** 30;
/** Files that wait here at once, and how long each is kept. */
const KEPT_MAX = 20;
const KEPT_MS = 60 * 60_000;
/** A running import shows so often that it goes on; after the longer time its process is taken for gone. */
const BEAT_MS = 5_000;
const GONE_MS = 60_000;

/**
 * Files that people upload: each is tried as often as they like, then imported once. They lie in the state folder for an
 * hour, so that a restart, or another process over the same folder, finds them.
 */
export interface Uploads {
  /** Keeps a file. @returns its id */
  keep(file: { name: string; bytes: Uint8Array; by: string }): Promise<string>;
  /** @throws {NotFoundError} it is not there any more, or it is another person's */
  find(id: string, by: string): Promise<{ name: string; state: UploadState }>;
  /** Reads it as an import would, and writes nothing. */
  preview(id: string, by: string, plan: ImportPlan): Promise<ImportTrial>;
  /** Starts the import, which goes on behind the answer; asked for again, nothing happens. */
  start(id: string, by: string, plan: ImportPlan): Promise<void>;
}

interface UploadDeps extends IngestDeps {
  /** of the installation's state; left out: the system's folder for temporary files */
  readonly folders?: { readonly home?: string };
}

/** Makes the keeper of uploads over what an import needs. */
export function createUploads(deps: UploadDeps): Uploads {
  const home = deps.folders?.home ?? join(tmpdir(), `perennial-${crypto.randomUUID()}`);
  const files = filesOf(home);
  void forgetOld(files, deps.clock()).catch(() => undefined); // what a process before this one left
  const find = async (id: string, by: string): Promise<Upload> => {
    const upload = await files.get(id);
    if (!upload || upload.by !== by) throw new NotFoundError("uploaded file", id);
    return isGone(upload) ? { ...upload, state: { kind: "waiting" } } : upload;
  };
  return {
    async keep({ name, bytes, by }) {
      await forgetOld(files, deps.clock());
      const id = crypto.randomUUID();
      const state = { kind: "waiting" } as const;
      await files.add({ id, name: basename(name), by, atMs: deps.clock(), state, beatMs: 0 }, bytes);
      return id;
    },
    find,
    async preview(id, by, plan) {
      return await tryImport([files.pathOf(await find(id, by))], {
        plan: withMoney(plan, await shopMoney(deps.sql)),
        nowMs: deps.clock(),
        unpackedMax: UNPACKED_MAX,
      });
    },
    async start(id, by, plan) {
      const upload = await find(id, by);
      if (upload.state.kind === "running" || upload.state.kind === "done") return;
      const running = new RunningUpload(files, upload);
      await running.note({ kind: "running", bytesRead: 0, bytesTotal: 1, lines: 0 });
      void importUpload(deps, running, plan);
    },
  };
}

const filesOf = (home: string): UploadFiles => new UploadFiles(join(home, "uploads"));

/** Lets go uploads of a state folder that are older than an hour: files as shops have them name shoppers by their ids. */
export const forgetOldUploads = (home: string, nowMs: number): Promise<void> =>
  forgetOld(filesOf(home), nowMs);

/** Whether the process that imported it ended: started again, the import goes on behind its last batch. */
const isGone = ({ state, beatMs }: Upload): boolean =>
  state.kind === "running" && systemClock() - beatMs > GONE_MS;

/** An upload that this process imports. */
class RunningUpload {
  #state: UploadState;
  /** notes are written one after the other, so that the last one stays */
  #writing: Promise<void> = Promise.resolve();

  constructor(readonly files: UploadFiles, readonly upload: Upload) {
    this.#state = upload.state;
  }

  note(state: UploadState = this.#state): Promise<void> {
    this.#state = state;
    const save = () => this.files.save({ ...this.upload, state, beatMs: systemClock() });
    return this.#writing = this.#writing.then(save, save);
  }
}

/** Imports a file as the command line does; what came of it stays with the upload, its file does not. */
async function importUpload(deps: IngestDeps, running: RunningUpload, plan: ImportPlan): Promise<void> {
  const { upload, files } = running;
  const path = files.pathOf(upload);
  const tally = new Tally();
  const beat = setInterval(() => running.note().catch(() => undefined), BEAT_MS);
  try {
    const results = await importFiles(deps, path, {
      plan,
      tally,
      unpackedMax: UNPACKED_MAX,
      onProgress: ({ bytesRead, bytesTotal, linesDone: lines }) =>
        void running.note({ kind: "running", bytesRead, bytesTotal, lines }).catch(() => undefined),
    });
    clearInterval(beat);
    const summary = tally.summary();
    const { read, accepted, duplicates, conflicts, refused } = summary;
    const added = results.reduce((sum, result) => sum + result.added, 0);
    const checked = added > 0 ? await checkAfterImport(deps.sql, upload.id) : [];
    await running.note({
      kind: "done",
      report: { summary, details: tally.details() },
      added,
      checked,
      already: results.every(({ already }) => already),
    });
    // pages that follow the data are drawn anew by this: it comes after the state that they show
    await writeAudit(deps.sql, {
      requestId: upload.id,
      who: upload.by,
      action: "import",
      target: results.map((result) => `${result.id} ${result.name}`).join(", "),
      why: "",
      after: { read, accepted, duplicates, conflicts, refused },
    });
    await rm(path, { force: true });
  } catch (error) {
    await running.note({ kind: "failed", text: messageOf(error) }).catch(() => undefined);
  } finally {
    clearInterval(beat);
  }
}

/** Lets go what nobody came back for. */
async function forgetOld(files: UploadFiles, nowMs: number): Promise<void> {
  const uploads = await files.all();
  const idle = uploads.filter((upload) => upload.state.kind !== "running" || isGone(upload));
  const surplus = new Set(idle.slice(0, Math.max(0, uploads.length - KEPT_MAX + 1)));
  for (const upload of idle) {
    if (nowMs - upload.atMs >= KEPT_MS || surplus.has(upload)) await files.remove(upload);
  }
  await files.removeUnfinished({ beforeMs: nowMs - KEPT_MS });
}
