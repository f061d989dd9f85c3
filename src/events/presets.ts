import { meantText } from "../core/closest.ts";
import { InvalidInputError } from "../core/errors.ts";
import { columnIndex } from "./path.ts";
import type { ImportPlan } from "./plan.ts";

const GA4_ITEMS = (key: string) => `items[].${key}|ecommerce.items[].${key}`;
const SEGMENT_PRODUCT = (...keys: string[]) =>
  keys.flatMap((key) => [`properties.products[].${key}`, `properties.${key}`]).join("|");

/** Plans for the exports of well-known shops and data sets, by name. */
export const PRESETS: Readonly<Record<string, ImportPlan>> = {
  rees46: {
    map: {
      id: "-",
      type: "event_type",
      user: "user_id",
      session: "user_session",
      product: "product_id",
      category: "category_id|category_code",
      price: "price",
      time: "event_time",
    },
  },
  retailrocket: {
    map: {
      id: "-",
      type: "event",
      user: "visitorid",
      session: "transactionid",
      product: "itemid",
      time: "timestamp",
    },
    types: { transaction: "purchase", addtocart: "cart", view: "view" },
    timeFormat: "ms",
  },
  olist: {
    type: "purchase",
    map: {
      user: "customer_unique_id",
      session: "order_id",
      product: "product_id",
      category: "product_category_name_english|product_category_name",
      country: "customer_state",
      price: "price",
      amount: "-",
      time: "order_purchase_timestamp",
    },
    idFrom: ["order_id", "order_item_id"],
    refuse: [{ column: "order_status", is: ["canceled", "unavailable"], reason: "order was cancelled" }],
  },
  ga4: {
    map: {
      id: "-",
      type: "event_name",
      user: "user_id|user_pseudo_id",
      session: "ecommerce.transaction_id|event_params.ga_session_id|ga_session_id",
      product: `${GA4_ITEMS("item_id")}|item_id`,
      category: `${GA4_ITEMS("item_category")}|item_category`,
      country: "geo.country|country",
      price: `${GA4_ITEMS("price")}|price`,
      quantity: `${GA4_ITEMS("quantity")}|quantity`,
      amount: `${
        GA4_ITEMS("item_refund")
      }|ecommerce.refund_value|ecommerce.purchase_revenue|ecommerce.value|purchase_revenue|event_params.value`,
      currency: "event_params.currency|ecommerce.currency|currency",
      time: "event_timestamp|timestamp",
    },
    types: {
      view_item: "view",
      add_to_cart: "cart",
      purchase: "purchase",
      in_app_purchase: "purchase",
      refund: "return",
    },
  },
  shopify: {
    type: "purchase",
    map: {
      id: "-",
      user: "Email",
      session: "Name",
      product: "Lineitem sku|Lineitem name",
      country: "Shipping Country|Billing Country",
      price: "Lineitem price",
      quantity: "Lineitem quantity",
      amount: "-",
      currency: "Currency",
      refunds: "Refunded Amount",
      time: "Created at",
    },
    fillDown: {
      by: "Name",
      columns: ["Email", "Created at", "Currency", "Shipping Country", "Billing Country", "Cancelled at"],
    },
    refuse: [{ column: "Cancelled at", reason: "order was cancelled" }],
  },
  woocommerce: {
    type: "purchase",
    map: {
      user: "customer_id",
      session: "id|order_id|number",
      product: "line_items[].product_id|line_items[].sku|product_id",
      country: "billing.country|country",
      price: "-",
      quantity: "line_items[].quantity|quantity",
      amount: "line_items[].total|total",
      refunds: "refunds[].total",
      currency: "currency",
      time: "date_created_gmt|date_created",
    },
    idFrom: ["id", "line_items[].id"],
    nobody: ["0"],
    refuse: [{
      column: "status",
      is: ["cancelled", "failed", "pending", "trash", "checkout-draft", "auto-draft"],
      reason: "order was not completed",
    }],
  },
  segment: {
    map: {
      id: "messageId|message_id",
      type: "event|type",
      user: "userId|user_id|anonymousId|anonymous_id",
      session: "properties.order_id|properties.checkout_id|properties.cart_id|context.sessionId",
      product: SEGMENT_PRODUCT("product_id", "sku"),
      category: SEGMENT_PRODUCT("category"),
      country: "context.location.country",
      price: SEGMENT_PRODUCT("price"),
      quantity: SEGMENT_PRODUCT("quantity"),
      amount: "properties.total|properties.revenue|properties.value",
      currency: "properties.currency",
      time: "timestamp|originalTimestamp|received_at",
    },
  },
  "online-retail": {
    type: "purchase",
    map: {
      id: "-",
      user: "CustomerID",
      session: "InvoiceNo|Invoice",
      product: "StockCode",
      country: "Country",
      price: "UnitPrice|Price",
      quantity: "Quantity",
      time: "InvoiceDate",
    },
    returns: "negative",
    timeFormat: "mdy",
  },
  snowplow: {
    map: {
      id: "product_event_id|-", // an event of several products has a line for each
      type: "ecommerce_action_type|event_name",
      user: "user_id|domain_userid",
      session: "domain_sessionid|session_id",
      product: "product_id",
      category: "product_category",
      country: "geo_country",
      price: "product_price",
      quantity: "product_quantity",
      currency: "product_currency",
      time: "derived_tstamp|collector_tstamp",
    },
    types: { product_view: "view", add_to_cart: "cart", transaction: "purchase", refund: "return" },
  },
  instacart: {
    type: "purchase",
    map: {
      user: "user_id",
      session: "order_id",
      product: "product_id",
      category: "department_id|aisle_id",
      time: ":2014-01-05",
    },
    idFrom: ["order_id", "product_id"],
    // The data set has no dates. A Sunday, its weekday 0, as good as any.
    daySteps: {
      start: "2014-01-05",
      user: "user_id",
      order: "order_id",
      days: "days_since_prior_order",
      weekday: "order_dow",
      hour: "order_hour_of_day",
    },
  },
};

const ALIASES: Readonly<Record<string, string>> = { retrailrocket: "retailrocket", uci: "online-retail" };

/** Fills a plan with what its preset says; what the plan says itself counts. @throws {InvalidInputError} no such preset */
export function completePlan(plan: ImportPlan): ImportPlan {
  if (plan.preset === undefined) return plan;
  const preset = PRESETS[ALIASES[plan.preset] ?? plan.preset];
  if (!preset) {
    const hint = meantText(plan.preset, Object.keys(PRESETS));
    throw new InvalidInputError(`There is no preset "${plan.preset}"${hint}`, "preset");
  }
  return {
    ...preset,
    ...plan,
    map: { ...preset.map, ...plan.map },
    types: { ...preset.types, ...plan.types },
  };
}

/** Columns by which an export is known. */
const SIGNS: Readonly<Record<string, readonly string[]>> = {
  retailrocket: ["visitorid", "itemid", "transactionid"],
  olist: ["order_purchase_timestamp"],
  ga4: ["event_timestamp", "user_pseudo_id"],
  shopify: ["Lineitem price", "Created at"],
  woocommerce: ["line_items", "date_created_gmt"],
  segment: ["messageId", "anonymousId"],
  "online-retail": ["StockCode", "InvoiceDate"],
  snowplow: ["derived_tstamp", "domain_userid"],
  instacart: ["days_since_prior_order", "order_dow"],
};

/** The preset that the columns of a file call for; undefined: none. */
export function presetFor(names: readonly string[]): string | undefined {
  return Object.keys(SIGNS).find((preset) => SIGNS[preset].every((name) => columnIndex(names, name) >= 0));
}
