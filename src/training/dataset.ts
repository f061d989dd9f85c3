import { decodeLabels, shopperNumber } from "../features/blocks.ts";
import { FEATURES } from "../features/definition.ts";
import { readHeads, readParts } from "../features/shards.ts";
import type { ArtefactStore } from "../registry/artefacts.ts";
import { limitedPlaces, ROWS_MAX, takeRows, type TrainingRows } from "./rows.ts";
import type { SnapshotBlock } from "./snapshot.ts";

/**
 * The rows of some cut-offs of a snapshot, oldest first. Memory holds what is kept, and one shard.
 * @param keep which rows: the shopper of each, and its place among all rows of these cut-offs; all unless told
 */
export async function loadRows(
  store: ArtefactStore,
  blocks: readonly SnapshotBlock[],
  keep: (shopper: number, place: number) => boolean = () => true,
): Promise<TrainingRows> {
  const parts: TrainingRows[] = [];
  let first = 0;
  for (const block of blocks) {
    parts.push(await loadCutoff(store, block, (shopper, place) => keep(shopper, first + place)));
    first += block.rows;
  }
  return joined(parts);
}

/** The rows of one cut-off in its order, wherever they lie. */
async function loadCutoff(
  store: ArtefactStore,
  block: SnapshotBlock,
  keep: (shopper: number, place: number) => boolean,
): Promise<TrainingRows> {
  const labels = decodeLabels(await store.getRows(block.labels));
  const parts: TrainingRows[] = [];
  const placesKept: Uint32Array[] = [];
  for await (const { block: part, places } of readParts(store, block.features)) {
    const shoppers = Int32Array.from(part.users, shopperNumber);
    const kept = Uint32Array.from(shoppers.keys()).filter((i) => keep(shoppers[i], places[i]));
    placesKept.push(kept.map((i) => places[i]));
    parts.push({
      features: featuresAt(part.features, { width: part.width, places: kept }),
      width: part.width,
      target: Float64Array.from(kept, (i) => labels[places[i]]),
      cutoffMs: new Float64Array(kept.length).fill(part.cutoffMs),
      user: Int32Array.from(kept, (i) => shoppers[i]),
    });
  }
  if (parts.length === 1) return parts[0];
  const places = filled(new Uint32Array(lengthOf(placesKept)), placesKept);
  const order = Uint32Array.from(places.keys()).sort((a, b) => places[a] - places[b]);
  return takeRows(joined(parts), order);
}

/** What a training learns from: at most so many rows, and the outcomes of all that there are. */
export interface TrainingSet {
  readonly rows: TrainingRows;
  /** of all rows, those included that are left out */
  readonly targets: Float64Array;
}

/**
 * The rows of some cut-offs that a training takes: the same that `limitRows()` leaves of all, without holding all.
 * @param keep which shoppers; all unless told
 */
export async function loadTrainingSet(
  store: ArtefactStore,
  blocks: readonly SnapshotBlock[],
  { keep = () => true, max = ROWS_MAX }: { keep?: (shopper: number) => boolean; max?: number } = {},
): Promise<TrainingSet> {
  if (blocks.reduce((sum, block) => sum + block.rows, 0) <= max) {
    const rows = await loadRows(store, blocks, keep);
    return { rows, targets: rows.target };
  }
  const shoppers = await loadShoppers(store, blocks);
  const outcomes = await loadOutcomes(store, blocks);
  const wanted = Uint32Array.from(shoppers.keys()).filter((place) => keep(shoppers[place]));
  const targets = Float64Array.from(wanted, (place) => outcomes[place]);
  const limited = limitedPlaces(Int32Array.from(wanted, (place) => shoppers[place]), max);
  const taken = limited === null ? null : new Set(Array.from(limited, (i) => wanted[i]));
  const isTaken = taken === null ? keep : (_shopper: number, place: number) => taken.has(place);
  return { rows: await loadRows(store, blocks, isTaken), targets };
}

/** The shopper of each row of some cut-offs of a snapshot, oldest first. */
export async function loadShoppers(
  store: ArtefactStore,
  blocks: readonly SnapshotBlock[],
): Promise<Int32Array> {
  const parts: Int32Array[] = [];
  for (const { features, rows } of blocks) {
    const shoppers = new Int32Array(rows);
    for await (const { block: { users }, places } of readHeads(store, features)) {
      users.forEach((user, i) => shoppers[places[i]] = shopperNumber(user));
    }
    parts.push(shoppers);
  }
  return filled(new Int32Array(lengthOf(parts)), parts);
}

async function loadOutcomes(store: ArtefactStore, blocks: readonly SnapshotBlock[]): Promise<Float64Array> {
  const parts: Float64Array[] = [];
  for (const { labels } of blocks) parts.push(decodeLabels(await store.getRows(labels)));
  return filled(new Float64Array(lengthOf(parts)), parts);
}

function featuresAt(
  features: Float32Array,
  { width, places }: { width: number; places: Uint32Array },
): Float32Array {
  const taken = new Float32Array(places.length * width);
  places.forEach((place, i) => taken.set(features.subarray(place * width, (place + 1) * width), i * width));
  return taken;
}

function joined(parts: readonly TrainingRows[]): TrainingRows {
  const of = <K extends "features" | "target" | "cutoffMs" | "user">(key: K) =>
    parts.map((part) => part[key]);
  const n = lengthOf(of("target"));
  const width = parts.at(0)?.width ?? FEATURES.length;
  return {
    features: filled(new Float32Array(n * width), of("features")),
    width,
    target: filled(new Float64Array(n), of("target")),
    cutoffMs: filled(new Float64Array(n), of("cutoffMs")),
    user: filled(new Int32Array(n), of("user")),
  };
}

const lengthOf = (parts: readonly { length: number }[]) => parts.reduce((sum, { length }) => sum + length, 0);

function filled<T extends Float32Array | Float64Array | Int32Array | Uint32Array>(
  all: T,
  parts: readonly T[],
): T {
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
