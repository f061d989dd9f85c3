import { z } from "zod";
import { ConflictError, NotFoundError } from "../../core/errors.ts";
import type { ImportDetails, ImportSummary, StoredTotals } from "../../events/tally.ts";
import type { Sql } from "../connect.ts";
import { DAY_OF_AT, STORED_DAY_COLUMNS, STORED_DAY_SELECT } from "./user_day_sql.ts";

/** The progress of the import of one file; all of it is committed. */
export interface ImportState {
  readonly id: number;
  readonly linesDone: number;
  readonly accepted: number;
  readonly duplicates: number;
  /** put aside, conflicts included */
  readonly quarantined: number;
  readonly conflicts: number;
  readonly finished: boolean;
}

/** What was told of an import. */
interface ImportTold {
  readonly summary: ImportSummary;
  readonly details: ImportDetails;
}

/** Notes that a file is being imported. @returns where an earlier run left off */
export async function beginImport(sql: Sql, file: { sourceId: string; name: string }): Promise<ImportState> {
  const [known] = await sql<ImportState[]>`
    update imports set name = ${file.name} where source_id = ${file.sourceId}
    returning id, lines_done, accepted, duplicates, quarantined, conflicts, finished_at is not null as finished`;
  if (known) return known; // an insert that conflicts would use up a number
  const [row] = await sql<ImportState[]>`
    insert into imports (source_id, name, lines_done, accepted, duplicates, quarantined)
    values (${file.sourceId}, ${file.name}, 0, 0, 0, 0)
    on conflict (source_id) do update set name = excluded.name
    returning id, lines_done, accepted, duplicates, quarantined, conflicts, finished_at is not null as finished`;
  return row;
}

/** The counts of one batch of lines. */
export interface ImportStep {
  readonly fromLine: number;
  readonly toLine: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly conflicts: number;
}

/**
 * Moves an import on by one batch; belongs into the transaction that stores the batch.
 * @throws {ConflictError} it does not stand at `fromLine`: another process imports the same file
 */
export async function advanceImport(sql: Sql, sourceId: string, step: ImportStep): Promise<void> {
  const moved = await sql`
    update imports set lines_done = ${step.toLine}, accepted = accepted + ${step.accepted},
      duplicates = duplicates + ${step.duplicates}, quarantined = quarantined + ${step.quarantined},
      conflicts = conflicts + ${step.conflicts}, updated_at = now()
    where source_id = ${sourceId} and lines_done = ${step.fromLine} and finished_at is null`;
  if (moved.count === 0) {
    throw new ConflictError("Cannot go on with the import: another process imports the same file");
  }
}

/**
 * Notes that a file was read to its end. Statistics of what came in are taken at once: until autovacuum gets to it, a look
 * at 100,000 new events plans so badly that it takes two minutes instead of four seconds.
 */
export async function finishImport(sql: Sql, sourceId: string, told: ImportTold): Promise<void> {
  await sql`analyze events, user_days, day_counts`;
  const summary = sql.json(told as never);
  await sql`update imports set finished_at = now(), updated_at = now(), summary = ${summary} where source_id = ${sourceId}`;
}

/** Forgets an import of which nothing came in. */
export async function dropUnbegun(sql: Sql, sourceId: string): Promise<void> {
  await sql`delete from imports i where source_id = ${sourceId} and lines_done = 0 and finished_at is null
    and not exists (select from events where import_id = i.id)`;
}

/** Takes an import of which too little could be used back to its start, so that the same file is read again. */
export async function reopenImport(sql: Sql, sourceId: string): Promise<void> {
  await sql`update imports set lines_done = 0, accepted = 0, duplicates = 0, quarantined = 0, conflicts = 0,
      finished_at = null, updated_at = now() where source_id = ${sourceId}`;
}

/** What was told when an import was finished; null: it was finished by an earlier version. */
export async function importTold(sql: Sql, sourceId: string): Promise<ImportTold | null> {
  const [row] = await sql<
    { summary: ImportTold | null }[]
  >`select summary from imports where source_id = ${sourceId}`;
  return row?.summary ?? null;
}

/** Totals of the events that an import added. Reads all events: for imports that were interrupted. */
export async function importTotals(sql: Sql, id: number): Promise<StoredTotals> {
  const rows = await sql<
    { type: string; events: number; withShopper: number; money: number | null; priced: number }[]
  >`
    select type, count(*)::float8 as events, count(user_key)::float8 as with_shopper, sum(amount) as money,
      (count(*) filter (where amount > 0))::float8 as priced from events where import_id = ${id}
    group by type order by events desc, type`;
  const [all] = await sql<
    { shoppers: number; withoutShopper: number; first: string | null; last: string | null }[]
  >`
    select count(distinct user_key)::float8 as shoppers, (count(*) filter (where user_key is null))::float8 as without_shopper,
      min(at) as first, max(at) as last from events where import_id = ${id}`;
  const money = rows.flatMap((row) =>
    row.money === null ? [] : [[row.type, Math.round(row.money * 1e6) / 1e6]]
  );
  const purchases = rows.find(({ type }) => type === "purchase");
  return {
    ...all,
    purchasesWithShopper: purchases?.withShopper ?? 0,
    priced: purchases?.priced ?? 0,
    types: Object.fromEntries(rows.map(({ type, events }) => [type, events])),
    money: Object.fromEntries(money),
    amount: Math.round(rows.reduce((sum, row) => sum + (row.money ?? 0), 0) * 1e6) / 1e6,
  };
}

