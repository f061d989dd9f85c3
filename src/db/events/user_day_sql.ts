import { ARE_KEPT, NEWEST_MERGE, newestOf } from "./newest_sql.ts";

/** Days since 1970-01-01 UTC of the event time `at`. */
export const DAY_OF_AT = `((at at time zone 'utc')::date - date '1970-01-01')`;

/**
 * Distinct codes that one shopper's day keeps of each kind, the lowest of them: of whom has more, a bot or a test, the
 * row that each further event writes anew stays below 25 kB. The lowest of a union are the lowest of their lowest, so
 * that a day comes out the same however its events came in.
 */
export const CODES_MAX = 1000;

/**
 * The expressions that make a row of `user_days` from the events of one shopper on one day, by column: THE definition,
 * for events as they come in and for a part of a day read back. Lines without a session share order session 0.
 */
const AGGREGATES = {
  first_at: `min(at)`,
  last_at: `max(at)`,
  last_purchase_at: `max(at) filter (where type = 'purchase')`,
  sessions: codes("session_code", "true"),
  order_sessions: codes("coalesce(session_code, 0)", "type = 'purchase'"),
  views: count("type = 'view'"),
  carts: count("type = 'cart'"),
  purchases: count("type = 'purchase'"),
  returns: count("type = 'return'"),
  others: count("type not in ('view', 'cart', 'purchase', 'return')"),
  units: sum("coalesce(quantity, 1)", "type = 'purchase'"),
  spend: sum("amount", "type = 'purchase'"),
  priced: count("type = 'purchase' and amount > 0"),
  returned: sum("0 - amount", "type = 'return'"),
  products: codes("product_code", "type = 'purchase'"),
  categories: codes("category_code", "type = 'purchase'"),
  viewed: codes("product_code", "type in ('view', 'cart')"),
} as const;

function count(condition: string): string {
  return `(count(*) filter (where ${condition}))::int`;
}
function sum(value: string, condition: string): string {
  return `coalesce(sum(${value}) filter (where ${condition}), 0)`;
}
function codes(code: string, condition: string): string {
  const all = `array_agg(distinct ${code}) filter (where ${code} is not null and ${condition})`; // sorted, as all distinct is
  return `coalesce((${all})[1:${CODES_MAX}], '{}')`;
}

type Column = keyof typeof AGGREGATES;
const COLUMNS = Object.keys(AGGREGATES) as Column[];

/** Merges the stored row of a day with events that came later. */
function merged(column: Column): string {
  const [stored, added] = [`user_days.${column}`, `excluded.${column}`];
  if (column === "first_at") return `least(${stored}, ${added})`;
  if (column === "last_at" || column === "last_purchase_at") return `greatest(${stored}, ${added})`;
  return AGGREGATES[column].includes("array_agg")
    ? `(int_union(${stored}, ${added}))[1:${CODES_MAX}]`
    : `${stored} + ${added}`;
}

/** `select` list: shopper, day and the aggregates; goes with `group by user_key, day`. */
export const USER_DAY_SELECT = `user_key, ${DAY_OF_AT} as day, ` +
  COLUMNS.map((column) => `${AGGREGATES[column]} as ${column}`).join(", ");

/** Columns of `user_days`, in the order of `USER_DAY_SELECT`. */
export const USER_DAY_COLUMNS = ["user_key", "day", ...COLUMNS].join(", ");

/** The same with the newest events, where they are kept: what is written. */
export const STORED_DAY_SELECT = `${USER_DAY_SELECT}, ${newestOf(ARE_KEPT)} as newest`;
export const STORED_DAY_COLUMNS = `${USER_DAY_COLUMNS}, newest`;

/** The same of days that are rolled up for whoever reads the newest events, kept or not. */
export const WHOLE_DAY_SELECT = `${USER_DAY_SELECT}, ${newestOf("true")} as newest`;

/** `on conflict` part: one stored day takes in the same day of new events. */
export const USER_DAY_MERGE = `on conflict (user_key, day) do update set ` +
  [...COLUMNS.map((column) => `${column} = ${merged(column)}`), `newest = ${NEWEST_MERGE}`].join(", ");
