import { gunzipSync, gzipSync } from "node:zlib";
import { canonicalJson } from "../core/hash.ts";
import { decodeFeatureHead, decodeFeatures, type FeatureBlock } from "./blocks.ts";

/** Where sealed rows are read. */
export interface RowStore {
  getRows(sha256: string): Promise<Uint8Array>;
}

/** A cut-off of more shoppers than one shard holds: its rows lie in several feature blocks. */
export interface ShardList {
  cutoffMs: number;
  featureHash: string;
  width: number;
  rows: number;
  /** sha256 of the place of each row in the order of the cut-off, uint32, shard after shard */
  places: string;
  /** sha256 of their feature blocks, by ranges of shoppers' keys */
  shards: readonly { sha256: string; rows: number }[];
}

/** A part of a cut-off's rows: all of them, or one shard. */
export interface Part<B> {
  block: B;
  /** the place of each row in the order of the cut-off, ascending */
  places: Uint32Array;
  /** rows of the whole cut-off */
  of: number;
}

/** A list of shards as bytes: packed JSON, so that a sweep of old files follows the names in it. */
export const encodeShards = (list: ShardList): Uint8Array =>
  new Uint8Array(gzipSync(canonicalJson(list), { level: 6 }));

/** The inverse of {@link encodeShards}; null: the bytes are a feature block, or something else. */
export function decodeShards(bytes: Uint8Array): ShardList | null {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return null;
  try {
    const value = JSON.parse(gunzipSync(bytes).toString("utf8"));
    return Array.isArray(value?.shards) && typeof value.places === "string" ? value : null;
  } catch {
    return null; // a feature block whose length begins as a packed file does
  }
}

/** Reads the rows of a cut-off part by part: memory holds one. */
export const readParts = (store: RowStore, sha256: string): AsyncGenerator<Part<FeatureBlock>> =>
  partsBy(store, sha256, decodeFeatures);

/** The same without the features. */
export const readHeads = (
  store: RowStore,
  sha256: string,
): AsyncGenerator<Part<Omit<FeatureBlock, "features">>> => partsBy(store, sha256, decodeFeatureHead);

async function* partsBy<B extends Omit<FeatureBlock, "features">>(
  store: RowStore,
  sha256: string,
  decode: (bytes: Uint8Array) => B,
): AsyncGenerator<Part<B>> {
  const bytes = await store.getRows(sha256);
  const list = decodeShards(bytes);
  if (list === null) {
    const block = decode(bytes);
    yield { block, places: Uint32Array.from(block.users.keys()), of: block.users.length };
    return;
  }
  const places = decodePlaces(await store.getRows(list.places));
  let from = 0;
  for (const { sha256: shard, rows } of list.shards) {
    const block = decode(await store.getRows(shard));
    yield { block, places: places.subarray(from, from + rows), of: list.rows };
    from += rows;
  }
}

/** Reads a cut-off's shoppers in its order. */
export async function readUsers(store: RowStore, sha256: string): Promise<string[]> {
  const users: string[] = [];
  for await (const { block, places } of readHeads(store, sha256)) {
    block.users.forEach((user, i) => users[places[i]] = user);
  }
  return users;
}

/** Reads the whole of a cut-off in its order. Memory grows with its shoppers: `readParts()` where it may not. */
export async function readFeatures(store: RowStore, sha256: string): Promise<FeatureBlock> {
  const bytes = await store.getRows(sha256);
  const list = decodeShards(bytes);
  if (list === null) return decodeFeatures(bytes);
  const { width, rows } = list;
  const features = new Float32Array(rows * width);
  const users = new Array<string>(rows);
  let head: Omit<FeatureBlock, "features"> | undefined;
  for await (
    const { block: { features: part, order: _order, ...block }, places } of readParts(store, sha256)
  ) {
    head = block;
    places.forEach((place, i) => {
      users[place] = block.users[i];
      features.set(part.subarray(i * width, (i + 1) * width), place * width);
    });
  }
  return { ...head!, users, features };
}

/** Reads the rows at some places of a cut-off, in its order. Memory holds them, and one shard. */
export async function takePlaces(
  store: RowStore,
  sha256: string,
  isWanted: (place: number) => boolean,
): Promise<{ users: string[]; features: Float32Array; width: number }> {
  const taken: { place: number; user: string; row: Float32Array }[] = [];
  let width = 0;
  for await (const { block, places } of readParts(store, sha256)) {
    width = block.width;
    for (let i = 0; i < places.length; i++) {
      if (!isWanted(places[i])) continue;
      const row = block.features.slice(i * width, (i + 1) * width);
      taken.push({ place: places[i], user: block.users[i], row });
    }
  }
  taken.sort((a, b) => a.place - b.place);
  const features = new Float32Array(taken.length * width);
  taken.forEach(({ row }, i) => features.set(row, i * width));
  return { users: taken.map(({ user }) => user), features, width };
}

/** Some columns of a cut-off's rows. */
export interface Columns {
  cutoffMs: number;
  users: string[];
  /** row-major, shape `[users, width]` */
  values: Float32Array;
  width: number;
}

/**
 * Reads columns of a cut-off. Of one in shards at most so many rows, every so-manieth: its order is as good as random.
 * @param options.columns their places in a block
 */
export async function readColumns(
  store: RowStore,
  sha256: string,
  { columns, rowsMax = Infinity }: { columns: (block: FeatureBlock) => readonly number[]; rowsMax?: number },
): Promise<Columns> {
  let table: Columns | undefined;
  for await (const { block, places, of } of readParts(store, sha256)) {
    const wanted = columns(block);
    table ??= emptyColumns(block.cutoffMs, places.length === of ? of : Math.min(of, rowsMax), wanted.length);
    for (let i = 0; i < places.length; i++) {
      const row = takenAs(places[i], { rows: table.users.length, of });
      if (row === null) continue;
      table.users[row] = block.users[i];
      for (let j = 0; j < wanted.length; j++) {
        table.values[row * table.width + j] = block.features[i * block.width + wanted[j]];
      }
    }
  }
  return table!;
}

const emptyColumns = (cutoffMs: number, rows: number, width: number): Columns => ({
  cutoffMs,
  users: new Array(rows),
  values: new Float32Array(rows * width),
  width,
});

/** The number of the row that a place becomes where `rows` of `of` are taken evenly; null: it is left out. */
function takenAs(place: number, { rows, of }: { rows: number; of: number }): number | null {
  const row = Math.ceil(place * rows / of);
  return row < rows && Math.floor(row * of / rows) === place ? row : null;
}

/** The places as bytes. */
export const encodePlaces = (places: Uint32Array): Uint8Array => new Uint8Array(places.buffer.slice(0));

/** The inverse of {@link encodePlaces}. */
export const decodePlaces = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer);

/**
 * Merges shards into the order of their cut-off.
 * @param orders of each shard the numbers that its rows are ordered by, ascending; equal ones stay as the shards are
 * @returns the place of each row, shard after shard
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(mergedPlaces([[1, 5], [2, 5, 9]]), Uint32Array.of(0, 2, 1, 3, 4));
 * ```
 */
export function mergedPlaces(orders: readonly ArrayLike<number>[]): Uint32Array {
  const starts: number[] = [];
  let rows = 0;
  for (const { length } of orders) {
    starts.push(rows);
    rows += length;
  }
  const numbers = new Float64Array(rows);
  orders.forEach((order, shard) => numbers.set(order, starts[shard]));
  const places = new Uint32Array(rows);
  Uint32Array.from(numbers.keys()).sort((a, b) => numbers[a] - numbers[b] || a - b)
    .forEach((row, place) => places[row] = place);
  return places;
}
