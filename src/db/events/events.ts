import { code32 } from "../../core/hash.ts";
import type { AcceptedEvent } from "../../events/event.ts";
import { arrayLiteral } from "../array_literal.ts";
import type { Sql } from "../connect.ts";
import { withRetry } from "../retry.ts";
import { addDayCounts, addUserDays } from "./roll_up_sql.ts";

/**
 * Stores events and rolls the new ones up into `user_days` and `day_counts`, in one statement. An id that is already
 * stored, or came earlier in `events`, changes nothing. All rows are locked in the order of their keys, so concurrent
 * batches wait for each other instead of deadlocking; should they all the same, the statement runs again.
 * @param importId of the import they come from; null: they were sent
 * @returns ids that were new
 */
export async function insertEvents(
  sql: Sql,
  events: readonly AcceptedEvent[],
  importId: number | null = null,
): Promise<Set<string>> {
  if (events.length === 0) return new Set();
  const c = columnsOf(events);
  const [row] = await withRetry(sql, (sql) =>
    sql`
    with added as (
      insert into events (event_id, user_key, session_code, type, product, product_code, category, category_code,
                          country, price, quantity, amount, fields, at, import_id)
      select id, user_key, session_code, type, product, product_code, category, category_code,
             country, price, quantity, amount, fields::jsonb, to_timestamp(at_ms / 1000), ${importId}::int
      from unnest(
          ${c.id}::text::text[], ${c.userKey}::text::uuid[], ${c.session}::text::int[], ${c.type}::text::text[],
          ${c.product}::text::text[], ${c.productCode}::text::int[], ${c.category}::text::text[],
          ${c.categoryCode}::text::int[], ${c.country}::text::text[], ${c.price}::text::float8[], ${c.quantity}::text::float8[],
          ${c.amount}::text::float8[], ${c.fields}::text::text[], ${c.atMs}::text::float8[])
        with ordinality as sent(id, user_key, session_code, type, product, product_code, category, category_code,
                                country, price, quantity, amount, fields, at_ms, nth)
      order by id collate "C", nth
      on conflict (event_id) do nothing
      returning event_id, user_key, session_code, type, product_code, category_code, price, quantity, amount, at
    ), days as (
      ${sql.unsafe(addUserDays("added"))}
    ), counts as (
      ${sql.unsafe(addDayCounts("added"))}
    )
    select case when count(*) < ${events.length}::int then coalesce(array_agg(event_id), '{}') end as ids from added`);
  return new Set(row.ids ?? events.map((event) => event.id)); // null, all were new, is the common answer and a short one
}

function columnsOf(events: readonly AcceptedEvent[]) {
  // what no event has is sent as an array without elements, which unnest() fills with nulls
  const column = (value: (event: AcceptedEvent) => string | number | null) => {
    const values = events.map(value);
    return values.every((one) => one === null) ? "{}" : arrayLiteral(values);
  };
  const code = (text: string | null) => text === null ? null : code32(text);
  return {
    id: column((e) => e.id),
    userKey: column((e) => e.userKey),
    session: column((e) => code(e.session)),
    type: column((e) => e.type),
    product: column((e) => e.product),
    productCode: column((e) => code(e.product)),
    category: column((e) => e.category),
    categoryCode: column((e) => code(e.category)),
    country: column((e) => e.country),
    price: column((e) => e.price),
    quantity: column((e) => e.quantity),
    amount: column((e) => e.amount),
    fields: column((e) => e.fields ? JSON.stringify(e.fields) : null),
    atMs: column((e) => e.atMs),
  };
}

/**
 * Counts the events before a moment: whole days from `day_counts`, the rest of the last day by index `events_at`.
 */
export async function countEvents(sql: Sql, { beforeMs }: { beforeMs: number }): Promise<number> {
  const before = sql`to_timestamp(${beforeMs}::float8 / 1000)`;
  const [row] = await sql`
    select ((select coalesce(sum(events), 0) from day_counts where day < floor(${beforeMs}::float8 / 86400000))
          + (select count(*) from events where at < ${before} and at >= date_trunc('day', ${before}, 'UTC')))::float8 as events`;
  return row.events;
}

/** The moment of the newest event before another, ms since 1970; null: there is none. Uses index `events_at`. */
export async function newestEventMs(sql: Sql, { beforeMs }: { beforeMs: number }): Promise<number | null> {
  const [row] = await sql<{ at: string | null }[]>`
    select max(at) as at from events where at < to_timestamp(${beforeMs}::float8 / 1000)`;
  return row.at === null ? null : Date.parse(row.at);
}
