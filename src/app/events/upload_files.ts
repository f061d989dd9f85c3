/** Uploaded files as they lie in a folder: each in one of its own, with what is known of it. */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { ImportTrial } from "./try_import.ts";

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
  | {
    readonly kind: "done";
    readonly report: Report;
    readonly added: number;
    readonly already: boolean;
    /** models that are checked because of it */
    readonly checked: readonly string[];
  }
  | { readonly kind: "failed"; readonly text: string };

/** What is known of an uploaded file. */
export interface Upload {
  readonly id: string;
  readonly name: string;
  /** whose it is */
  readonly by: string;
  readonly atMs: number;
  readonly state: UploadState;
  /** when its import last showed that it goes on, ms since 1970 */
  readonly beatMs: number;
}

const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const NOTE = "upload.json";

/** The name that a file gets on disk: its ending says how it is read. Names that mean a folder are none. */
function fileName(name: string): string {
  const last = basename(name).slice(-100);
  return /^\.{0,2}$/.test(last) ? "file" : last;
}

/** The uploads in a folder, which every process that has the folder sees. */
export class UploadFiles {
  constructor(readonly folder: string) {}

  /** Where the file lies. */
  pathOf({ id, name }: Upload): string {
    return join(this.folder, id, "file", fileName(name));
  }

  async add(upload: Upload, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(upload);
    await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
    await writeFile(path, bytes, { mode: 0o600 });
    await this.save(upload);
  }

  /** Notes how it stands: whoever reads meanwhile finds the note before or after, never half of it. */
  async save(upload: Upload): Promise<void> {
    const note = join(this.folder, upload.id, NOTE);
    const part = `${note}.${crypto.randomUUID()}`;
    await writeFile(part, JSON.stringify(upload), { mode: 0o600 });
    await rename(part, note);
  }

  /** @returns undefined where there is none, or no longer */
  async get(id: string): Promise<Upload | undefined> {
    if (!ID.test(id)) return undefined; // it becomes part of a path
    try {
      return JSON.parse(await readFile(join(this.folder, id, NOTE), "utf8"));
    } catch {
      return undefined;
    }
  }

  /** All of them, the oldest first. */
  async all(): Promise<Upload[]> {
    const names = await readdir(this.folder).catch((): string[] => []);
    const uploads = await Promise.all(names.map((name) => this.get(name)));
    return uploads.filter((upload) => upload !== undefined).sort((a, b) => a.atMs - b.atMs);
  }

  async remove({ id }: Upload): Promise<void> {
    await rm(join(this.folder, id), { recursive: true, force: true });
  }

  /** Removes older folders that have no note: their process ended before the file was there. */
  async removeUnfinished({ beforeMs }: { beforeMs: number }): Promise<void> {
    for (const name of await readdir(this.folder).catch((): string[] => [])) {
      const folder = join(this.folder, name);
      if (await this.get(name) !== undefined) continue;
      const found = await stat(folder).catch(() => undefined); // gone meanwhile
      if (found && found.mtimeMs < beforeMs) await rm(folder, { recursive: true, force: true });
    }
  }
}
