import { z } from "zod";
import { QuarantinedEvent } from "../../events/quarantine.ts";
import type { Sql } from "../connect.ts";

/** Puts events into quarantine, in the order of their fingerprints. @returns how many were not there yet */
export async function insertQuarantined(sql: Sql, events: readonly QuarantinedEvent[]): Promise<number> {
  if (events.length === 0) return 0;
  const result = await sql`
    insert into quarantine (event_id, reason, field, body, source, fingerprint)
    select event_id, reason, field, body::jsonb, source, fingerprint
    from unnest(${events.map((e) => e.eventId)}::text[], ${events.map((e) => e.reason)}::text[],
                ${events.map((e) => e.field)}::text[], ${events.map((e) => JSON.stringify(e.body))}::text[],
                ${events.map((e) => e.source)}::text[], ${events.map((e) => e.fingerprint)}::text[])
      as sent(event_id, reason, field, body, source, fingerprint)
    order by fingerprint
    on conflict (fingerprint) do nothing`;
  return result.count;
}

/** An event that was put aside. Its body names the shopper by pseudonym only. */
export const QuarantineRow = z.object({
  id: z.int(),
  eventId: z.string().nullable(),
  reason: z.string(),
  field: z.string().nullable(),
  body: z.record(z.string(), z.unknown()),
  source: z.string(),
  receivedAt: z.iso.datetime(),
  firstReason: z.string().nullable().describe(
    "what it was put aside for, where a replay found another reason",
  ),
  triedAt: z.iso.datetime().nullable().describe("when it was last tried again, and failed; null: never"),
});
export type QuarantineRow = z.infer<typeof QuarantineRow>;

/** Lists the events that wait in quarantine, newest first; those reprocessed successfully are gone. */
export async function listQuarantined(
  sql: Sql,
  limit = 100,
  { reason }: { reason?: string } = {},
): Promise<QuarantineRow[]> {
  const rows = await sql`
    select id, event_id, reason, field, body, source, received_at, first_reason, tried_at from quarantine
    where replayed_at is null ${reason === undefined ? sql`` : sql`and reason = ${reason}`}
    order by id desc limit ${limit}`;
  return z.array(QuarantineRow).parse([...rows]);
}

/** Why events wait in quarantine, and what became of those that were there for it. */
export const QuarantineReason = z.object({
  reason: z.string(),
  events: z.int().describe("that wait"),
  first: z.iso.datetime().nullable().describe("when the oldest of them was put aside"),
  last: z.iso.datetime().nullable(),
  triedAt: z.iso.datetime().nullable().describe("when some of them were last tried again, and failed"),
  replayed: z.int().describe("that a replay took in"),
});
export type QuarantineReason = z.infer<typeof QuarantineReason>;

/** By the reason that holds now, the most common first. */
export async function quarantineReasons(sql: Sql, limit = 50): Promise<QuarantineReason[]> {
  const rows = await sql`
    select reason, (count(*) filter (where replayed_at is null))::int as events,
      min(received_at) filter (where replayed_at is null) as first,
      max(received_at) filter (where replayed_at is null) as last,
      max(tried_at) filter (where replayed_at is null) as tried_at, count(replayed_at)::int as replayed
    from quarantine group by reason order by events desc, replayed desc, reason limit ${limit}`;
  return z.array(QuarantineReason).parse([...rows]);
}

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
