import { ApiFault } from "./problem.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Returns the text of a body. Where a byte is not UTF-8, others would stand for it, and two ids become one.
 * @throws {ApiFault} some bytes are not UTF-8
 */
export function bodyText(bytes: ArrayBuffer | Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ApiFault("malformed", "The body is not UTF-8");
  }
}
