import { type Content, contentOf, isSameContent, type Outcome } from "../../events/content.ts";
import type { AcceptedEvent } from "../../events/event.ts";
import type { Sql } from "../connect.ts";

/**
 * Tells what became of events that were handed to `insertEvents`: an id that was not new is compared with what is stored
 * under it. Uses the primary key of `events`.
 * @param fresh ids that were new; each is taken out for the first event that has it
 */
export async function outcomesOf(
  sql: Sql,
  events: readonly AcceptedEvent[],
  fresh: Set<string>,
): Promise<Outcome[]> {
  const outcomes = events.map(({ id }): Outcome | null => fresh.delete(id) ? "accepted" : null);
  const known = events.filter((_, i) => outcomes[i] === null);
  const stored = known.length === 0 ? new Map<string, Content>() : await storedContents(sql, known);
  return outcomes.map((outcome, i) => {
    if (outcome !== null) return outcome;
    const content = stored.get(events[i].id);
    return content === undefined || isSameContent(content, contentOf(events[i])) ? "duplicate" : "conflict";
  });
}

async function storedContents(sql: Sql, events: readonly AcceptedEvent[]): Promise<Map<string, Content>> {
  const ids = [...new Set(events.map(({ id }) => id))];
  const rows = await sql<(Content & { eventId: string })[]>`
    select event_id, user_key, session_code, type, product, category, price, quantity, amount,
      round(extract(epoch from at) * 1000)::float8 as at_ms
    from events where event_id = any(${ids}::text[])`;
  return new Map(rows.map(({ eventId, ...content }) => [eventId, content]));
}
