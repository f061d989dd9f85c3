/** Decimals of Parquet with all their digits: read as floating-point numbers, ids of 18 digits would be one. */
import type { FileMetaData, SchemaElement } from "hyparquet";

/** Digits behind the point, by the column's name. */
export type Scales = ReadonlyMap<string, number>;

/** Names of levels within lists and maps, whose values come under the name of the column around them. */
const LEVELS = new Set(["element", "item", "array", "array_element", "key", "value", "bag", "list"]);

const isDecimal = ({ converted_type, logical_type }: SchemaElement) =>
  converted_type === "DECIMAL" || logical_type?.type === "DECIMAL";

/**
 * Makes a reader leave decimals as the whole numbers that are stored. A name that also stands for something else is left
 * as it is.
 * @returns the metadata to read by, and the columns that {@link decimalOf} is needed for
 */
export function withStoredDecimals(metadata: FileMetaData): { metadata: FileMetaData; scales: Scales } {
  const scales = new Map<string, number>();
  for (const element of metadata.schema) {
    if (isDecimal(element) && !LEVELS.has(element.name)) scales.set(element.name, element.scale ?? 0);
  }
  for (const element of metadata.schema) {
    const isSame = isDecimal(element) && (element.scale ?? 0) === scales.get(element.name);
    if (!isSame) scales.delete(element.name);
  }
  const schema = metadata.schema.map((element) =>
    scales.has(element.name) ? { ...element, converted_type: undefined, logical_type: undefined } : element
  );
  return { metadata: { ...metadata, schema }, scales };
}

/** The number that was stored with so many digits behind its point: a number where that keeps all of them, else text. */
export function decimalOf(stored: unknown, scale: number): unknown {
  if (stored === null || stored === undefined) return stored;
  const whole = stored instanceof Uint8Array ? signedOf(stored) : BigInt(stored as number | bigint);
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, "0");
  const point = digits.length - scale;
  const fraction = digits.slice(point).replace(/0+$/, "");
  const text = `${whole < 0n ? "-" : ""}${digits.slice(0, point)}${fraction === "" ? "" : `.${fraction}`}`;
  return digits.replace(/^0+/, "").length <= EXACT_DIGITS ? Number(text) : text;
}

const EXACT_DIGITS = 15; // of a double

function signedOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  return BigInt.asIntN(8 * bytes.length, value);
}
