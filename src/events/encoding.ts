import { Buffer } from "node:buffer";
import { InvalidInputError } from "../core/errors.ts";
import { isEastAsian, isWestern, MarkedCells, readingsTold } from "./readings.ts";

/** The encoding of a file of text. */
export interface Encoding {
  /** label of the WHATWG encoding standard, as in `utf-8` */
  readonly label: string;
  /** some bytes are not UTF-8: their lines are refused */
  readonly damaged: boolean;
}

/** Turns the bytes of a file into text, piece by piece. */
type Decode = (bytes: Uint8Array, options: { last: boolean }) => string;

/**
 * Finds the encoding of a file: by its byte order mark, else UTF-8 where all of it is that, else Windows-1252 where the
 * bytes above 127 make words of its languages, else UTF-8 with damaged bytes.
 * @throws {InvalidInputError} it is in another encoding, which a person has to name
 */
export async function detectEncoding({ name, head, read }: Source): Promise<Encoding> {
  const wide = wideEncoding(head);
  if (wide) return { label: wide, damaged: true };
  if (await isUtf8(read())) return { label: "utf-8", damaged: false };
  const { valid, invalid, cells } = await countBytes(read());
  const isDamaged = valid >= invalid / 5 && !(valid < 10 * invalid && isEastAsian(cells));
  if (!isDamaged && isWestern(cells)) return { label: "windows-1252", damaged: false };
  const readings = isDamaged ? undefined : readingsTold(cells);
  if (readings === undefined) return { label: "utf-8", damaged: true };
  throw new InvalidInputError(
    `Cannot read "${name}" without its encoding, which is not UTF-8: ${readings}; where none reads right, ` +
      "save it as UTF-8 (--encoding utf-8 leaves out the lines with such letters)",
    "encoding",
  );
}

/** A file, as far as its encoding is looked for. */
interface Source {
  readonly name: string;
  readonly head: Uint8Array;
  /** reads it from its start */
  readonly read: () => AsyncIterable<{ bytes: Uint8Array }>;
}

/** Counts characters of UTF-8 and stray bytes above 127, in a file that holds both. */
async function countBytes(blocks: AsyncIterable<{ bytes: Uint8Array }>) {
  const counts = { valid: 0, invalid: 0 };
  const marked = new MarkedCells();
  for await (const { bytes } of blocks) {
    const text = Buffer.from(bytes).toString("latin1");
    marked.take(text);
    for (const [found] of text.matchAll(CHARACTER)) counts[found.length > 1 ? "valid" : "invalid"] += 1;
  }
  return { ...counts, cells: marked.end() };
}

/** UTF-16 by its byte order mark or by the zeros that Latin letters have there. */
function wideEncoding(head: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return "utf-16le";
  if (head[0] === 0xfe && head[1] === 0xff) return "utf-16be";
  const pairs = Math.floor(Math.min(head.length, 1000) / 2);
  const zeros = (offset: number) =>
    Array.from({ length: pairs }, (_, i) => head[2 * i + offset]).filter((byte) => byte === 0).length;
  if (pairs < 4) return undefined;
  if (zeros(1) > 0.6 * pairs && zeros(0) === 0) return "utf-16le";
  return zeros(0) > 0.6 * pairs && zeros(1) === 0 ? "utf-16be" : undefined;
}

/** Whether all of a file is UTF-8. */
export async function isUtf8(blocks: AsyncIterable<{ bytes: Uint8Array }>): Promise<boolean> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for await (const { bytes } of blocks) decoder.decode(bytes, { stream: true });
    decoder.decode();
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

const CHARACTER = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[\x80-\xff]/g;

/** @throws {InvalidInputError} there is no such encoding */
export function checkedEncoding(label: string): string {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    throw new InvalidInputError(
      `Cannot read text as "${label}": need an encoding such as utf-8, windows-1252 or utf-16le`,
      "encoding",
    );
  }
}

/**
 * Makes a decoder. A byte that is not of the encoding becomes half a surrogate pair, which no valid text holds: U+DCNN of
 * damaged UTF-8, U+DC00 of other encodings.
 */
export function createDecoder({ label, damaged }: Encoding): Decode {
  if (damaged && label === "utf-8") return createEscapingDecoder();
  const decoder = new TextDecoder(label, { fatal: label === "utf-8" });
  if (label === "utf-8") return (bytes, { last }) => decoder.decode(bytes, { stream: !last });
  return (bytes, { last }) => decoder.decode(bytes, { stream: !last }).replaceAll("\ufffd", UNKNOWN_BYTE);
}

const UNKNOWN_BYTE = "\udc00";

/** Decodes UTF-8; a byte `0xNN` that belongs to no character becomes U+DCNN, which no valid text holds. */
function createEscapingDecoder(): Decode {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest: Uint8Array = new Uint8Array();
  let isFirst = true;
  return (chunk, { last }) => {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let text = "";
    let from = 0;
    let at = 0;
    while (at < bytes.length) {
      const length = characterLength(bytes, at);
      if (length === "cut" && !last) break;
      if (typeof length === "number" && length > 0) at += length;
      else {
        text += decoder.decode(bytes.subarray(from, at)) + String.fromCharCode(0xdc00 + bytes[at]);
        from = at += 1;
      }
    }
    text += decoder.decode(bytes.subarray(from, at));
    rest = bytes.slice(at);
    if (isFirst && text.startsWith("\ufeff")) text = text.slice(1);
    isFirst &&= text === "";
    return text;
  };
}

/** Bytes of the character at a place; 0: none begins there; "cut": it goes on behind the end. */
function characterLength(bytes: Uint8Array, at: number): number | "cut" {
  const lead = bytes[at];
  if (lead < 0x80) return 1;
  const length = lead >= 0xc2 && lead < 0xe0
    ? 2
    : lead >= 0xe0 && lead < 0xf0
    ? 3
    : lead >= 0xf0 && lead < 0xf5
    ? 4
    : 0;
  for (let i = 1; i < length; i++) {
    if (at + i >= bytes.length) return "cut";
    const low = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const high = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (bytes[at + i] < low || bytes[at + i] > high) return 0;
  }
  return length;
}

const ESCAPED = /(?<![\ud800-\udbff])[\udc00\udc80-\udcff]/;

/** Says why a text with bytes that are not of its encoding is refused; undefined: it has none. */
export function damageOf(text: string, label: string): string | undefined {
  const found = text.isWellFormed() ? null : ESCAPED.exec(text);
  if (!found) return undefined;
  const byte = found[0].charCodeAt(0) - 0xdc00;
  const name = label === "utf-8" ? "UTF-8" : label;
  const what = byte === 0 ? "a byte" : `byte 0x${byte.toString(16).toUpperCase()}`;
  return `${what} is not ${name} (--encoding names another)`;
}
