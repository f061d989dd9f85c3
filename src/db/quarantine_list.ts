import { z } from "zod";
import type { Sql } from "./connect.ts";

/** An event that was put aside. Its body names the shopper by pseudonym only. */
export const QuarantineRow = z.object({
  id: z.int(),
  eventId: z.string().nullable(),
  reason: z.string(),
  field: z.string().nullable(),
  body: z.record(z.string(), z.unknown()),
  source: z.string(),
  receivedAt: z.iso.datetime(),
});
export type QuarantineRow = z.infer<typeof QuarantineRow>;

/** What is in quarantine, newest first. Uses the primary key. */
export async function listQuarantined(sql: Sql, limit = 100): Promise<QuarantineRow[]> {
  const rows = await sql`select id, event_id, reason, field, body, source, received_at from quarantine
    order by id desc limit ${limit}`;
  return z.array(QuarantineRow).parse([...rows]);
}

/** How many events are in quarantine, by reason, the most common first. */
export async function countQuarantined(sql: Sql, limit = 50): Promise<{ reason: string; events: number }[]> {
  return [
    ...await sql<{ reason: string; events: number }[]>`select reason, count(*) as events from quarantine
    group by reason order by events desc, reason limit ${limit}`,
  ];
}
