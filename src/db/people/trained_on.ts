import type { Sql } from "../connect.ts";
import { namesBefore } from "./redactions.ts";

/** The snapshots that hold some blocks, and the versions that were trained on them. */
export interface TrainedOn {
  snapshots: string[];
  versions: { model: string; version: number; serves: boolean }[];
}

/** Finds what was trained on any of these feature blocks, under whatever name they stand there. */
export async function trainedOn(sql: Sql, blocks: readonly string[]): Promise<TrainedOn> {
  const names = await namesBefore(sql, blocks);
  const snapshots = (await sql`select id from snapshots s where exists (
      select from jsonb_array_elements(s.blocks) b where b ->> 'features' = any(${names}::text[]))
    order by as_of, id`).map(({ id }) => id as string);
  const versions = await sql<TrainedOn["versions"]>`
    select v.model, v.version, exists (
      select from serving s where s.model = v.model and s.version = v.version) as serves
    from model_versions v where v.manifest ->> 'snapshotId' = any(${snapshots}::text[]) order by 1, 2`;
  return { snapshots, versions: [...versions] };
}

/** Forgets feature blocks and the labels beside them, so that the next snapshot builds them anew. */
export async function dropBlocksOf(sql: Sql, blocks: readonly string[]): Promise<void> {
  const names = await namesBefore(sql, blocks);
  await sql`delete from label_blocks where feature_sha256 = any(${names}::text[])`;
  await sql`delete from feature_blocks where sha256 = any(${names}::text[])`;
  await sql`delete from feature_shards where sha256 = any(${names}::text[])`;
}
