import { createDecoder, type Encoding } from "./encoding.ts";
import { type ByteBlock, fileBytes } from "./file_bytes.ts";

/** Lines beyond this many characters are cut off there. */
const LINE_MAX = 4_000_000;
const BREAK = /[\r\n]/;

/** Some lines of a file that follow each other. */
export interface LineBlock {
  readonly lines: string[];
  /** the line break of each; left out: `\n` throughout */
  readonly ends?: readonly string[];
  /** bytes of the file read so far, as they lie on disk */
  readonly bytesRead: number;
}

/** Text of a file that follows on each other. */
interface TextBlock {
  readonly text: string;
  readonly bytesRead: number;
}

const UTF8: Encoding = { label: "utf-8", damaged: true };

/**
 * Reads a UTF-8 file line by line, gunzipping it where `gzip`; a byte that is not UTF-8 becomes half a surrogate pair.
 * Memory holds one block. Line ends are LF, CRLF or CR; a byte order mark is left out.
 */
export function readLines(path: string, { gzip }: { gzip: boolean }): AsyncGenerator<LineBlock> {
  return linesOf(decoded(fileBytes(path, { gzip }), UTF8));
}

/** @throws {TypeError} bytes are not of the encoding */
export async function* decoded(
  blocks: AsyncIterable<ByteBlock>,
  encoding: Encoding,
): AsyncGenerator<TextBlock> {
  const decode = createDecoder(encoding);
  let last = 0;
  for await (const { bytes, bytesRead } of blocks) {
    last = bytesRead;
    yield { text: decode(bytes, { last: false }), bytesRead };
  }
  const text = decode(new Uint8Array(), { last: true });
  if (text !== "") yield { text, bytesRead: last };
}

/** Divides text into lines. A lone Ctrl-Z at the end, as DOS wrote it, is left out. */
export async function* linesOf(blocks: AsyncIterable<TextBlock>): AsyncGenerator<LineBlock> {
  let rest = "";
  let last = 0;
  for await (const { text, bytesRead } of blocks) {
    last = bytesRead;
    if (rest.length >= LINE_MAX && !rest.endsWith("\r") && !BREAK.test(text)) {
      // what is cut off anyway: to look through all of it again for each block would hold the process
      yield { lines: [], bytesRead };
      continue;
    }
    const { lines, ends, rest: open } = divided(rest + text);
    rest = open.length > LINE_MAX ? open.slice(0, LINE_MAX) : open;
    yield { lines, ends, bytesRead };
  }
  const { lines, rest: open } = divided(rest + (rest.endsWith("\r") ? "\n" : ""));
  if (open !== "" && open !== "\x1a") lines.push(open.endsWith("\x1a") ? open.slice(0, -1) : open);
  if (lines.length > 0) yield { lines, bytesRead: last };
}

/** The whole lines of a text; a carriage return at its very end may be half of a line break and stays with the rest. */
function divided(text: string): { lines: string[]; ends?: string[]; rest: string } {
  if (!text.includes("\r")) {
    const lines = text.split("\n");
    const rest = lines.pop()!;
    return { lines, rest };
  }
  const held = text.endsWith("\r") ? text.slice(0, -1) : text;
  const pieces = held.split(/(\r\n|\n|\r)/);
  const rest = pieces.pop()! + text.slice(held.length);
  const lines = pieces.filter((_, i) => i % 2 === 0);
  return { lines, ends: pieces.filter((_, i) => i % 2 === 1), rest };
}
