import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { importFile } from "../../src/app/events/import.ts";
import { IngestAnswer } from "../../src/api/messages.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";

import { NOW, pseudonym, type Served, withApp } from "./support.ts";
import { keyOf } from "../db/events_support.ts";

const webhookSecrets = {
  shopify: "a secret of the shop",
  segment: "a secret of the tracker",
  woocommerce: "a secret of the blog",
};

/** An order as Shopify posts it: two equal lines, and another one. */
const ORDER = {
  id: 820982911946154500,
  name: "#1001",
  email: "ann@example.test",
  created_at: "2011-08-01T12:00:00+02:00",
  currency: "EUR",
  cancelled_at: null,
  shipping_address: { country_code: "DE" },
  line_items: [
    { sku: "TEA-1", name: "Green tea", price: "4.50", quantity: 2 },
    { sku: "CUP-1", name: "Cup", price: "10.00", quantity: 1 },
    { sku: "CUP-1", name: "Cup", price: "10.00", quantity: 1 },
  ],
};

/** Posts what is signed, without a key. */
const post = async (
  { app }: Served,
  preset: "shopify" | "segment" | "woocommerce",
  value: unknown,
  headers: Record<string, string> = {},
) => {
  const body = JSON.stringify(value);
  const schemes = {
    shopify: ["X-Shopify-Hmac-Sha256", "sha256", "base64"],
    segment: ["X-Signature", "sha1", "hex"],
    woocommerce: ["X-WC-Webhook-Signature", "sha256", "base64"],
  } as const;
  const [name, hash, encoding] = schemes[preset];
  const signature = createHmac(hash, webhookSecrets[preset]).update(body).digest(encoding);
  return await app.request(`/events?preset=${preset}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", [name]: signature, ...headers },
    body,
  });
};

async function counts(response: Response): Promise<number[]> {
  assert.equal(response.status, 200, await response.clone().text());
  const { accepted, duplicates, quarantined } = IngestAnswer.parse(await response.json());
  return [accepted, duplicates, quarantined];
}

async function setCurrency({ sql }: Served): Promise<void> {
  const { version, config } = await currentConfig(sql);
  await saveConfig(sql, { config: { ...config, currency: "EUR" }, after: version, by: "ann", why: "a test" });
}

Deno.test("POST events?preset=shopify takes each line of a signed order once, however often it comes, by webhook or file", () =>
  withApp(
    async (served) => {
      await setCurrency(served);
      assert.deepEqual(await counts(await post(served, "shopify", ORDER)), [3, 0, 0]);
      const again = { "X-Shopify-Topic": "orders/paid" };
      assert.deepEqual(await counts(await post(served, "shopify", ORDER, again)), [0, 3, 0]);
      const edited = { "X-Shopify-Topic": "orders/updated" };
      assert.deepEqual(await counts(await post(served, "shopify", ORDER, edited)), [0, 0, 0]);
      const stored = await served
        .sql`select type, product, amount, country, user_key from events order by product, amount`;
      assert.deepEqual(stored.map(({ type, product, amount }) => [type, product, amount]), [
        ["purchase", "CUP-1", 10],
        ["purchase", "CUP-1", 10],
        ["purchase", "TEA-1", 9],
      ]);
      const ann = await keyOf(served.sql, "ann@example.test", pseudonym);
      assert.ok(stored.every((row) => row.userKey === ann && row.country === "DE"));
      const folder = await Deno.makeTempDir();
      const file = join(folder, "orders_export.csv");
      await writeFile(
        file,
        `Name,Email,Currency,Created at,Lineitem quantity,Lineitem name,Lineitem price,Lineitem sku,Shipping Country
#1001,ann@example.test,EUR,2011-08-01 12:00:00 +0200,2,Green tea,4.50,TEA-1,DE
#1001,,,,1,Cup,10.00,CUP-1,
#1001,,,,1,Cup,10.00,CUP-1,
`,
      );
      const { sql } = served;
      const clock = () => Date.parse(NOW);
      const { accepted, duplicates } = await importFile({ sql, clock, pseudonym }, file, {
        plan: { preset: "shopify" },
      });
      assert.deepEqual([accepted, duplicates], [0, 3]);
      await Deno.remove(folder, { recursive: true });
    },
    { webhookSecrets },
  ));

Deno.test("POST events?preset=... refuses a wrong signature, and asks for a key where there is none to check", () =>
  withApp(
    async (served) => {
      const wrong = await post(served, "shopify", ORDER, { "X-Shopify-Hmac-Sha256": "d3Jvbmc=" });
      assert.deepEqual([wrong.status, (await wrong.json()).title], [401, "Invalid signature"]);
      const unsigned = await post(served, "shopify", ORDER, { "X-Shopify-Hmac-Sha256": "" });
      assert.equal(unsigned.status, 401);
      const ga4 = await served.app.request("/events?preset=ga4", { method: "POST", body: "{}" });
      assert.equal(ga4.status, 401);
      const elsewhere = await served.app.request("/retraining/force?preset=segment", {
        method: "POST",
        headers: { "X-Signature": createHmac("sha1", webhookSecrets.segment).update("").digest("hex") },
      });
      assert.equal(elsewhere.status, 401);
      const [{ n }] = await served.sql`select count(*)::int as n from events`;
      assert.equal(n, 0);
      const unknown = await served.call("POST", "/events?preset=magento", [ORDER]);
      assert.equal(unknown.status, 422);
    },
    { webhookSecrets },
  ));

Deno.test("what is signed passes the same guards as what brings a key: depth, size and the audit", () =>
  withApp(
    async (served) => {
      await setCurrency(served);
      assert.equal((await post(served, "shopify", ORDER)).status, 200);
      assert.equal(
        (await post(served, "shopify", ORDER, { "X-Shopify-Hmac-Sha256": "d3Jvbmc=" })).status,
        401,
      );
      const noted = await until(async () => {
        const rows = await served.sql`select action, who, after->>'why' as why from audit
          where action in ('refused', 'first use of a key') order by action`;
        return rows.length < 2 ? null : rows.map((row) => [row.action, row.who, row.why]);
      });
      assert.deepEqual(noted, [
        ["first use of a key", "shopify webhook", null],
        ["refused", "unknown", "the signature of shopify does not fit"],
      ]);
      const deep = JSON.parse("[".repeat(500) + "]".repeat(500));
      const refused = await post(served, "segment", { type: "track", properties: deep });
      assert.deepEqual([refused.status, (await refused.json()).type], [
        400,
        "urn:perennial:problem:malformed",
      ]);
      const long = await post(served, "segment", { type: "track", text: "x".repeat(5 * 1024 * 1024) });
      assert.equal(long.status, 413);
      const packed = await post(served, "segment", {}, { "Content-Encoding": "gzip" });
      assert.equal(packed.status, 415);
    },
    { webhookSecrets },
  ));

/** Asks again until there is an answer: the audit is not waited for by a request. */
async function until<T>(ask: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < 3000; tries++) {
    const answer = await ask();
    if (answer !== null) return answer;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error("There was no answer in time");
}

Deno.test("POST events?preset=segment, ga4 and woocommerce take what these send, and a key where no secret is set", () =>
  withApp(
    async (served) => {
      await setCurrency(served);
      const track = {
        type: "track",
        event: "Order Completed",
        messageId: "m1",
        userId: "u1",
        timestamp: "2011-08-01T10:00:00Z",
        properties: {
          order_id: "o1",
          currency: "EUR",
          products: [{ product_id: "p1", price: 5, quantity: 2 }, {
            product_id: "p2",
            price: 7,
            quantity: 1,
          }],
        },
      };
      const page = { type: "page", messageId: "m2", anonymousId: "a1", timestamp: "2011-08-01T10:01:00Z" };
      const batch = { batch: [track, page] };
      assert.deepEqual(await counts(await post(served, "segment", batch)), [3, 0, 0]);
      assert.deepEqual(await counts(await post(served, "segment", track)), [0, 2, 0]);
      const measured = {
        client_id: "c1",
        timestamp_micros: 1312192800000000,
        events: [{
          name: "purchase",
          params: {
            transaction_id: "t1",
            currency: "EUR",
            items: [{ item_id: "p1", price: 3, quantity: 2 }],
          },
        }, { name: "view_item", params: { items: [{ item_id: "p2" }] } }],
      };
      assert.deepEqual(await counts(await served.call("POST", "/events?preset=ga4", measured)), [2, 0, 0]);
      const order = {
        id: 7,
        status: "completed",
        currency: "EUR",
        customer_id: 4,
        date_created_gmt: "2011-08-01T10:00:00",
        line_items: [{ id: 1, product_id: 12, quantity: 1, total: "20.00" }],
      };
      assert.deepEqual(await counts(await post(served, "woocommerce", order)), [1, 0, 0]);
      const pending = { ...order, id: 8, status: "pending" };
      assert.deepEqual(await counts(await post(served, "woocommerce", pending)), [0, 0, 1]);
      assert.deepEqual(
        await counts(await post(served, "woocommerce", { ...pending, status: "processing" })),
        [1, 0, 0],
      );
      const types = await served
        .sql`select type, count(*)::int as n, sum(amount) as money from events group by 1 order by 1`;
      assert.deepEqual(types.map(({ type, n, money }) => [type, n, money]), [
        ["page", 1, null],
        ["purchase", 5, 63],
        ["view", 1, null],
      ]);
    },
    { webhookSecrets },
  ));

Deno.test("POST events?preset=shopify puts orders aside until the shop's currency is stated", () =>
  withApp(
    async (served) => {
      const response = await post(served, "shopify", ORDER);
      const { results } = IngestAnswer.parse(await response.json());
      assert.match(results[0].reason!, /own currency is not stated \(setting currency/);
    },
    { webhookSecrets },
  ));
