import { ConflictError } from "../../core/errors.ts";
import type { Sql } from "../connect.ts";

/** The progress of the import of one file; all of it is committed. */
export interface ImportState {
  readonly linesDone: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly finished: boolean;
}

/** Notes that a file is being imported. @returns where an earlier run left off */
export async function beginImport(sql: Sql, file: { sourceId: string; name: string }): Promise<ImportState> {
  const [row] = await sql<ImportState[]>`
    insert into imports (source_id, name, lines_done, accepted, duplicates, quarantined)
    values (${file.sourceId}, ${file.name}, 0, 0, 0, 0)
    on conflict (source_id) do update set name = excluded.name
    returning lines_done, accepted, duplicates, quarantined, finished_at is not null as finished`;
  return row;
}

/** The counts of one batch of lines. */
export interface ImportStep {
  readonly fromLine: number;
  readonly toLine: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
}

/**
 * Moves an import on by one batch; belongs into the transaction that stores the batch.
 * @throws {ConflictError} it does not stand at `fromLine`: another process imports the same file
 */
export async function advanceImport(sql: Sql, sourceId: string, step: ImportStep): Promise<void> {
  const moved = await sql`
    update imports set lines_done = ${step.toLine}, accepted = accepted + ${step.accepted},
      duplicates = duplicates + ${step.duplicates}, quarantined = quarantined + ${step.quarantined}, updated_at = now()
    where source_id = ${sourceId} and lines_done = ${step.fromLine} and finished_at is null`;
  if (moved.count === 0) {
    throw new ConflictError("Cannot go on with the import: another process imports the same file");
  }
}

/**
 * Notes that a file was read to its end. Statistics of what came in are taken at once: until autovacuum gets to it, a look
 * at 100,000 new events plans so badly that it takes two minutes instead of four seconds.
 */
export async function finishImport(sql: Sql, sourceId: string): Promise<void> {
  await sql`analyze events, user_days, day_counts`;
  await sql`update imports set finished_at = now(), updated_at = now() where source_id = ${sourceId}`;
}
