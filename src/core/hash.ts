import { hash } from "node:crypto";

/** sha256 of text or bytes, as 64 hexadecimal digits. */
export const sha256 = (data: string | Uint8Array): string => hash("sha256", data, "hex");

/**
 * A stable signed 32-bit code of a text (FNV-1a over UTF-16 code units), so that sets of products fit an integer
 * array. Two of 4,000 products share a code with probability 0.002; only distinct counts are taken from codes.
 */
export function code32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(
    value,
    (_key, v) =>
      v && typeof v === "object" && !Array.isArray(v)
        ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => a < b ? -1 : 1))
        : v,
  );
}
