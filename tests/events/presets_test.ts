import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { tryImport } from "../../src/app/events/try_import.ts";
import { NO_MONEY } from "../../src/core/currency.ts";
import { completePlan, PRESETS } from "../../src/events/presets.ts";
import { parsePlan } from "../../src/events/plan.ts";
import { trackedRows } from "../../src/events/tracked.ts";
import { readBytes, tryBytes } from "./support.ts";

const NOW_MS = Date.UTC(2026, 0, 1);
const fileOf = (name: string) => fileURLToPath(new URL(`./files/${name}`, import.meta.url));

/** What each preset makes of a small file of its original form. */
const WANT = {
  rees46: {
    file: "rees46.csv",
    counts: { read: 3, accepted: 3, refused: 0, shoppers: 2, withoutShopper: 0, amount: 130.76 },
    types: { view: 1, cart: 1, purchase: 1 },
    span: ["2019-10-01T00:00:00.000Z", "2019-10-01T00:02:14.000Z"],
  },
  retailrocket: {
    file: "retailrocket.csv",
    counts: { read: 3, accepted: 3, refused: 0, shoppers: 3, withoutShopper: 0, amount: 0 },
    types: { view: 1, cart: 1, purchase: 1 },
    span: ["2015-06-02T05:02:12.117Z", "2015-06-02T05:22:11.378Z"],
  },
  olist: {
    file: "olist.csv",
    counts: { read: 4, accepted: 3, refused: 1, shoppers: 2, withoutShopper: 0, amount: 267.39 },
    types: { purchase: 3 },
    span: ["2017-10-02T10:56:33.000Z", "2018-07-24T20:41:37.000Z"],
  },
  ga4: {
    file: "ga4.ndjson",
    counts: { read: 4, accepted: 4, refused: 0, shoppers: 2, withoutShopper: 0, amount: 13.5 },
    types: { view: 1, session_start: 1, purchase: 2 },
    span: ["2024-03-04T10:00:00.000Z", "2024-03-04T10:05:00.000Z"],
  },
  shopify: {
    file: "shopify.csv",
    counts: { read: 7, accepted: 5, refused: 2, shoppers: 2, withoutShopper: 1, amount: 57.2 },
    types: { purchase: 4, return: 1 },
    span: ["2024-03-04T09:00:00.000Z", "2024-03-07T08:00:00.000Z"],
  },
  woocommerce: {
    file: "woocommerce.json",
    counts: { read: 4, accepted: 3, refused: 1, shoppers: 1, withoutShopper: 1, amount: 30 },
    types: { purchase: 3 },
    span: ["2024-03-04T10:00:00.000Z", "2024-03-05T10:00:00.000Z"],
  },
  segment: {
    file: "segment.ndjson",
    counts: { read: 6, accepted: 6, refused: 0, shoppers: 2, withoutShopper: 0, amount: 17.98 },
    types: { view: 1, page: 1, cart: 1, purchase: 2, return: 1 },
    span: ["2024-03-04T10:00:00.000Z", "2024-03-05T10:03:00.000Z"],
  },
  "online-retail": {
    file: "online-retail.csv",
    counts: { read: 4, accepted: 4, refused: 0, shoppers: 2, withoutShopper: 1, amount: 8.14 },
    types: { purchase: 3, return: 1 },
    span: ["2010-12-01T08:26:00.000Z", "2010-12-01T11:52:00.000Z"],
  },
  snowplow: {
    file: "snowplow.tsv",
    counts: { read: 3, accepted: 3, refused: 0, shoppers: 2, withoutShopper: 0, amount: 13.5 },
    types: { view: 1, purchase: 2 },
    span: ["2024-03-04T10:00:00.123Z", "2024-03-04T10:05:00.000Z"],
  },
  instacart: {
    file: "instacart.csv",
    counts: { read: 4, accepted: 4, refused: 0, shoppers: 2, withoutShopper: 0, amount: 0 },
    types: { purchase: 4 },
    span: ["2014-01-07T08:00:00.000Z", "2014-01-22T07:00:00.000Z"],
  },
} as const;

for (const [preset, { file, counts, types, span }] of Object.entries(WANT)) {
  Deno.test(`preset ${preset} reads an export as it is`, async () => {
    const { summary } = await tryImport([fileOf(file)], { plan: { preset }, nowMs: NOW_MS });
    const { read, accepted, duplicates, conflicts, refused, shoppers, withoutShopper, amount } = summary;
    assert.deepEqual({ read, accepted, refused, shoppers, withoutShopper, amount }, counts);
    assert.deepEqual([duplicates, conflicts], [0, 0]);
    assert.deepEqual(summary.types, types);
    assert.deepEqual([summary.first, summary.last], span);
  });
}

Deno.test("every preset has a file here, and is a plan that can be saved", () => {
  assert.deepEqual(Object.keys(WANT).sort(), Object.keys(PRESETS).sort());
  for (const plan of Object.values(PRESETS)) {
    assert.deepEqual(parsePlan(JSON.parse(JSON.stringify(plan))), plan);
  }
});

