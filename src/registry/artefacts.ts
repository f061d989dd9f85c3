import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import {
  type ArtefactError,
  DamagedArtefactError,
  isLostArtefact,
  messageOf,
  MissingArtefactError,
  UnreadableArtefactError,
} from "../core/errors.ts";
import { systemClock } from "../core/clock.ts";
import { sha256 } from "../core/hash.ts";

/** Keeps sealed bytes under their own sha256. */
export interface ArtefactStore {
  /** Stores bytes and returns their sha256; storing them again changes nothing. */
  put(bytes: Uint8Array): Promise<string>;
  /** Returns the bytes, checked. @throws {ArtefactError} they are gone, not what was stored, or cannot be read now */
  get(sha256: string): Promise<Uint8Array>;
  /**
   * The same of rows and evidence, as they stand after what was erased: of a person who was taken out, nothing is left in
   * them. A file that serves is never read so.
   */
  getRows(sha256: string): Promise<Uint8Array>;
  /** Deletes bytes; nothing happens where there are none. */
  remove(sha256: string): Promise<void>;
}

/** What is read of a store, or undefined where it is gone or damaged: it is made again, or done without. */
export async function readIfIntact<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (isLostArtefact(error)) return undefined;
    throw error;
  }
}

/** A file of an artefact store: bytes under their sha256, or a draft that was never finished. */
export interface StoredFile {
  name: string;
  bytes: number;
  changedMs: number;
}

/** An artefact store whose files can be listed, and let go; they lie in a folder, or in a bucket. */
export interface FileArtefacts extends ArtefactStore {
  /** the folder, or `s3://bucket/prefix` */
  readonly place: string;
  /** null: it is no folder of this machine */
  readonly folder: string | null;
  /** Where the file of bytes lies, or would. */
  pathOf(sha256: string): string;
  /** The text of the mark; null: there is none. @throws {Error} it cannot be read now */
  readMark(): Promise<string | null>;
  /** Writes the mark. @param options.onlyNew one that is there stays, also where two write at once */
  writeMark(text: string, options: { onlyNew: boolean }): Promise<void>;
  /** Null: there is no such file. */
  stat(sha256: string): Promise<{ bytes: number; changedMs: number } | null>;
  list(): Promise<StoredFile[]>;
  /** Whether a file is packed, as sealed values are. */
  isGzip(sha256: string): Promise<boolean>;
  /** Puts redacted rows in the place of some: `getRows()` finds them under the old name. @returns the sha256 of the new ones */
  redact(sha256: string, bytes: Uint8Array): Promise<string>;
  /** Deletes a file that nobody has stored again since a moment. @returns false: somebody has, or it is gone */
  removeIfOld(name: string, beforeMs: number): Promise<boolean>;
}

/** In an artefact folder: the id of the store, so that an empty mount point is told from it. */
export const STORE_MARK = ".perennial-store";
/** Beside the place of rows that were redacted: the name of what they are now. */
export const REDACTED = ".redacted";
/** Beside a file in a bucket: a sweep is about to delete it. */
export const SWEEPING = ".sweeping";

/**
 * An artefact store in a folder: written beside its place, flushed, then renamed, so that no reader sees half a file.
 * @param options.id what the folder's mark has to say; without it the store is not there. Left out: any folder will do
 */
