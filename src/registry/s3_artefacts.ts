import { Buffer } from "node:buffer";
import { sleep } from "../core/deadline.ts";
import {
  DamagedArtefactError,
  InvalidInputError,
  messageOf,
  MissingArtefactError,
  UnreadableArtefactError,
} from "../core/errors.ts";
import { systemClock } from "../core/clock.ts";
import { sha256 } from "../core/hash.ts";
import {
  type FileArtefacts,
  readRows,
  REDACTED,
  STORE_MARK,
  type StoredFile,
  SWEEPING,
} from "./artefacts.ts";
import {
  type S3Access,
  S3RefusedError,
  type S3Request,
  s3Sender,
  xmlElements,
  xmlText,
} from "./s3_client.ts";

/** A file stored again is written again once it is this old, so that a sweep takes it for new. */
const REFRESHED_AFTER_MS = 3_600_000;
/** A sweep deletes one file within this time or gives up; whoever stores the file meanwhile waits as long. */
const SWEEP_TAKES_MS = 20_000;
const SWEEP_REQUEST_MS = 5_000;
const LOOK_AGAIN_MS = 200;

/**
 * An artefact store in a bucket of a server that speaks S3. A file is written under a condition, with its checksum, whole
 * or not at all, and its sha256 is computed anew at every read.
 * @param options.id what the mark of the store has to say before anything is written; left out: any bucket will do
 * @param options.page files that are listed by one request
 */
export function s3Artefacts(
  access: S3Access,
  { id, page = 1000 }: { id?: string; page?: number } = {},
): FileArtefacts {
  const bucket = s3Bucket(access);
  const keyOf = (name: string) => `${name.slice(0, 2)}/${name}`;
  let isOurs = id === undefined;

  const needStore = async (hash: string) => {
    if (isOurs) return;
    const mark = await readable(hash, bucket.text(STORE_MARK));
    isOurs = mark?.split("\n")[0].trim() === id;
    if (isOurs) return;
    const reason =
      `the artefact store is not in ${bucket.place}: its mark ${STORE_MARK} is missing or another's`;
    throw new UnreadableArtefactError(hash, reason);
  };
  const changedMs = (hash: string) => bucket.stat(keyOf(hash)).then((found) => found?.changedMs ?? 0);

  const store: FileArtefacts = {
    place: bucket.place,
    folder: null,
    pathOf: (hash) => `${bucket.place}/${keyOf(hash)}`,
    readMark: () => bucket.text(STORE_MARK).catch((error) => refuseBucket(bucket.place, error)),
    writeMark: async (text, { onlyNew }) => void await bucket.put(STORE_MARK, encode(text), { onlyNew }),
    stat: (hash) => bucket.stat(keyOf(hash)),
    list: () => listFiles(bucket, page),
    async isGzip(hash) {
      const beginning = bucket.get(keyOf(hash), { range: "bytes=0-1" });
      const [first, second] = await beginning.catch(nothingOfEmpty) ?? [];
      return first === 0x1f && second === 0x8b;
    },
    async put(bytes) {
      const hash = sha256(bytes);
      await needStore(hash);
      const key = keyOf(hash);
      if (await bucket.put(key, bytes, { onlyNew: true })) return hash;
      const isYoung = systemClock() - await changedMs(hash) < REFRESHED_AFTER_MS;
      const stored = await bucket.get(key);
      if (isYoung && stored !== null && sha256(stored) === hash) return hash;
      await bucket.put(key, bytes);
      await outlastSweep(bucket, key, bytes);
      return hash;
    },
    async get(hash) {
      const bytes = await readable(hash, bucket.get(keyOf(hash)));
      if (bytes === null) {
        await needStore(hash);
        throw new MissingArtefactError(hash, `there is no ${this.pathOf(hash)}`);
      }
      if (sha256(bytes) !== hash) throw new DamagedArtefactError(hash, "its sha256 differs from its name");
      return bytes;
    },
    getRows: (hash) =>
      readRows(hash, {
        get: (name) => store.get(name),
        redactedName: (name) => bucket.text(`${keyOf(name)}${REDACTED}`),
      }),
    async redact(hash, bytes) {
      const redacted = await this.put(bytes);
      if (redacted === hash) return hash;
      await bucket.put(`${keyOf(hash)}${REDACTED}`, encode(redacted));
      await bucket.delete(keyOf(hash));
      return redacted;
    },
    remove: (hash) => bucket.delete(keyOf(hash)),
    removeIfOld: (name, beforeMs) => removeIfOld(bucket, keyOf(name), beforeMs),
  };
  return store;
}

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An empty file has no first bytes. */
function nothingOfEmpty(error: unknown): null {
  if (error instanceof S3RefusedError && error.status === 416) return null;
  throw error;
}

/** Says of what cannot be read now that this is so. */
async function readable<T>(hash: string, reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw new UnreadableArtefactError(hash, messageOf(error));
  }
}

/** A bucket that is not there, or not ours to read, will not be there later either. */
function refuseBucket(place: string, error: unknown): never {
  if (!(error instanceof S3RefusedError) || error.status >= 500) throw error;
  throw new InvalidInputError(`Cannot use ${place}: ${error.message}`, "PERENNIAL_ARTEFACTS");
}

/** What a server says of a key that holds nothing; an answer to HEAD has no words. Other answers of 404 are of more than the key. */
const ABSENT: readonly string[] = ["NoSuchKey", "status 404"];

/** The few things that are asked of a bucket, by key without its prefix. */
type Bucket = ReturnType<typeof s3Bucket>;

