import { code32 } from "../../core/hash.ts";
import type { AcceptedEvent } from "../../events/event.ts";
import { inTransaction, type Sql } from "../connect.ts";
import { copyInto, copyLine } from "../copy.ts";
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

const addEvents = (importId: number | null) =>
  `insert into events (${COLUMNS}, at, import_id)
  select ${COLUMNS}, at, ${importId ?? "null"}::integer from staged_events`;

/** One of the ids is stored; the role may make no temporary table. */
const NOT_THIS_WAY = new Set(["23505", "42501"]);

/**
 * Stores events of which none is stored yet, and rolls them up, as `insertEvents` does at a higher cost: they are copied
 * beside the tables first, and nothing is asked about each of them. Belongs into a transaction.
 * @returns the ids, all of them new; null: nothing was changed, as one of them is stored, or as the role may make no
 * temporary table
 */
export async function copyNewEvents(
  tx: Sql,
  events: readonly AcceptedEvent[],
  importId: number | null = null,
): Promise<Set<string> | null> {
  const ids = new Set(events.map(({ id }) => id));
  if (events.length === 0) return ids;
  if (ids.size < events.length) return null;
  try {
    await inTransaction(tx, async (step) => {
      await step.unsafe(STAGE);
      await copyInto(step, `staged_events (${COLUMNS}, at_ms)`, linesOf(inOrder(events)));
      await step.unsafe(addEvents(importId));
      await step.unsafe(addUserDays("staged_events"));
      await step.unsafe(addDayCounts("staged_events"));
    });
  } catch (error) {
    if (!NOT_THIS_WAY.has((error as { code?: string } | null)?.code ?? "")) throw error;
    return null;
  }
  return ids;
}

/** As their ids are ordered: whoever stores the same ones meanwhile waits instead of deadlocking. */
const inOrder = (events: readonly AcceptedEvent[]): AcceptedEvent[] =>
  [...events].sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

const LINES_AT_ONCE = 500;

function* linesOf(events: readonly AcceptedEvent[]): Generator<string> {
  for (let from = 0; from < events.length; from += LINES_AT_ONCE) {
    let lines = "";
    for (const event of events.slice(from, from + LINES_AT_ONCE)) lines += lineOf(event);
    yield lines;
  }
}

const code = (text: string | null) => text === null ? null : code32(text);

const lineOf = (event: AcceptedEvent): string =>
  copyLine([
    event.id,
    event.userKey,
    code(event.session),
    event.type,
    event.product,
    code(event.product),
    event.category,
    code(event.category),
    event.country,
    event.price,
    event.quantity,
    event.amount,
    event.fields ? JSON.stringify(event.fields) : null,
    event.atMs,
  ]);
