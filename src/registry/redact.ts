import { Buffer } from "node:buffer";
import { gunzipSync, gzipSync } from "node:zlib";
import { canonicalJson } from "../core/hash.ts";

/** A shopper who is taken out of sealed files, and who stands there instead: nobody. */
export interface Removed {
  readonly key: string;
  readonly fresh: string;
}

/** Fields of sealed values that hold shoppers by the first 32 bits of their keys, one a row. */
const NUMBERED = new Set(["shopper", "user"]);

/** The first 32 bits of a key, by which rows of one shopper are told from others'. */
const numberOf = (key: string): number => parseInt(key.slice(0, 8), 16) | 0;

/**
 * Takes a shopper out of a file of rows or evidence: in sealed values the key is replaced, in feature blocks the features
 * are blanked too. Rows keep their places, for labels and predictions beside them go by place.
 * @returns null: the shopper is not in it
 */
export function redacted(bytes: Uint8Array, removed: Removed): { bytes: Uint8Array; what: string } | null {
  return bytes[0] === 0x1f && bytes[1] === 0x8b
    ? redactedValue(bytes, removed)
    : redactedBlock(bytes, removed);
}

function redactedValue(bytes: Uint8Array, removed: Removed): { bytes: Uint8Array; what: string } | null {
  let text: string;
  try {
    text = gunzipSync(bytes).toString("utf8");
  } catch {
    return null; // numbers that begin as a packed file does
  }
  if (!text.includes(removed.key) && !text.includes(String(numberOf(removed.key)))) return null;
  const count = { rows: 0 };
  const value = withoutShopper(JSON.parse(text), removed, { count, numbered: false });
  if (count.rows === 0) return null;
  return {
    bytes: new Uint8Array(gzipSync(canonicalJson(value), { level: 6 })),
    what: `${count.rows} ${count.rows === 1 ? "place" : "places"} in evidence`,
  };
}

function withoutShopper(
  value: unknown,
  removed: Removed,
  at: { count: { rows: number }; numbered: boolean },
): unknown {
  if (typeof value === "string") {
    if (!value.includes(removed.key)) return value;
    at.count.rows++;
    return value.replaceAll(removed.key, removed.fresh);
  }
  if (typeof value === "number") {
    if (!at.numbered || value !== numberOf(removed.key)) return value;
    at.count.rows++;
    return numberOf(removed.fresh);
  }
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map((item) => withoutShopper(item, removed, at));
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name.replaceAll(removed.key, removed.fresh),
      withoutShopper(item, removed, { count: at.count, numbered: NUMBERED.has(name) }),
    ]),
  );
}

/** As `encodeFeatures()` lays them out: length of a JSON header, the header, padding to 4 bytes, float32 rows. */
function redactedBlock(
  bytes: Uint8Array,
  { key, fresh }: Removed,
): { bytes: Uint8Array; what: string } | null {
  const place = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(key, 0, "latin1");
  if (place < 0) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const { users, width } = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const copy = bytes.slice();
  copy.set(new TextEncoder().encode(fresh), place); // keys are of one length
  const row = (users as string[]).indexOf(key);
  const start = Math.ceil((4 + length) / 4) * 4;
  new Float32Array(copy.buffer, start + row * width * 4, width).fill(NaN);
  return { bytes: copy, what: "1 row of features" };
}
