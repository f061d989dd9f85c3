import type { Clock } from "../../core/clock.ts";
import type { Sql } from "../../db/connect.ts";
import { insertEvents } from "../../db/events/events.ts";
import { insertQuarantined } from "../../db/events/quarantine.ts";
import { quarantined, type QuarantinedEvent } from "../../events/quarantine.ts";
import { countRepeats } from "../../db/events/repeats.ts";
import { inSerializableTransaction } from "../../db/retry.ts";
import type { Pseudonym } from "../../privacy/pseudonym.ts";
import { validateEvent } from "../../events/accept.ts";
import type { AcceptedEvent } from "../../events/event.ts";

export interface IngestDeps {
  readonly sql: Sql;
  readonly clock: Clock;
  readonly pseudonym: Pseudonym;
}

/** The result for one event, in the order sent. */
export interface EventResult {
  readonly index: number;
  /** as sent, or derived; null: refused and none was sent */
  readonly id: string | null;
  readonly status: "accepted" | "duplicate" | "quarantined";
  readonly reason?: string;
  readonly field?: string | null;
}

export interface IngestResult {
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly results: EventResult[];
}

/** An event on its way in: what is stored, or what is put aside. */
export type Judged =
  | { readonly kind: "accepted"; readonly event: AcceptedEvent }
  | { readonly kind: "quarantined"; readonly put: QuarantinedEvent };

/**
 * Takes in events: judges each, stores the good ones and puts the others into quarantine, all in one transaction.
 * When it returns, everything is committed. Sending the same again is safe.
 * @param raws as sent, each one event
 * @param options.source named in the quarantine, as in `api`
 */
export async function ingest(
  { sql, clock, pseudonym }: IngestDeps,
  raws: readonly unknown[],
  { source }: { source: string },
): Promise<IngestResult> {
  const nowMs = clock();
  const judged = raws.map((raw): Judged => {
    const verdict = validateEvent(raw, { nowMs, pseudonym });
    if (verdict.kind === "accepted") return verdict;
    return { kind: "quarantined", put: quarantined(raw, { ...verdict, source }, pseudonym) };
  });
  const fresh = await store(sql, judged, { source, nowMs });
  return summary(judged.map((event, index) => resultOf(event, index, fresh)));
}

/**
 * Stores a batch whole or not at all.
 * @param from who sent it and when it was received, for the count of what is sent again; left out, nobody counts
 * @returns ids that were new; each is to be taken out when it is reported
 */
export async function store(
  sql: Sql,
  judged: readonly Judged[],
  from?: { source: string; nowMs: number },
): Promise<Set<string>> {
  const events = judged.flatMap((event) => event.kind === "accepted" ? [event.event] : []);
  const refused = judged.flatMap((event) => event.kind === "quarantined" ? [event.put] : []);
  const insert = async (sql: Sql) => {
    const fresh = await insertEvents(sql, events);
    if (from && fresh.size < events.length) {
      await countRepeats(sql, { ...from, events: events.length - fresh.size });
    }
    return fresh;
  };
  if (refused.length === 0) return await insert(sql);
  return await inSerializableTransaction(sql, async (tx) => {
    await insertQuarantined(tx, refused);
    return await insert(tx);
  });
}

function resultOf(event: Judged, index: number, fresh: Set<string>): EventResult {
  if (event.kind === "quarantined") {
    const { eventId, reason, field } = event.put;
    return { index, id: eventId, status: "quarantined", reason, field };
  }
  const { id } = event.event;
  return { index, id, status: fresh.delete(id) ? "accepted" : "duplicate" }; // the first of equal ids is the accepted one
}

function summary(results: EventResult[]): IngestResult {
  const count = (status: EventResult["status"]) =>
    results.filter((result) => result.status === status).length;
  return {
    accepted: count("accepted"),
    duplicates: count("duplicate"),
    quarantined: count("quarantined"),
    results,
  };
}
