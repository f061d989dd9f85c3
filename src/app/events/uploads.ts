import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { messageOf, NotFoundError } from "../../core/errors.ts";
import { writeAudit } from "../../db/access/audit.ts";
import type { ImportPlan } from "../../events/plan.ts";
import { Tally } from "../../events/tally.ts";
import { importFiles } from "./import.ts";
import type { IngestDeps } from "./ingest.ts";
import { shopMoney, withMoney } from "./shop_money.ts";
import { type ImportTrial, tryImport } from "./try_import.ts";

/** Bytes of a file that may be uploaded. */
export const UPLOAD_BYTES_MAX = 128 * 1024 * 1024;
/** Files that wait here at once, and how long each is kept. */
const KEPT_MAX = 20;
const KEPT_MS = 60 * 60_000;

type Report = Pick<ImportTrial, "summary" | "details">;

/** How far the import of an uploaded file has come. */
export type UploadState =
  | { readonly kind: "waiting" }
  | {
    readonly kind: "running";
    readonly bytesRead: number;
    readonly bytesTotal: number;
    readonly lines: number;
  }
  | { readonly kind: "done"; readonly report: Report; readonly added: number; readonly already: boolean }
  | { readonly kind: "failed"; readonly text: string };

/** A file that a person uploaded, to be looked at and imported. */
interface Upload {
  readonly name: string;
  readonly path: string;
  readonly by: string;
  readonly atMs: number;
  state: UploadState;
}

/** Files that people upload: each is tried as often as they like, then imported once. Kept by this process, for an hour. */
export interface Uploads {
  /** Keeps a file. @returns its id */
  keep(file: { name: string; bytes: Uint8Array; by: string }): Promise<string>;
  /** @throws {NotFoundError} it is not there any more, or it is another person's */
  find(id: string, by: string): { name: string; state: UploadState };
  /** Reads it as an import would, and writes nothing. */
  preview(id: string, by: string, plan: ImportPlan): Promise<ImportTrial>;
  /** Starts the import, which goes on behind the answer; asked for again, nothing happens. */
  start(id: string, by: string, plan: ImportPlan): void;
}

/** Makes the keeper of uploads over what an import needs. */
export function createUploads(deps: IngestDeps): Uploads {
  const uploads = new Map<string, Upload>();
  const find = (id: string, by: string): Upload => {
    const upload = uploads.get(id);
    if (!upload || upload.by !== by) throw new NotFoundError("uploaded file", id);
    return upload;
  };
  return {
    async keep({ name, bytes, by }) {
      await forgetOld(uploads, deps.clock());
      const path = join(
        await mkdtemp(join(tmpdir(), "perennial-upload-")),
        basename(name).slice(-100) || "file",
      );
      await writeFile(path, bytes, { mode: 0o600 });
      const id = crypto.randomUUID();
      uploads.set(id, { name: basename(name), path, by, atMs: deps.clock(), state: { kind: "waiting" } });
      return id;
    },
    find: (id, by) => find(id, by),
    async preview(id, by, plan) {
      const { path } = find(id, by);
      return await tryImport([path], {
        plan: withMoney(plan, await shopMoney(deps.sql)),
        nowMs: deps.clock(),
      });
    },
    start(id, by, plan) {
      const upload = find(id, by);
      if (upload.state.kind === "running" || upload.state.kind === "done") return;
      upload.state = { kind: "running", bytesRead: 0, bytesTotal: 1, lines: 0 };
      void importUpload(deps, upload, { id, plan });
    },
  };
}

/** Imports a file as the command line does; what came of it stays with the upload, its file does not. */
async function importUpload(
  deps: IngestDeps,
  upload: Upload,
  { id, plan }: { id: string; plan: ImportPlan },
): Promise<void> {
  const tally = new Tally();
  try {
    const results = await importFiles(deps, upload.path, {
      plan,
      tally,
      onProgress: ({ bytesRead, bytesTotal, linesDone: lines }) => {
        upload.state = { kind: "running", bytesRead, bytesTotal, lines };
      },
    });
    const summary = tally.summary();
    const { read, accepted, duplicates, conflicts, refused } = summary;
    upload.state = {
      kind: "done",
      report: { summary, details: tally.details() },
      added: results.reduce((sum, { added }) => sum + added, 0),
      already: results.every(({ already }) => already),
    };
    // pages that follow the data are drawn anew by this: it comes after the state that they show
    await writeAudit(deps.sql, {
      requestId: id,
      who: upload.by,
      action: "import",
      target: results.map((result) => `${result.id} ${result.name}`).join(", "),
      why: "",
      after: { read, accepted, duplicates, conflicts, refused },
    });
    await rm(join(upload.path, ".."), { recursive: true, force: true });
  } catch (error) {
    upload.state = { kind: "failed", text: messageOf(error) };
  }
}

/** Lets go what nobody came back for. */
async function forgetOld(uploads: Map<string, Upload>, nowMs: number): Promise<void> {
  const idle = [...uploads].filter(([, { state }]) => state.kind !== "running");
  const surplus = idle.slice(0, Math.max(0, uploads.size - KEPT_MAX + 1)).map(([id]) => id);
  for (const [id, { atMs, path }] of idle) {
    if (nowMs - atMs < KEPT_MS && !surplus.includes(id)) continue;
    uploads.delete(id);
    await rm(join(path, ".."), { recursive: true, force: true });
  }
}
