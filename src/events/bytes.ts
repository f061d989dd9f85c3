import { Buffer } from "node:buffer";
import { type FileHandle, open } from "node:fs/promises";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { crc32, createInflateRaw } from "node:zlib";
import { InvalidInputError } from "../core/errors.ts";
import { type ByteBlock, fileBytes } from "./file_bytes.ts";
import { checkReadable } from "./foreign_formats.ts";

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
  /** files of its archive that hold no events by their names */
  readonly passedOver?: readonly string[];
  /** the first bytes, unpacked */
  readonly head: Uint8Array;
  /** Reads it from its start, unpacked. */
  readonly read: () => AsyncGenerator<ByteBlock>;
}

/** How much of a file is read. */
export interface ReadBounds {
  /** bytes that a packed file may hold, all files of an archive together; default: any number */
  readonly unpackedMax?: number;
}

/**
 * Opens a file, packed or not, by its content.
 * @returns several where it is an archive of several
 * @throws {InvalidInputError} an archive says that it holds more than may be read; of another packed file reading it does
 */
export async function openBytes(
  path: string,
  { unpackedMax = Infinity }: ReadBounds = {},
): Promise<ByteSource[]> {
  const name = basename(path);
  const { head, bytes } = await firstBytes(path);
  if (head[0] === 0x50 && head[1] === 0x4b && (head[2] === 3 || head[2] === 5)) {
    return await openZip(path, name, unpackedMax);
  }
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const read = () => atMost(fileBytes(path, { gzip }), unpackedMax, name);
  const source = { path, name, packing: gzip ? "gzip" : "none", bytes, read } as const;
  const unpacked = gzip ? await firstOf(read()) : head;
  checkReadable(unpacked, name);
  return [{ ...source, head: unpacked }];
}

/** Reads no further than some bytes. */
async function* atMost(
  blocks: AsyncGenerator<ByteBlock>,
  max: number,
  name: string,
): AsyncGenerator<ByteBlock> {
  let length = 0;
  for await (const block of blocks) {
    length += block.bytes.length;
    if (length > max) throw tooLarge(name, max);
    yield block;
  }
}

const tooLarge = (name: string, max: number) =>
  new InvalidInputError(
    `Cannot read "${name}": unpacked it is larger than ${
      max / 2 ** 30
    } GiB; perennial import on the command line takes it`,
    "file",
  );

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
  readonly crc: number;
  /** of its local header */
  readonly offset: number;
}

async function openZip(path: string, archive: string, unpackedMax: number): Promise<ByteSource[]> {
  const handle = await open(path);
  try {
    const { size } = await handle.stat();
    const listed = (await zipEntries(handle, size, archive)).filter(({ name }) =>
      !name.endsWith("/") && !name.startsWith("__MACOSX/") && !/(^|\/)\.[^./]/.test(name)
    );
    const { entries, passedOver } = withoutPapers(listed);
    if (entries.length === 0) throw damaged(archive, "there is no file in the archive");
    const unpacked = entries.reduce((sum, entry) => sum + entry.size, 0);
    if (unpacked > unpackedMax) throw tooLarge(archive, unpackedMax);
    if (entries.some((entry) => entry.name === "[Content_Types].xml")) {
      throw damaged(archive, "it is an Excel workbook; save its sheet as CSV UTF-8");
    }
    return await Promise.all(entries.map(async (entry) => {
      const read = () => entryBytes(path, entry, archive);
      const name = `${archive}/${entry.name}`;
      const head = await firstOf(read());
      checkReadable(head, name);
      return { path, name, packing: "zip", entry: entry.name, bytes: size, head, read, passedOver } as const;
    }));
  } finally {
    await handle.close();
  }
}

const damaged = (name: string, why: string) => new InvalidInputError(`Cannot read "${name}": ${why}`, "file");

/** Where the list of an archive's files lies. */
interface ZipList {
  readonly count: number;
  readonly start: number;
  readonly length: number;
}

const FULL16 = 0xffff;
const FULL32 = 0xffffffff;

/** Names of what comes along with data: descriptions, licences, pictures, programs. */
const PAPER =
  /(^|\/)(readme|licen[cs]e|copying|notice|changelog|citation)[^/]*$|\.(md|rst|pdf|docx?|html?|png|jpe?g|gif|svg|ipynb|py|r|sql|ini|db)$/i;

/** Leaves out what comes along with data, where anything else is there. */
function withoutPapers(all: readonly ZipEntry[]): { entries: readonly ZipEntry[]; passedOver: string[] } {
  const entries = all.filter(({ name }) => !PAPER.test(name));
  if (entries.length === 0) return { entries: all, passedOver: [] };
  return { entries, passedOver: all.filter(({ name }) => PAPER.test(name)).map(({ name }) => name) };
}

