import { code32 } from "../../core/hash.ts";
import type { AcceptedEvent } from "../../events/event.ts";
import { inTransaction, type Sql } from "../connect.ts";
import { copyInto, copyText, NO_VALUE } from "../copy.ts";
import { addDayCounts, addUserDays } from "./roll_up_sql.ts";

const COLUMNS =
  "event_id, user_key, session_code, type, product, product_code, category, category_code, country, " +
  "price, quantity, amount, fields";

/** Of this connection alone, without a log, and empty again when its transaction ends. */
const STAGE = `create temp table if not exists staged_events (
  event_id text collate "C", user_key uuid, session_code integer, type text collate "C", product text,
  product_code integer, category text, category_code integer, country text, price float8, quantity float8,
  amount float8, fields jsonb, at_ms float8, at timestamptz generated always as (to_timestamp(at_ms / 1000)) stored)
  on commit delete rows`;

/** All that follows the copy, in one message: each one more waits until this process has judged the rows at hand. */
const addStaged = (importId: number | null) =>
  `insert into events (${COLUMNS}, at, import_id)
  select ${COLUMNS}, at, ${importId ?? "null"}::integer from staged_events;
  ${addUserDays("staged_events")};
  ${addDayCounts("staged_events")}`;

/** One of the ids is stored; the role may make no temporary table. */
const NOT_THIS_WAY = new Set(["23505", "42501"]);

/**
 * Stores events of which none is stored yet, and rolls them up, as `insertEvents` does at a higher cost: they are copied
 * beside the tables first, and nothing is asked about each of them. Belongs into a transaction.
 * @returns whether they are stored; if not, nothing was changed, as one of them is known, or as the role may make no
 * temporary table
 */
export async function copyNewEvents(
  tx: Sql,
  events: readonly AcceptedEvent[],
  importId: number | null = null,
): Promise<boolean> {
  const ordered = inOrder(events);
  if (ordered.length === 0) return true;
  if (ordered.some(({ id }, i) => id === ordered[i + 1]?.id)) return false;
  try {
    await inTransaction(tx, async (step) => {
      await step.unsafe(STAGE);
      await copyInto(step, `staged_events (${COLUMNS}, at_ms)`, linesOf(ordered));
      await step.unsafe(addStaged(importId));
    });
  } catch (error) {
    if (!NOT_THIS_WAY.has((error as { code?: string } | null)?.code ?? "")) throw error;
    return false;
  }
  return true;
}

/** As their ids are ordered: whoever stores the same ones meanwhile waits instead of deadlocking. */
const inOrder = (events: readonly AcceptedEvent[]): AcceptedEvent[] =>
  [...events].sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** Some 700 kB: each further piece waits until this process has judged the rows at hand. */
const LINES_AT_ONCE = 5000;
const utf8 = new TextEncoder();

function* linesOf(events: readonly AcceptedEvent[]): Generator<Uint8Array> {
  for (let from = 0; from < events.length; from += LINES_AT_ONCE) {
    const to = Math.min(from + LINES_AT_ONCE, events.length);
    let lines = "";
    for (let i = from; i < to; i++) lines += lineOf(events[i]);
    yield utf8.encode(lines);
  }
}

const code = (text: string | null) => text === null ? NO_VALUE : code32(text);

/** A line for the copy. Keys, types and codes hold nothing that would have to be escaped. */
const lineOf = (event: AcceptedEvent): string =>
  `${copyText(event.id)}\t${event.userKey ?? NO_VALUE}\t${code(event.session)}\t${event.type}\t` +
  `${copyText(event.product)}\t${code(event.product)}\t${copyText(event.category)}\t${
    code(event.category)
  }\t` +
  `${copyText(event.country)}\t${event.price ?? NO_VALUE}\t${event.quantity ?? NO_VALUE}\t` +
  `${event.amount ?? NO_VALUE}\t${
    copyText(event.fields ? JSON.stringify(event.fields) : null)
  }\t${event.atMs}\n`;
