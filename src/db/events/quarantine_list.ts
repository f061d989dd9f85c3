import { z } from "zod";
import type { Sql } from "../connect.ts";

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
