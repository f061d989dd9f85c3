import { Buffer } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { createInflateRaw } from "node:zlib";
import { InvalidInputError } from "../core/errors.ts";
import { type ByteBlock, fileBytes } from "./file_bytes.ts";

/** A file of events on disk, or one within a zip archive. */
export interface ByteSource {
  readonly path: string;
  /** without its folder; of an archive `orders.zip/orders.csv` */
  readonly name: string;
  readonly packing: "none" | "gzip" | "zip";
  /** the file's place in its archive; left out: it is the file itself */
  readonly entry?: string;
  /** on disk */
  readonly bytes: number;
  /** the first bytes, unpacked */
  readonly head: Uint8Array;
  /** Reads it from its start, unpacked. */
  readonly read: () => AsyncGenerator<ByteBlock>;
}

/** Opens a file, packed or not, by its content. @returns several where it is an archive of several */
export async function openBytes(path: string): Promise<ByteSource[]> {
  const name = basename(path);
  const { head, bytes } = await firstBytes(path);
  if (head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5)) {
    return await openZip(path, name);
  }
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const read = () => fileBytes(path, { gzip });
  const source = { path, name, packing: gzip ? "gzip" : "none", bytes, read } as const;
  return [{ ...source, head: gzip ? await firstOf(read()) : head }];
}

const HEAD = 64 * 1024;

async function firstBytes(path: string): Promise<{ head: Uint8Array; bytes: number }> {
  const handle = await open(path);
  try {
    const head = new Uint8Array(HEAD);
    const { bytesRead } = await handle.read(head, 0, HEAD, 0);
    return { head: head.subarray(0, bytesRead), bytes: (await handle.stat()).size };
  } finally {
    await handle.close();
  }
}

async function firstOf(blocks: AsyncGenerator<ByteBlock>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const { bytes } of blocks) {
    chunks.push(bytes);
    length += bytes.length;
    if (length >= HEAD) break;
  }
  return Buffer.concat(chunks).subarray(0, HEAD);
}

interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly flags: number;
  readonly packed: number;
  readonly size: number;
  /** of its local header */
  readonly offset: number;
}

async function openZip(path: string, archive: string): Promise<ByteSource[]> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const entries = (await zipEntries(handle, size, archive)).filter(({ name }) =>
      !name.endsWith("/") && !name.startsWith("__MACOSX/") && !/(^|\/)\./.test(name)
    );
    if (entries.length === 0) throw damaged(archive, "there is no file in the archive");
    return await Promise.all(entries.map(async (entry) => {
      const read = () => entryBytes(path, entry, archive);
      const name = `${archive}/${entry.name}`;
      const head = await firstOf(read());
      return { path, name, packing: "zip", entry: entry.name, bytes: size, head, read } as const;
    }));
  } finally {
    await handle.close();
  }
}

const damaged = (name: string, why: string) => new InvalidInputError(`Cannot read "${name}": ${why}`, "file");

/** Reads the list of an archive at its end. */
async function zipEntries(handle: FileHandle, size: number, archive: string): Promise<ZipEntry[]> {
  const tail = await bytesAt(handle, Math.max(0, size - 65_557), size);
  const end = tail.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) throw damaged(archive, "the zip archive is damaged or not whole");
  const count = tail.readUInt16LE(end + 10);
  const start = tail.readUInt32LE(end + 16);
  if (count === 0xffff || start === 0xffffffff) {
    throw damaged(archive, "zip archives beyond 4 GiB are not read: unpack it");
  }
  const list = await bytesAt(handle, start, start + tail.readUInt32LE(end + 12));
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + 46 > list.length || list.readUInt32LE(at) !== 0x02014b50) {
      throw damaged(archive, "the zip archive is damaged");
    }
    const nameLength = list.readUInt16LE(at + 28);
    entries.push({
      name: list.toString("utf8", at + 46, at + 46 + nameLength),
      method: list.readUInt16LE(at + 10),
      flags: list.readUInt16LE(at + 8),
      packed: list.readUInt32LE(at + 20),
      size: list.readUInt32LE(at + 24),
      offset: list.readUInt32LE(at + 42),
    });
    at += 46 + nameLength + list.readUInt16LE(at + 30) + list.readUInt16LE(at + 32);
  }
  return entries;
}

async function bytesAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  await handle.read(bytes, 0, bytes.length, start);
  return bytes;
}

async function* entryBytes(path: string, entry: ZipEntry, archive: string): AsyncGenerator<ByteBlock> {
  const { method, flags, packed, size, offset } = entry;
  if ((flags & 1) === 1) throw damaged(archive, "it is encrypted");
  if (method !== 0 && method !== 8) {
    throw damaged(archive, `"${entry.name}" is packed by a method that is not read`);
  }
  const handle = await open(path);
  const header = await bytesAt(handle, offset, offset + 30).finally(() => handle.close());
  const start = offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28);
  if (packed === 0) return;
  const file = createReadStream(path, { start, end: start + packed - 1, highWaterMark: 128 * 1024 });
  const bytes = method === 8 ? file.pipe(createInflateRaw({ chunkSize: 64 * 1024 })) : file;
  if (method === 8) file.on("error", (error) => bytes.destroy(error));
  let length = 0;
  try {
    for await (const chunk of bytes) {
      length += (chunk as Uint8Array).length;
      yield { bytes: chunk as Uint8Array, bytesRead: start + file.bytesRead };
    }
  } finally {
    bytes.destroy();
    file.destroy();
  }
  if (length !== size) throw damaged(archive, `"${entry.name}" is damaged`);
}
