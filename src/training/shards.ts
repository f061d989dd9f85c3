/** Rows divided over workers: which shard a row is in, what a shard's file holds, and when dividing pays. */
import { mix32 } from "../core/random.ts";
import type { ModelConfig } from "../config/retraining.ts";
import type { ModelDefinition } from "../models/model.ts";
import type { Recipe } from "../models/recipe.ts";
import { decodeBytes, encodeBytes } from "./artifact.ts";
import type { TrainingRows } from "./rows.ts";

/** The rows of a shard: what teaches, without whose they are. */
export type ShardRows = Pick<TrainingRows, "features" | "width" | "target">;

/** The shard of a row, by its place among all rows of a training. */
export const shardOf = (place: number, shards: number): number => mix32(place ^ 0x51a4d) % shards;

/** A shard as bytes; targets in single precision, as all that learns from them takes them. */
export const encodeShard = ({ features, width, target }: ShardRows): Uint8Array =>
  encodeBytes({ width, rows: target.length }, [features, Float32Array.from(target)]);

/** The inverse of {@link encodeShard}. @throws {TypeError} the bytes are no shard */
export function decodeShard(bytes: Uint8Array): ShardRows {
  const { header, numbers } = decodeBytes(bytes);
  const { width, rows } = header as { width: number; rows: number };
  if (numbers.length !== rows * (width + 1)) throw new TypeError("Cannot read shard: it is cut short");
  return {
    features: numbers.slice(0, rows * width),
    width,
    target: Float64Array.from(numbers.subarray(rows * width)),
  };
}

/** Candidates that shards can fit: those that begin anew, and means of them. */
export function candidatesOnShards(candidates: readonly Recipe[]): Recipe[] {
  const fresh = candidates.filter(({ family }) => family === "linear" || family === "network");
  const names = new Set(fresh.map(({ name }) => name));
  return candidates.filter((recipe) =>
    recipe.family === "blend" ? recipe.of.every((name) => names.has(name)) : fresh.includes(recipe)
  );
}

/** Over how many shards a model trains, and why not more; `shards` 1: one worker trains. */
export interface Sharding {
  readonly shards: number;
  readonly why: string;
}

/** Says whether rows are divided. @returns null: nobody asked for it */
export function shardingOf(
  { kind, candidates }: Pick<ModelDefinition, "kind" | "candidates">,
  { training_shards: wanted, training_min_rows_per_shard: least }: Pick<
    ModelConfig,
    "training_shards" | "training_min_rows_per_shard"
  >,
  rows: number,
): Sharding | null {
  if (wanted === 0) return null;
  if (kind === "classes") return { shards: 1, why: "several classes are trained on one worker" };
  if (candidatesOnShards(candidates).length === 0) {
    return { shards: 1, why: "the model has no candidate that shards can fit" };
  }
  const shards = Math.min(wanted, Math.floor(rows / least));
  return shards >= 2
    ? { shards, why: `${rows} rows are at least ${least} a shard` }
    : { shards: 1, why: `${rows} rows are too few to divide: need ${2 * least} for two shards` };
}
