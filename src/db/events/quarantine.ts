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
