import { FEATURES } from "./definition.ts";

/** Features of one cut-off: one row per shopper of its population. */
export interface FeatureBlock {
  cutoffMs: number;
  featureHash: string;
  /** pseudonyms, in the order of the rows: that of `compareRows()`, in blocks sealed before 0.5.0 sorted */
  users: readonly string[];
  width: number;
  /** names of the columns after `FEATURES`: a model's own; left out: none */
  own?: readonly string[];
  /** of a shard: numbers that place its rows among those of other shards, ascending; left out: it is the whole cut-off */
  order?: readonly number[];
  /** row-major, shape `[users, width]` */
  features: Float32Array;
}

const HEADER_BYTES = 4;

/** A feature block as bytes: length of a JSON header, the header, padding to 4 bytes, then float32 rows. */
export function encodeFeatures({ features, ...head }: FeatureBlock): Uint8Array {
  const header = new TextEncoder().encode(JSON.stringify(head));
  const start = aligned(HEADER_BYTES + header.length);
  const bytes = new Uint8Array(start + features.byteLength);
  new DataView(bytes.buffer).setUint32(0, header.length, true);
  bytes.set(header, HEADER_BYTES);
  bytes.set(new Uint8Array(features.buffer, features.byteOffset, features.byteLength), start);
  return bytes;
}

/** The inverse of {@link encodeFeatures}. */
export function decodeFeatures(bytes: Uint8Array): FeatureBlock {
  const { head, start } = decodeHead(bytes);
  return { ...head, features: new Float32Array(bytes.slice(start).buffer) };
}

/** All of a feature block but its features, which are the most of it. */
export const decodeFeatureHead = (bytes: Uint8Array): Omit<FeatureBlock, "features"> =>
  decodeHead(bytes).head;

function decodeHead(bytes: Uint8Array): { head: Omit<FeatureBlock, "features">; start: number } {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length)));
  return { head, start: aligned(HEADER_BYTES + length) };
}

const NAN_BITS = 0x7fc00000;

/**
 * Packs rows for a block. NaN gets the same bits always: left alone they depend on how far the code that made it was
 * optimised by then, and blocks are known by the hash of their bytes.
 */
export function packRows(rows: readonly (readonly number[])[], width: number): Float32Array {
  const packed = new Float32Array(rows.length * width);
  const bits = new Uint32Array(packed.buffer);
  rows.forEach((row, i) => packed.set(row, i * width));
  for (let i = 0; i < packed.length; i++) if (Number.isNaN(packed[i])) bits[i] = NAN_BITS;
  return packed;
}

/** The place of a feature among a block's columns; -1: it has none of this name. */
export function columnOf({ own = [] }: Pick<FeatureBlock, "own">, feature: string): number {
  const shared = FEATURES.indexOf(feature);
  if (shared >= 0) return shared;
  const place = own.indexOf(feature);
  return place < 0 ? -1 : FEATURES.length + place;
}

/** Labels as bytes: float64, one per shopper of the feature block they belong to, in its order. */
export const encodeLabels = (labels: Float64Array): Uint8Array => new Uint8Array(labels.buffer.slice(0));

/** The inverse of {@link encodeLabels}. */
export const decodeLabels = (bytes: Uint8Array): Float64Array => new Float64Array(bytes.slice().buffer);

/** A shopper's number in training rows: the first 32 bits of the pseudonym. It only tells shoppers apart. */
export const shopperNumber = (user: string): number => parseInt(user.slice(0, 8), 16) | 0;

const aligned = (offset: number) => Math.ceil(offset / 4) * 4;
