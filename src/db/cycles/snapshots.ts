import { z } from "zod";
import { NotFoundError } from "../../core/errors.ts";
import { Snapshot } from "../../training/snapshot.ts";
import type { Sql } from "../connect.ts";

/** A sealed block of rows, and how many events it was built from. */
export interface BlockRow {
  key: string;
  cutoff: string;
  eventsSeen: number;
  sha256: string;
}

/** The feature block of a cut-off, or null where none was built. */
export async function findFeatureBlock(
  sql: Sql,
  key: string,
  cutoffMs: number,
): Promise<BlockRow & { rows: number } | null> {
  const [row] = await sql`select key, cutoff, events_seen, sha256, rows from feature_blocks
    where key = ${key} and cutoff = ${cutoffMs}`;
  return (row as BlockRow & { rows: number } | undefined) ?? null;
}

/** Remembers a feature block; a newer build of the same cut-off takes its place. */
export async function saveFeatureBlock(sql: Sql, block: BlockRow & { rows: number }): Promise<void> {
  await sql`insert into feature_blocks (key, cutoff, events_seen, sha256, rows)
    values (${block.key}, ${block.cutoff}, ${block.eventsSeen}, ${block.sha256}, ${block.rows})
    on conflict (key, cutoff) do update set events_seen = excluded.events_seen, sha256 = excluded.sha256,
      rows = excluded.rows, built_at = now()`;
}

/** The label block of a cut-off, or null where none was built. */
export async function findLabelBlock(
  sql: Sql,
  key: string,
  cutoffMs: number,
): Promise<BlockRow & { featureSha256: string } | null> {
  const [row] = await sql`select key, cutoff, events_seen, feature_sha256, sha256 from label_blocks
    where key = ${key} and cutoff = ${cutoffMs}`;
  return (row as BlockRow & { featureSha256: string } | undefined) ?? null;
}

/** Remembers a label block; a newer build of the same cut-off takes its place. */
export async function saveLabelBlock(sql: Sql, block: BlockRow & { featureSha256: string }): Promise<void> {
  await sql`insert into label_blocks (key, cutoff, events_seen, feature_sha256, sha256)
    values (${block.key}, ${block.cutoff}, ${block.eventsSeen}, ${block.featureSha256}, ${block.sha256})
    on conflict (key, cutoff) do update set events_seen = excluded.events_seen,
      feature_sha256 = excluded.feature_sha256, sha256 = excluded.sha256, built_at = now()`;
}

/** Seals a snapshot; the same content has the same id, so repeating it changes nothing. */
export async function saveSnapshot(sql: Sql, snapshot: Snapshot): Promise<void> {
  const blocksJson = sql.json(snapshot.blocks);
  await sql`insert into snapshots (id, model, as_of, feature_hash, horizon_days, events_seen, rows, blocks)
    values (${snapshot.id}, ${snapshot.model}, ${snapshot.asOf}, ${snapshot.featureHash}, ${snapshot.horizonDays},
            ${snapshot.eventsSeen}, ${snapshot.rows}, ${blocksJson}) on conflict (id) do nothing`;
}

/** @throws {NotFoundError} if there is no such snapshot */
export async function getSnapshot(sql: Sql, id: string): Promise<Snapshot> {
  const [row] = await sql`select id, model, as_of, feature_hash, horizon_days, events_seen, rows, blocks
    from snapshots where id = ${id}`;
  if (!row) throw new NotFoundError("snapshot", id);
  return Snapshot.parse(row);
}

/** The newest snapshot that a version of the model was trained on, or null. */
export async function lastSnapshot(
  sql: Sql,
  model: string,
): Promise<{ asOf: string; eventsSeen: number } | null> {
  const rows = await sql`select s.as_of, s.events_seen from snapshots s join cycles c on c.snapshot_id = s.id
    where c.model = ${model} order by s.as_of desc limit 1`;
  return z.array(z.object({ asOf: z.iso.datetime(), eventsSeen: z.int() })).parse([...rows])[0] ?? null;
}

/** The newest cut-off of a model's trainings that came to a verdict, or null: one that failed is no training. */
export async function lastTrainedCutoff(sql: Sql, model: string): Promise<string | null> {
  const [row] = await sql<{ cutoff: string | null }[]>`
    select s.blocks -> -1 ->> 'cutoff' as cutoff from cycles c join snapshots s on s.id = c.snapshot_id
    where c.model = ${model} and c.outcome in ('deployed', 'rejected', 'inconclusive', 'rolled back')
    order by s.as_of desc limit 1`;
  return row?.cutoff ?? null;
}
