import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { createGunzip } from "node:zlib";
import { InvalidInputError, messageOf } from "../core/errors.ts";
import { readCsv } from "./csv.ts";
import type { RowBlock } from "./file_rows.ts";
import { readLines } from "./lines.ts";
import { readNdjson } from "./ndjson.ts";
import { readParquet } from "./parquet.ts";

/** A file of events, recognised by its content. */
export interface EventFile {
  /** without its folder */
  readonly name: string;
  readonly format: "csv" | "ndjson" | "parquet";
  /** on disk */
  readonly bytes: number;
  /** Reads it from its start. */
  readonly read: () => AsyncGenerator<RowBlock>;
}

/** Names the file in errors while reading, such as a damaged archive. */
async function* naming(name: string, blocks: AsyncGenerator<RowBlock>): AsyncGenerator<RowBlock> {
  try {
    yield* blocks;
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(`Cannot read "${name}": ${messageOf(error)}`, "file");
  }
}

/**
 * Recognises a CSV, NDJSON or Parquet file, gzipped or not, whatever its name.
 * @throws the system's error where it cannot be read
 */
export async function openEventFile(path: string): Promise<EventFile> {
  const name = basename(path);
  const { head, bytes } = await firstBytes(path);
  const gzip = head[0] === 0x1f && head[1] === 0x8b;
  const text = new TextDecoder().decode(gzip ? await firstUnzipped(path) : head).trimStart();
  const format = text.startsWith("PAR1") ? "parquet" : text.startsWith("{") ? "ndjson" : "csv";
  const read = {
    parquet: () => readParquet(path, { gzip, name }),
    ndjson: () => readNdjson(readLines(path, { gzip })),
    csv: () => readCsv(readLines(path, { gzip }), name),
  }[format];
  return { name, bytes, format, read: () => naming(name, read()) };
}

const HEAD = 4096;

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

async function firstUnzipped(path: string): Promise<Uint8Array> {
  const file = createReadStream(path);
  const unzipped = file.pipe(createGunzip());
  file.on("error", (error) => unzipped.destroy(error));
  try {
    for await (const chunk of unzipped) return chunk as Uint8Array;
    return new Uint8Array();
  } finally {
    unzipped.destroy();
    file.destroy();
  }
}
