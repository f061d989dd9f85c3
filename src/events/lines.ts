import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/** Lines beyond this many characters are cut off there. */
const LINE_MAX = 1_000_000;

/** Some lines of a file that follow each other. */
export interface LineBlock {
  readonly lines: string[];
  /** bytes of the file read so far, as they lie on disk */
  readonly bytesRead: number;
}

/**
 * Reads a UTF-8 file block by block, gunzipping it where `gzip`; bytes that are not UTF-8 become U+FFFD.
 * Memory holds one block. Line ends are LF or CRLF; a byte order mark is left out.
 */
export async function* readLines(path: string, { gzip }: { gzip: boolean }): AsyncGenerator<LineBlock> {
  const file = createReadStream(path, { highWaterMark: 128 * 1024 });
  const bytes = gzip ? file.pipe(createGunzip({ chunkSize: 64 * 1024 })) : file;
  if (gzip) file.on("error", (error) => bytes.destroy(error));
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for await (const chunk of bytes) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
      rest = lines.pop()!.slice(0, LINE_MAX);
      yield { lines: lines.map(withoutReturn), bytesRead: file.bytesRead };
    }
    rest += decoder.decode();
    if (rest !== "") yield { lines: [withoutReturn(rest)], bytesRead: file.bytesRead };
  } finally {
    bytes.destroy();
    file.destroy();
  }
}

const withoutReturn = (line: string) => line.endsWith("\r") ? line.slice(0, -1) : line;
