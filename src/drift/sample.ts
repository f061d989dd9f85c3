import { InsufficientDataError } from "../core/errors.ts";
import type { Table } from "./table.ts";

/** One column of one window, in order. */
export interface Sample {
  readonly kind: Table["kinds"][number];
  /** its values, ascending; of categories their codes */
  readonly sorted: Float32Array;
  /** rows without a value: NaN and infinities */
  readonly missing: number;
  /** of the values; NaN where there is none */
  readonly mean: number;
  readonly sd: number;
}

/** A column as a sample. @param values shape `[n]`, NaN: no value; of categories codes, integers >= 0 */
export function sampleOf(values: ArrayLike<number>, kind: Sample["kind"] = "numeric"): Sample {
  const sample = new Float32Array(values.length);
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value - value === 0) sample[n++] = value, sum += value; // neither NaN nor infinite
  }
  const mean = sum / n;
  const sorted = sortFloats(sample.subarray(0, n));
  for (let i = 0; i < n; i++) squares += (sorted[i] - mean) ** 2;
  return { kind, sorted, missing: values.length - n, mean, sd: Math.sqrt(squares / n) };
}

/** @throws {InsufficientDataError} a sample holds no value to compare */
export function needValues(...samples: readonly Sample[]): void {
  const have = Math.min(...samples.map(({ sorted }) => sorted.length));
  if (have === 0) throw new InsufficientDataError("samples: values in each", 0, 1);
}

/** Columns that are taken out of a table at once: sixteen floats lie on one cache line. */
const AT_ONCE = 16;

/** Every column of a table as a sample, in its order. */
export function samplesOf({ kinds, rows, values }: Table): Sample[] {
  const width = kinds.length;
  const samples: Sample[] = [];
  for (let from = 0; from < width; from += AT_ONCE) {
    const columns = Array.from({ length: Math.min(AT_ONCE, width - from) }, () => new Float32Array(rows));
    for (let row = 0, at = from; row < rows; row++, at += width) {
      for (let c = 0; c < columns.length; c++) columns[c][row] = values[at + c];
    }
    columns.forEach((column, c) => samples.push(sampleOf(column, kinds[from + c])));
  }
  return samples;
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;
const PASSES = 3;
/** Below this the built-in sort is as fast. */
const RADIX_FROM = 512;

/** Sorts finite floats ascending: by digits of their bits, several times faster than by comparison. */
function sortFloats(values: Float32Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const n = values.length;
  if (n < RADIX_FROM) return values.sort();
  let keys = new Uint32Array(values.buffer, values.byteOffset, n);
  let spare = new Uint32Array(n);
  const starts = digitStarts(keys);
  for (let pass = 0; pass < PASSES; pass++) {
    const shift = pass * DIGIT_BITS;
    const from = starts[pass];
    for (let i = 0; i < n; i++) {
      const key = keys[i];
      spare[from[(key >>> shift) & (DIGITS - 1)]++] = key;
    }
    [keys, spare] = [spare, keys];
  }
  for (let i = 0; i < n; i++) keys[i] ^= keys[i] >>> 31 ? 0x80000000 : 0xffffffff;
  return new Float32Array(keys.buffer, keys.byteOffset, n);
}

/** Turns the bits of floats into numbers of the same order, and says where those of each digit begin. */
function digitStarts(keys: Uint32Array): [Uint32Array, Uint32Array, Uint32Array] {
  const low = new Uint32Array(DIGITS + 1);
  const middle = new Uint32Array(DIGITS + 1);
  const high = new Uint32Array(DIGITS + 1);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] ^ (keys[i] >>> 31 ? 0xffffffff : 0x80000000);
    keys[i] = key;
    low[(key & (DIGITS - 1)) + 1]++;
    middle[((key >>> DIGIT_BITS) & (DIGITS - 1)) + 1]++;
    high[(key >>> (2 * DIGIT_BITS)) + 1]++;
  }
  for (const starts of [low, middle, high]) {
    for (let d = 0; d < DIGITS; d++) starts[d + 1] += starts[d];
  }
  return [low, middle, high];
}
