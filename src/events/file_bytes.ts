import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/** Unpacked bytes of a file, and how many it took of the file on disk. */
export interface ByteBlock {
  readonly bytes: Uint8Array;
  readonly bytesRead: number;
}

/** Reads the bytes of a file, unpacked where `gzip`. */
export async function* fileBytes(path: string, { gzip }: { gzip: boolean }): AsyncGenerator<ByteBlock> {
  const file = createReadStream(path, { highWaterMark: 128 * 1024 });
  const bytes = gzip ? file.pipe(createGunzip({ chunkSize: 64 * 1024 })) : file;
  if (gzip) file.on("error", (error) => bytes.destroy(error));
  try {
    for await (const chunk of bytes) yield { bytes: chunk as Uint8Array, bytesRead: file.bytesRead };
  } finally {
    bytes.destroy();
    file.destroy();
  }
}