/** An import as it is listed. */
export const ImportRow = z.object({
  id: z.int(),
  name: z.string(),
  accepted: z.number(),
  duplicates: z.number(),
  conflicts: z.number(),
  refused: z.number(),
  updatedAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
  undoneAt: z.iso.datetime().nullable(),
});
export type ImportRow = z.infer<typeof ImportRow>;

/** The newest imports first. */
export async function importRows(sql: Sql, limit = 50): Promise<ImportRow[]> {
  const rows = await sql`
    select id, name, accepted, duplicates, conflicts, quarantined - conflicts as refused, updated_at, finished_at, undone_at
    from imports order by id desc limit ${limit}`;
  return z.array(ImportRow).parse([...rows]);
}

/** One import and what was told of it. @throws {NotFoundError} there is none of this number */
export async function importRow(sql: Sql, id: number): Promise<ImportRow & { told: ImportTold | null }> {
  const [row] = await sql`
    select id, name, accepted, duplicates, conflicts, quarantined - conflicts as refused, updated_at, finished_at, undone_at,
      summary from imports where id = ${id}`;
  if (!row) throw new NotFoundError("import", String(id));
  return { ...ImportRow.parse(row), told: row.summary };
}

/** What was taken out with an import. */
export const ImportUndone = z.object({
  events: z.number(),
  quarantined: z.number(),
  days: z.int().describe("whose counts were made again"),
});
export type ImportUndone = z.infer<typeof ImportUndone>;

/**
 * Takes the events of an import out, makes the days of their shoppers and the counts of their days again from what is left,
 * and lets its file be imported anew. Belongs into a transaction; nobody can store events until it ends.
 * @throws {ConflictError} it was undone before
 */
export async function undoImport(tx: Sql, id: number): Promise<ImportUndone> {
  await tx`lock table events in share row exclusive mode`;
  const marked = await tx`update imports set undone_at = now(), source_id = source_id || ' undone ' || id
    where id = ${id} and undone_at is null`;
  if (marked.count === 0) throw new ConflictError(`Cannot undo import ${id}: it was undone before`);
  const dayOfEvent = tx.unsafe(DAY_OF_AT);
  await tx`create temp table undone_days (user_key uuid, day integer) on commit drop`;
  const [{ events }] = await tx<{ events: number }[]>`
    with gone as (delete from events where import_id = ${id} returning user_key, at),
      noted as (insert into undone_days select distinct user_key, ${dayOfEvent} from gone)
    select count(*)::float8 as events from gone`;
  await remakeUserDays(tx);
  const days = await remakeDayCounts(tx);
  const aside =
    await tx`delete from quarantine where (body ->> 'import')::int = ${id} and replayed_at is null`;
  await tx`drop table undone_days`;
  return { events, quarantined: aside.count, days };
}

async function remakeUserDays(tx: Sql): Promise<void> {
  await tx`delete from user_days d using undone_days u where d.user_key = u.user_key and d.day = u.day`;
  await tx`insert into user_days (${tx.unsafe(STORED_DAY_COLUMNS)})
    select ${tx.unsafe(STORED_DAY_SELECT)} from events
    where (user_key, ${tx.unsafe(DAY_OF_AT)}) in (select user_key, day from undone_days)
    group by user_key, day`;
}

async function remakeDayCounts(tx: Sql): Promise<number> {
  const dayOfEvent = tx.unsafe(DAY_OF_AT);
  const [{ days }] = await tx<{ days: number }[]>`select count(distinct day)::int as days from undone_days`;
  await tx`delete from day_counts where day in (select day from undone_days)`;
  await tx`insert into day_counts (day, type, slot, events, anonymous, priced, first_at, last_at)
    select ${dayOfEvent} as day, type, 0, count(*), count(*) filter (where user_key is null),
      count(*) filter (where amount > 0), min(at), max(at)
    from events where ${dayOfEvent} in (select day from undone_days) group by 1, 2`;
  return days;
}

/** Whether any purchase is stored. */
export async function hasPurchases(sql: Sql): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select 1 from day_counts where type = 'purchase' and events > 0) as found`;
  return row.found;
}