export function fileArtefacts(given: string, { id }: { id?: string } = {}): FileArtefacts {
  const folder = resolve(given);
  const needStore = async (hash: string) => {
    if (id === undefined || await isMarked(folder, id)) return;
    const reason =
      `the artefact store is not in "${folder}": its mark ${STORE_MARK} is missing, as before a mount`;
    throw new UnreadableArtefactError(hash, reason);
  };
  const pathOf = (hash: string) => join(folder, hash.slice(0, 2), hash);
  return {
    place: folder,
    folder,
    pathOf,
    readMark: () => readMark(folder),
    writeMark: (text, options) => writeMark(folder, text, options),
    stat: (hash) => statFile(pathOf(hash)),
    list: () => listFiles(folder),
    isGzip: (hash) => beginsAsGzip(pathOf(hash)),
    removeIfOld: (name, beforeMs) => removeIfOld(pathOf(name), beforeMs),
    async put(bytes) {
      const hash = sha256(bytes);
      const path = pathOf(hash);
      await touch(path); // first: who lets old files go sees that this one is wanted again
      if (await intact(path, bytes.length)) return hash;
      await needStore(hash);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${crypto.randomUUID()}`;
      await writeFlushed(draft, bytes);
      await moveFolderAside(path);
      await rename(draft, path);
      return hash;
    },
    async get(hash) {
      const bytes = await readRegular(pathOf(hash)).catch(async (error) => {
        await needStore(hash);
        throw readError(hash, error);
      });
      if (sha256(bytes) !== hash) throw new DamagedArtefactError(hash, "its sha256 differs from its name");
      return new Uint8Array(bytes);
    },
    getRows(hash) {
      return readRows(hash, {
        get: (name) => this.get(name),
        redactedName: (name) =>
          readRegular(`${pathOf(name)}${REDACTED}`).then(
            (bytes) => new TextDecoder().decode(bytes),
            () => null,
          ),
      });
    },
    async redact(hash, bytes) {
      const redacted = await this.put(bytes);
      if (redacted === hash) return hash;
      const draft = `${pathOf(hash)}.${crypto.randomUUID()}`;
      await writeFlushed(draft, new TextEncoder().encode(redacted));
      await rename(draft, `${pathOf(hash)}${REDACTED}`);
      await rm(pathOf(hash), { force: true });
      return redacted;
    },
    async remove(hash) {
      await rm(pathOf(hash), { force: true });
    },
  };
}

/** Reads rows, or what they were redacted to. @param store how bytes are read, and the name that stands in place of some */
export async function readRows(
  hash: string,
  { get, redactedName }: {
    get: ArtefactStore["get"];
    redactedName: (hash: string) => Promise<string | null>;
  },
): Promise<Uint8Array> {
  const seen = new Set<string>();
  let name = hash;
  while (!seen.has(name)) {
    seen.add(name);
    try {
      return await get(name);
    } catch (error) {
      const redacted = error instanceof MissingArtefactError ? await redactedName(name) : null;
      if (redacted === null || !/^[0-9a-f]{64}$/.test(redacted)) throw error;
      name = redacted;
    }
  }
  throw new DamagedArtefactError(hash, "it is said to have been redacted to itself");
}

async function isMarked(folder: string, id: string): Promise<boolean> {
  const mark = await readMark(folder).catch(() => null);
  return mark?.split("\n")[0].trim() === id;
}

async function readMark(folder: string): Promise<string | null> {
  try {
    return await readFile(join(folder, STORE_MARK), "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as { code?: string }).code ?? "")) return null;
    throw error;
  }
}

async function writeMark(folder: string, text: string, { onlyNew }: { onlyNew: boolean }): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, STORE_MARK), text, { flag: onlyNew ? "wx" : "w" }).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
}

async function statFile(path: string): Promise<{ bytes: number; changedMs: number } | null> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { bytes: size, changedMs: mtimeMs };
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}

/** Reads a file. A pipe or a device in its place is damage, and is not opened: it would never end. */
async function readRegular(path: string): Promise<Uint8Array> {
  const found = await stat(path);
  if (found.isFile()) return await readFile(path);
  throw Object.assign(new Error("what lies in its place is no file"), { code: "EISDIR" });
}

/** Tells a file that is not there from one that cannot be read now; what lies in its place is damage. */
function readError(hash: string, error: unknown): ArtefactError {
  const { code } = error as { code?: string };
  const reason = messageOf(error);
  if (code === "ENOENT") return new MissingArtefactError(hash, reason);
  if (code === "EISDIR") return new DamagedArtefactError(hash, reason);
  return new UnreadableArtefactError(hash, reason);
}

/** Whether a file of this length and content is there. One that cannot be read is written anew. */
async function intact(path: string, length: number): Promise<boolean> {
  try {
    return (await stat(path)).size === length && sha256(await readFile(path)) === path.slice(-64);
  } catch {
    return false;
  }
}

/** A folder in the place of a file would keep it from being written for ever. */
async function moveFolderAside(path: string): Promise<void> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) await rename(path, `${path}.${crypto.randomUUID()}`);
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

async function touch(path: string): Promise<void> {
  const now = systemClock() / 1000;
  await utimes(path, now, now).catch(() => undefined); // not there yet, or not ours: it is written anew
}

async function listFiles(folder: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  for (const part of await namesIn(folder)) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue;
    for (const name of await namesIn(join(folder, part))) {
      if (name.endsWith(REDACTED)) continue;
      const found = await stat(join(folder, part, name)).catch(() => null); // gone since it was listed
      if (found?.isFile()) files.push({ name, bytes: found.size, changedMs: found.mtimeMs });
    }
  }
  return files;
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((error) => {
    if (["ENOENT", "ENOTDIR"].includes(error.code)) return []; // a file in the place of a folder holds nothing of ours
    throw error;
  });

async function beginsAsGzip(path: string): Promise<boolean> {
  const file = await open(path).catch(() => null);
  if (file === null) return false;
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

/**
 * Takes the file aside first and looks at its age again: whoever stores the same bytes meanwhile has touched it, and
 * gets it back, or finds it gone and writes it anew.
 */
async function removeIfOld(path: string, beforeMs: number): Promise<boolean> {
  const aside = `${path}.${crypto.randomUUID()}`;
  try {
    if ((await stat(path)).mtimeMs >= beforeMs) return false;
    await rename(path, aside);
  } catch (error) {
    if ((error as { code?: string }).code === "ENOENT") return false;
    throw error;
  }
  if ((await stat(aside)).mtimeMs >= beforeMs) {
    await rename(aside, path);
    return false;
  }
  await rm(aside);
  return true;
}
