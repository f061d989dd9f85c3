import type { Sql } from "../connect.ts";
import type { KeyRange } from "../events/user_days.ts";

/** The build of a cut-off that shards belong to. */
export interface ShardedBuild {
  key: string;
  cutoffMs: number;
  /** another number of events is another build */
  eventsSeen: number;
}

/** A shard that is sealed, and the range that it holds. */
export interface SealedShard {
  number: number;
  fromKey: string | null;
  toKey: string | null;
  sha256: string;
  rows: number;
}

/** Lists the shards of a build that were sealed so far. Uses the primary key. */
export async function sealedShards(
  sql: Sql,
  { key, cutoffMs, eventsSeen }: ShardedBuild,
): Promise<SealedShard[]> {
  const rows = await sql<SealedShard[]>`select number, from_key, to_key, sha256, rows from feature_shards
    where key = ${key} and cutoff = ${cutoffMs} and events_seen = ${eventsSeen} order by number`;
  return [...rows];
}

/** Remembers a shard; a newer one of the same number takes its place. */
export async function saveShard(
  sql: Sql,
  { key, cutoffMs, eventsSeen }: ShardedBuild,
  { number, range, sha256, rows }: { number: number; range: KeyRange; sha256: string; rows: number },
): Promise<void> {
  const { from = null, to = null } = range;
  await sql`insert into feature_shards (key, cutoff, events_seen, number, from_key, to_key, sha256, rows)
    values (${key}, ${cutoffMs}, ${eventsSeen}, ${number}, ${from}, ${to}, ${sha256}, ${rows})
    on conflict (key, cutoff, events_seen, number) do update set from_key = excluded.from_key,
      to_key = excluded.to_key, sha256 = excluded.sha256, rows = excluded.rows, built_at = now()`;
}

/** Forgets the shards of a cut-off, those of earlier builds too: its block names them now. */
export async function forgetShards(
  sql: Sql,
  { key, cutoffMs }: Pick<ShardedBuild, "key" | "cutoffMs">,
): Promise<void> {
  await sql`delete from feature_shards where key = ${key} and cutoff = ${cutoffMs}`;
}
