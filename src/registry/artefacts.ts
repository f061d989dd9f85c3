import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  type ArtefactError,
  DamagedArtefactError,
  messageOf,
  MissingArtefactError,
  UnreadableArtefactError,
} from "../core/errors.ts";
import { sha256 } from "../core/hash.ts";

/** Keeps sealed bytes under their own sha256. */
export interface ArtefactStore {
  /** Stores bytes and returns their sha256; storing them again changes nothing. */
  put(bytes: Uint8Array): Promise<string>;
  /** Returns the bytes, checked. @throws {ArtefactError} they are gone, not what was stored, or cannot be read now */
  get(sha256: string): Promise<Uint8Array>;
  /** Deletes bytes; nothing happens where there are none. */
  remove(sha256: string): Promise<void>;
}

/** In an artefact folder: the id of the store, so that an empty mount point is told from it. */
export const STORE_MARK = ".perennial-store";

/**
 * An artefact store in a folder: written beside its place, flushed, then renamed, so that no reader sees half a file.
 * @param options.id what the folder's mark has to say; without it the store is not there. Left out: any folder will do
 */
export function fileArtefacts(folder: string, { id }: { id?: string } = {}): ArtefactStore {
  const needStore = async (hash: string) => {
    if (id === undefined || await isMarked(folder, id)) return;
    const reason =
      `the artefact store is not in "${folder}": its mark ${STORE_MARK} is missing, as before a mount`;
    throw new UnreadableArtefactError(hash, reason);
  };
  const pathOf = (hash: string) => join(folder, hash.slice(0, 2), hash);
  return {
    async put(bytes) {
      const hash = sha256(bytes);
      const path = pathOf(hash);
      if (await intact(path, bytes.length)) return hash;
      await needStore(hash);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${crypto.randomUUID()}`;
      await writeFlushed(draft, bytes);
      await rename(draft, path);
      return hash;
    },
    async get(hash) {
      const bytes = await readFile(pathOf(hash)).catch(async (error) => {
        await needStore(hash);
        throw readError(hash, error);
      });
      if (sha256(bytes) !== hash) throw new DamagedArtefactError(hash, "its sha256 differs from its name");
      return new Uint8Array(bytes);
    },
    async remove(hash) {
      await rm(pathOf(hash), { force: true });
    },
  };
}

async function isMarked(folder: string, id: string): Promise<boolean> {
  const mark = await readFile(join(folder, STORE_MARK), "utf8").catch(() => null);
  return mark?.trim() === id;
}

/** Tells a file that is not there from one that cannot be read now; what lies in its place is damage. */
function readError(hash: string, error: unknown): ArtefactError {
  const { code } = error as { code?: string };
  const reason = messageOf(error);
  if (code === "ENOENT") return new MissingArtefactError(hash, reason);
  if (code === "EISDIR") return new DamagedArtefactError(hash, reason);
  return new UnreadableArtefactError(hash, reason);
}

/** Whether a file of this length is there; its content is checked when it is read. */
async function intact(path: string, length: number): Promise<boolean> {
  try {
    return (await stat(path)).size === length && sha256(await readFile(path)) === path.slice(-64);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return false;
    throw error;
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
