import { z } from "zod";
import type { Sql } from "../connect.ts";

/** An event that waits in quarantine, locked until the transaction ends. */
export const WaitingEvent = z.object({
  id: z.int(),
  source: z.string(),
  reason: z.string(),
  field: z.string().nullable(),
  body: z.record(z.string(), z.unknown()),
});
export type WaitingEvent = z.infer<typeof WaitingEvent>;

/** Selects waiting events. */
export interface Wanted {
  /** left out: whatever the reason */
  reason?: string;
  /** left out: all */
  ids?: readonly number[];
  /** only those behind this one */
  after: number;
  limit: number;
}

const wantedRows = (sql: Sql, { reason, ids, after }: Omit<Wanted, "limit">) =>
  sql`replayed_at is null and id > ${after}
    ${reason === undefined ? sql`` : sql`and reason = ${reason}`}
    ${ids === undefined ? sql`` : sql`and id = any(${ids as number[]}::bigint[])`}`;

/** The oldest of them, for this transaction alone: who asks at the same time waits and finds what is left. Index `quarantine_waiting`. */
export async function takeWaiting(tx: Sql, { limit, ...wanted }: Wanted): Promise<WaitingEvent[]> {
  const rows = await tx`select id, source, reason, field, body from quarantine where ${wantedRows(tx, wanted)}
    order by id limit ${limit} for update`;
  return z.array(WaitingEvent).parse([...rows]);
}

/** Counts the events that wait. */
export async function countWaiting(sql: Sql, wanted: Omit<Wanted, "limit">): Promise<number> {
  const [row] = await sql`select count(*)::int as events from quarantine where ${wantedRows(sql, wanted)}`;
  return row.events;
}

/** Marks events as accepted, under these ids. */
export async function markReprocessed(
  tx: Sql,
  rows: readonly { id: number; eventId: string }[],
): Promise<void> {
  if (rows.length === 0) return;
  const eventIds = rows.map((row) => row.eventId);
  await tx`update quarantine q set replayed_at = now(), replayed_as = done.event_id
    from unnest(${rows.map((row) => row.id)}::bigint[], ${eventIds}::text[]) as done(id, event_id)
    where q.id = done.id and q.replayed_at is null`;
}

/** Marks events as refused again: the newest reason counts, the first one is kept. */
export async function markRefusedAgain(
  tx: Sql,
  rows: readonly { id: number; reason: string; field: string | null }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx`update quarantine q set tried_at = now(), field = tried.field, reason = tried.reason,
      first_reason = case when q.reason <> tried.reason then coalesce(q.first_reason, q.reason) else q.first_reason end
    from unnest(${rows.map((row) => row.id)}::bigint[], ${rows.map((row) => row.reason)}::text[],
                ${rows.map((row) => row.field)}::text[]) as tried(id, reason, field)
    where q.id = tried.id and q.replayed_at is null`;
}