Deno.test("completePlan() lets what was said count before the preset, and refuses a preset that is none", () => {
  const plan = completePlan({ preset: "shopify", map: { user: "Phone" }, type: "order" });
  assert.deepEqual([plan.map!.user, plan.map!.session, plan.type], ["Phone", "Name", "order"]);
  assert.throws(
    () => completePlan({ preset: "shopware" }),
    /no preset "shopware"; there are rees46, .*instacart/,
  );
});

Deno.test("preset shopify tells the lines of an order by its shopper, and puts cancelled and foreign money aside", async () => {
  const bytes = await Deno.readFile(fileOf("shopify.csv"));
  const { rows } = await readBytes(bytes, { preset: "shopify" });
  const brief = rows.map((row) => {
    if (!("raw" in row)) return row.unreadable;
    return "refused" in row
      ? row.refused.reason
      : [row.raw.type, row.raw.user, row.raw.product, row.raw.quantity, row.raw.currency ?? row.raw.amount];
  });
  assert.deepEqual(brief, [
    ["purchase", "ann@example.test", "TEA-1", 2, undefined],
    ["purchase", "ann@example.test", "CUP-1", 1, undefined],
    ["purchase", "bob@example.test", "CUP-1", 1, undefined],
    ["return", "bob@example.test", undefined, undefined, -20],
    "order was cancelled",
    ["purchase", undefined, "Green tea", 1, undefined],
    ["purchase", "dan@example.test", "TEA-1", 1, "JPY"],
  ]);
});

Deno.test("preset woocommerce reads each refund of an order, dated by it, and tells one that is no number", async () => {
  const order = {
    id: 7,
    status: "refunded",
    currency: "EUR",
    date_created_gmt: "2024-03-04T10:00:00",
    customer_id: 3,
    line_items: [{ id: 1, product_id: 9, quantity: 3, total: "18.00" }],
  };
  const refunds = [{ id: 70, total: "-6.00" }, { id: 71, total: "-6.00" }, { id: 72, total: "all" }];
  const bytes = JSON.stringify([{ ...order, refunds }, { ...order, id: 8, refunds: [] }]);
  const { summary } = await tryBytes(bytes, { preset: "woocommerce" });
  assert.deepEqual(summary.types, { purchase: 2, return: 2 });
  assert.deepEqual([summary.accepted, summary.refused, summary.amount], [4, 1, 24]);
  assert.equal(summary.refusals[0].reason, "the refund is not a number");
});

Deno.test("preset ga4 reads refunds of lines, and of a whole order", async () => {
  const event = { event_timestamp: "1709546700000000", event_name: "refund", user_pseudo_id: "7.7" };
  const items = [{ item_id: "p1", price: 4.5, quantity: 1, item_refund: 4.5 }, {
    item_id: "p2",
    item_refund: 2,
  }];
  const bytes = [
    { ...event, ecommerce: { transaction_id: "T1", refund_value: 6.5 }, items },
    { ...event, ecommerce: { transaction_id: "T2", refund_value: 13.5 }, items: [] },
  ].map((line) => JSON.stringify(line)).join("\n");
  const { rows } = await readBytes(bytes, { preset: "ga4" });
  assert.deepEqual(rows.map((row) => "raw" in row && [row.raw.type, row.raw.product, row.raw.amount]), [
    ["return", "p1", 4.5],
    ["return", "p2", 2],
    ["return", undefined, 13.5],
  ]);
  const { summary } = await tryBytes(bytes, { preset: "ga4" });
  assert.deepEqual([summary.accepted, summary.amount], [3, -20]);
});

Deno.test("preset snowplow keeps every product of an event, also where products have no ids of their own", async () => {
  const head =
    "event_id\tuser_id\tdomain_userid\tderived_tstamp\tecommerce_action_type\tproduct_id\tproduct_price";
  const line = (product: string) => `e1\tu1\td1\t2024-03-04 10:05:00.000\ttransaction\t${product}\t4.5`;
  const { summary } = await tryBytes([head, line("p1"), line("p2"), line("p2")].join("\n"), {
    preset: "snowplow",
  });
  assert.deepEqual([summary.accepted, summary.conflicts, summary.amount], [3, 0, 13.5]);
});

Deno.test("an order as Shopify sends it is no sale where it is a test, and tells what is no list of lines", () => {
  const order = { name: "#1", created_at: "2024-03-04T10:00:00Z", line_items: [{ sku: "a", price: "2" }] };
  const reasonsOf = (over: Record<string, unknown>) =>
    trackedRows("shopify", [{ ...order, ...over }], NO_MONEY).map((row) =>
      "unreadable" in row ? row.unreadable : "refused" in row ? row.refused.reason : null
    );
  assert.deepEqual(reasonsOf({}), [null]);
  assert.deepEqual(reasonsOf({ test: false }), [null]);
  assert.deepEqual(reasonsOf({ test: true }), ["is a test order"]);
  assert.deepEqual(reasonsOf({ line_items: "a, b" }), ['"line_items" is not a list']);
  assert.throws(
    () => reasonsOf({ created_at: undefined }),
    /^InvalidInputError: Send records as shopify sends them/,
  );
});