/** Returns what reads and writes a bucket below a prefix. */
export function s3Bucket(access: S3Access) {
  const send = s3Sender(access);
  const orNull = async (request: S3Request) => {
    try {
      return await send(request);
    } catch (error) {
      if (error instanceof S3RefusedError && ABSENT.includes(error.code)) return null;
      throw error;
    }
  };
  return {
    place: `s3://${access.bucket}/${access.prefix}`.replace(/\/$/, ""),
    send,
    prefix: access.prefix,
    /** @returns false: something is there already, and only new was asked for */
    async put(
      key: string,
      body: Uint8Array,
      { onlyNew = false, ...limits }: PutOptions = {},
    ): Promise<boolean> {
      const headers = {
        "x-amz-checksum-sha256": Buffer.from(sha256(body), "hex").toString("base64"),
        ...onlyNew && { "if-none-match": "*" },
        ...access.encryption && { "x-amz-server-side-encryption": access.encryption },
      };
      try {
        await send({ method: "PUT", key, body, headers, ...limits });
        return true;
      } catch (error) {
        if (onlyNew && error instanceof S3RefusedError && error.status === 412) return false;
        throw error;
      }
    },
    async get(key: string, headers?: Record<string, string>): Promise<Uint8Array | null> {
      return (await orNull({ method: "GET", key, headers }))?.body ?? null;
    },
    async text(key: string): Promise<string | null> {
      const bytes = await this.get(key);
      return bytes && new TextDecoder().decode(bytes);
    },
    async stat(key: string, limits: Limits = {}): Promise<{ bytes: number; changedMs: number } | null> {
      const headers = (await orNull({ method: "HEAD", key, ...limits }))?.headers;
      if (!headers) return null;
      return {
        bytes: Number(headers.get("content-length")),
        changedMs: Date.parse(headers.get("last-modified") ?? ""),
      };
    },
    async delete(key: string, limits: Limits = {}): Promise<void> {
      await orNull({ method: "DELETE", key, ...limits });
    },
  };
}

type Limits = Pick<S3Request, "tries" | "withinMs">;
type PutOptions = Limits & { onlyNew?: boolean };

async function listFiles(bucket: Bucket, page: number): Promise<StoredFile[]> {
  return (await listObjects(bucket, { page })).flatMap(({ path, ...found }) => {
    const name = /^[0-9a-f]{2}\/([0-9a-f]{64}.*)$/.exec(path)?.[1];
    const isFile = name !== undefined && !name.endsWith(REDACTED); // else another object of the bucket, or a note of ours
    return isFile ? [{ name, ...found }] : [];
  });
}

/**
 * Lists what lies below the prefix of a bucket, by path from there.
 * @param options.page how many one request lists   @param options.below only paths that begin so
 */
export async function listObjects(
  { send, prefix }: Bucket,
  { page = 1000, below = "" }: { page?: number; below?: string } = {},
): Promise<{ path: string; bytes: number; changedMs: number }[]> {
  const objects: { path: string; bytes: number; changedMs: number }[] = [];
  let token: string | null = null;
  do {
    const query: Record<string, string> = {
      "list-type": "2",
      prefix: `${prefix}${below}`,
      "max-keys": String(page),
      ...token !== null && { "continuation-token": token },
    };
    const { body } = await send({ method: "GET", key: "", query });
    const xml = new TextDecoder().decode(body);
    for (const entry of xmlElements(xml, "Contents")) {
      objects.push({
        path: (xmlText(entry, "Key") ?? "").slice(prefix.length),
        bytes: Number(xmlText(entry, "Size")),
        changedMs: Date.parse(xmlText(entry, "LastModified") ?? ""),
      });
    }
    token = xmlText(xml, "IsTruncated") === "true" ? xmlText(xml, "NextContinuationToken") : null;
  } while (token !== null);
  return objects;
}

/**
 * Deletes a file under a note beside it, of which there is one at a time: nobody can take the age that was read for that
 * of a file written since. Each request is sent once, so that all of it ends before a writer stops to wait.
 */
async function removeIfOld(bucket: Bucket, key: string, beforeMs: number): Promise<boolean> {
  const limits = { tries: 1, withinMs: SWEEP_REQUEST_MS };
  const note = `${key}${SWEEPING}`;
  if (!await bucket.put(note, encode(""), { onlyNew: true, ...limits })) {
    await removeStaleNote(bucket, note);
    return false; // another sweep is at it, or was: the next one looks again
  }
  try {
    const found = await bucket.stat(key, limits);
    const isOld = found !== null && found.changedMs < beforeMs;
    if (isOld) await bucket.delete(key, limits);
    await bucket.delete(note);
    return isOld;
  } catch (error) {
    if (!(error instanceof S3RefusedError)) throw error; // it may be deleted yet: the note stays
    await bucket.delete(note);
    return false;
  }
}

async function removeStaleNote(bucket: Bucket, note: string): Promise<void> {
  const found = await bucket.stat(note);
  if (found !== null && systemClock() - found.changedMs > REFRESHED_AFTER_MS) await bucket.delete(note);
}

/** Waits for a sweep that read the file's age before it was written, and writes it again where that sweep deleted it. */
async function outlastSweep(bucket: Bucket, key: string, bytes: Uint8Array): Promise<void> {
  for (let waited = 0; waited < SWEEP_TAKES_MS; waited += LOOK_AGAIN_MS) {
    if (await bucket.stat(`${key}${SWEEPING}`) === null) break;
    await sleep(LOOK_AGAIN_MS);
  }
  await bucket.put(key, bytes, { onlyNew: true });
}