/** Reads the list of an archive at its end. */
async function zipEntries(handle: FileHandle, size: number, archive: string): Promise<ZipEntry[]> {
  const { count, start, length } = await zipList(handle, size, archive);
  if (start + length > size) throw damaged(archive, "the zip archive is damaged or not whole");
  const list = await bytesAt(handle, start, start + length);
  const entries: ZipEntry[] = [];
  for (let at = 0; entries.length < count;) {
    if (at + 46 > list.length || list.readUInt32LE(at) !== 0x02014b50) {
      throw damaged(archive, "the zip archive is damaged");
    }
    const nameEnd = at + 46 + list.readUInt16LE(at + 28);
    const extraEnd = nameEnd + list.readUInt16LE(at + 30);
    const [size, packed, offset] = longFields(
      [at + 24, at + 20, at + 42].map((place) => list.readUInt32LE(place)),
      list.subarray(nameEnd, extraEnd),
    );
    entries.push({
      name: list.toString("utf8", at + 46, nameEnd),
      method: list.readUInt16LE(at + 10),
      flags: list.readUInt16LE(at + 8),
      packed,
      size,
      crc: list.readUInt32LE(at + 16),
      offset,
    });
    at = extraEnd + list.readUInt16LE(at + 32);
  }
  return entries;
}

/** Where the last record of an archive begins: its comment, which may hold anything, ends with the file. -1: nowhere */
function endOfZip(tail: Buffer): number {
  const mark = Buffer.from([0x50, 0x4b, 5, 6]);
  let at = tail.lastIndexOf(mark);
  while (at >= 0 && (at + 22 > tail.length || at + 22 + tail.readUInt16LE(at + 20) > tail.length)) {
    at = at === 0 ? -1 : tail.lastIndexOf(mark, at - 1);
  }
  return at;
}

/** Finds the list; beyond 4 GiB or 65,535 files a record before the last one says where it is (Zip64). */
async function zipList(handle: FileHandle, size: number, archive: string): Promise<ZipList> {
  const tailStart = Math.max(0, size - 65_557);
  const tail = await bytesAt(handle, tailStart, size);
  const end = endOfZip(tail);
  if (end < 0) throw damaged(archive, "the zip archive is damaged or not whole");
  const list = {
    count: tail.readUInt16LE(end + 10),
    length: tail.readUInt32LE(end + 12),
    start: tail.readUInt32LE(end + 16),
  };
  if (list.count !== FULL16 && list.length !== FULL32 && list.start !== FULL32) return list;
  const locator = await bytesAt(handle, Math.max(0, tailStart + end - 20), tailStart + end);
  if (locator.length < 20 || locator.readUInt32LE(0) !== 0x07064b50) return list;
  const place = Number(locator.readBigUInt64LE(8));
  const record = place + 56 <= size ? await bytesAt(handle, place, place + 56) : Buffer.alloc(56);
  if (record.readUInt32LE(0) !== 0x06064b50) {
    throw damaged(archive, "the zip archive is damaged or not whole");
  }
  const [count, length, start] = [32, 40, 48].map((at) => Number(record.readBigUInt64LE(at)));
  return { count, length, start };
}

/** The sizes and the place of a file; of what does not fit 32 bits the extra field 1 holds 64, in this order. */
function longFields(fields: readonly number[], extra: Buffer): number[] {
  let long: Buffer = Buffer.alloc(0);
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) === 1) long = extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2));
  }
  let next = 0;
  return fields.map((value) => {
    if (value !== FULL32 || next + 8 > long.length) return value;
    next += 8;
    return Number(long.readBigUInt64LE(next - 8));
  });
}

async function bytesAt(handle: FileHandle, start: number, end: number): Promise<Buffer> {
  const bytes = Buffer.alloc(end - start);
  await handle.read(bytes, 0, bytes.length, start);
  return bytes;
}

async function* entryBytes(path: string, entry: ZipEntry, archive: string): AsyncGenerator<ByteBlock> {
  const { method, flags, packed, size, crc, offset } = entry;
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
  let sum = 0;
  try {
    for await (const chunk of bytes) {
      length += (chunk as Uint8Array).length;
      if (length > size) break; // it holds more than its list says
      sum = crc32(chunk as Uint8Array, sum);
      yield { bytes: chunk as Uint8Array, bytesRead: start + file.bytesRead };
    }
  } finally {
    bytes.destroy();
    file.destroy();
  }
  const isOther = crc !== 0 && sum !== crc; // some programs leave the sum out
  if (length !== size || isOther) throw damaged(archive, `"${entry.name}" is damaged`);
}
