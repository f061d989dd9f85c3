import type { Sql } from "../../db/connect.ts";
import {
  saveShard,
  type SealedShard,
  sealedShards,
  type ShardedBuild,
} from "../../db/cycles/feature_shards.ts";
import type { KeyRange } from "../../db/events/user_days.ts";
import { decodeFeatureHead, encodeFeatures, type FeatureBlock } from "../../features/blocks.ts";
import { encodePlaces, encodeShards, mergedPlaces } from "../../features/shards.ts";
import { type ArtefactStore, readIfIntact } from "../../registry/artefacts.ts";

interface ShardDeps {
  sql: Sql;
  store: ArtefactStore;
}

/** A shard without its features. */
interface ShardHead extends Omit<FeatureBlock, "features"> {
  sha256: string;
}

/**
 * Builds the rows of a cut-off range by range and seals them as a list of shards. Those that an interrupted build of the
 * same events sealed are taken as they are. Memory holds one shard, and 20 bytes of each shopper.
 * @param buildShard the rows of one range, with their `order`
 * @returns the sha256 of the list, and rows in all
 */
export async function sealShards(
  deps: ShardDeps,
  build: ShardedBuild,
  ranges: readonly KeyRange[],
  buildShard: (range: KeyRange) => Promise<FeatureBlock>,
): Promise<{ sha256: string; rows: number }> {
  const sealed = await sealedShards(deps.sql, build);
  const shards: { sha256: string; rows: number }[] = [];
  const orders: Float64Array[] = [];
  let about: Pick<FeatureBlock, "cutoffMs" | "featureHash" | "width"> | undefined;
  for (const [number, range] of ranges.entries()) {
    const { sha256, users, order = [], cutoffMs, featureHash, width } =
      await readSealed(deps, sealed.find((shard) => shard.number === number && isOf(shard, range))) ??
        await sealShard(deps, build, { number, range, block: await buildShard(range) });
    about ??= { cutoffMs, featureHash, width };
    shards.push({ sha256, rows: users.length });
    orders.push(Float64Array.from(order));
  }
  const rows = shards.reduce((sum, shard) => sum + shard.rows, 0);
  const places = await deps.store.put(encodePlaces(mergedPlaces(orders)));
  return { sha256: await deps.store.put(encodeShards({ ...about!, rows, places, shards })), rows };
}

const isOf = ({ fromKey, toKey }: SealedShard, { from, to }: KeyRange): boolean =>
  fromKey === (from ?? null) && toKey === (to ?? null);

async function sealShard(
  { sql, store }: ShardDeps,
  build: ShardedBuild,
  { number, range, block }: { number: number; range: KeyRange; block: FeatureBlock },
): Promise<ShardHead> {
  const sha256 = await store.put(encodeFeatures(block));
  await saveShard(sql, build, { number, range, sha256, rows: block.users.length });
  const { features: _features, ...head } = block;
  return { ...head, sha256 };
}

/** Reads what an earlier build sealed; null: it sealed none here, or its file is lost. */
async function readSealed({ store }: ShardDeps, shard?: SealedShard): Promise<ShardHead | null> {
  if (shard === undefined) return null;
  const bytes = await readIfIntact(store.getRows(shard.sha256));
  return bytes ? { ...decodeFeatureHead(bytes), sha256: shard.sha256 } : null;
}
