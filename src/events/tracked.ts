/** Events as trackers and shops send them over HTTP, read by the same presets as their exports. */
import type { ShopMoney } from "../core/currency.ts";
import { Columns } from "./columns.ts";
import { InvalidInputError } from "../core/errors.ts";
import type { FileRow } from "./file_rows.ts";
import type { ImportPlan } from "./plan.ts";
import { completePlan } from "./presets.ts";
import { shownValue } from "./refusal.ts";
import type { FileRecord } from "./records_block.ts";
import { RowMaker } from "./row_maker.ts";

/** Senders whose records can be sent as they are. */
export const TRACKERS = ["segment", "ga4", "shopify", "woocommerce"] as const;
export type Tracker = typeof TRACKERS[number];

/**
 * An order as Shopify's webhooks send it. Its fields are those of the export, so that an order that comes by both counts
 * once: a derived id is made of the shopper, the order's name, and the line.
 */
const SHOPIFY_ORDER: ImportPlan = {
  type: "purchase",
  map: {
    id: "-",
    user: "email|contact_email|customer.email",
    session: "name",
    product: "line_items[].sku|line_items[].name|line_items[].title",
    country: "shipping_address.country_code|billing_address.country_code",
    price: "line_items[].price",
    quantity: "line_items[].quantity",
    amount: "-",
    currency: "currency",
    time: "created_at",
  },
  refuse: [
    { column: "cancelled_at", reason: "order was cancelled" },
    { column: "test", is: ["true"], reason: "is a test order" },
  ],
};

const planFor = (tracker: Tracker): ImportPlan =>
  tracker === "shopify" ? SHOPIFY_ORDER : completePlan({ preset: tracker });

/**
 * Makes rows of what a tracker sent, each one event: one of each line of an order.
 * @param records as sent; what is no object comes out as a row that cannot be read
 * @throws {InvalidInputError} none of the records has a type, or a time
 */
export function trackedRows(tracker: Tracker, records: readonly unknown[], money: ShopMoney): FileRow[] {
  const whole = records.flatMap((record) => UNPACK[tracker]?.(record) ?? [record]);
  const plan = { ...planFor(tracker), decimal: ".", currency: money.currency } as const;
  const columns = new Columns(plan, {}, tracker);
  columns.startOpen();
  const objects = whole.map((record) => isObject(record) ? record : null);
  for (const record of objects) if (record) columns.look(record);
  if (objects.every((record) => record === null)) return whole.map(unreadable);
  const maker = makerOf(tracker, plan, columns);
  return maker.rowsOf(whole.map((value, i): FileRecord => {
    const record = objects[i];
    return record ? { line: i + 1, data: record } : unreadable(value, i);
  }));
}

/** @throws {InvalidInputError} in the sender's words: it knows nothing of options */
function makerOf(tracker: Tracker, plan: ImportPlan, columns: Columns): RowMaker {
  try {
    return new RowMaker(plan, columns);
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(
      `Send records as ${tracker} sends them: none of these has a type and a time where it has them`,
      "body",
    );
  }
}

type Fields = Record<string, unknown>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const unreadable = (value: unknown, i: number) => ({
  line: i + 1,
  unreadable: "event is not an object",
  shown: shownValue(value),
  lines: 1,
});

/** Records that hold several events, taken apart. */
const UNPACK: Readonly<Partial<Record<Tracker, (record: unknown) => unknown[] | undefined>>> = {
  segment: (record) => isObject(record) && Array.isArray(record.batch) ? record.batch : undefined,
  ga4: (record) => isObject(record) && Array.isArray(record.events) ? measured(record) : undefined,
};

/** The events of the Measurement Protocol, as the export to BigQuery has them. */
function measured({ client_id, user_id, timestamp_micros, events }: Fields): unknown[] {
  return (events as unknown[]).map((event) => {
    if (!isObject(event)) return event;
    const params = isObject(event.params) ? event.params : {};
    return {
      event_name: event.name,
      event_timestamp: event.timestamp_micros ?? timestamp_micros,
      user_id,
      user_pseudo_id: client_id,
      items: params.items,
      ecommerce: { transaction_id: params.transaction_id, value: params.value },
      event_params: { currency: params.currency, ga_session_id: params.session_id },
    };
  });
}
