/** Values that are no good, sent to every route, page and form: each answers, none with a fault of the server's. */
import { ACCESS } from "../../src/api/access.ts";
import type { Tracker } from "../../src/events/tracked.ts";
import assert from "node:assert/strict";
import { parseHTML } from "linkedom";
import { sha256 } from "../../src/core/hash.ts";
import { insertKey } from "../../src/db/access/api_keys.ts";
import { RETRAINER_ACTIONS, VERSION_ACTIONS } from "../../components/act.tsx";
import { HOSTILE_BODIES, HOSTILE_HEADERS, valuesFor } from "../security/hostile_values.ts";
import {
  pagesOf,
  placesIn,
  placesOf,
  type Route,
  routesOf,
  sampleOf,
  type Schema,
  withValue,
} from "../security/surface.ts";
import { type Browser, HERE, signIn, withBrowser } from "./browser_support.ts";
import { KEY, withApp } from "./support.ts";

/** As a part of an address: text that no address can hold is made whole. */
const inAddress = (value: unknown): string =>
  encodeURIComponent((typeof value === "string" ? value : JSON.stringify(value)).toWellFormed());

const addressOf = (path: string): string =>
  path.replace("/cycles/{id}", "/cycles/retrainer/churn/cycle/1").replaceAll(/\{\w+\}/g, "churn");

interface Sent {
  address: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** Where a value can stand in a request of a route: each part of its path, its query, its headers and its body. */
function doorsOf(
  { path, parameters, body }: Route,
  schemas: Record<string, Schema>,
): ((value: unknown) => Sent)[] {
  const plain = addressOf(path);
  const sample = body && sampleOf(body, schemas);
  const paths = [...path.matchAll(/\{(\w+)\}/g)].map(([part]) => (value: unknown) => ({
    address: addressOf(path.replace(part, inAddress(value))),
    body: sample,
  }));
  const queries = parameters.filter((p) => p.in === "query")
    .map(({ name }) => (value: unknown) => ({
      address: `${plain}?${name}=${inAddress(value)}`,
      body: sample,
    }));
  const headers = ["Idempotency-Key", "If-Match"].map((name) => (value: unknown) => ({
    address: plain,
    body: sample,
    headers: { [name]: inAddress(value) },
  }));
  const bodies = body === undefined
    ? []
    : [[], ...placesOf(body, schemas)].map((place) => (value: unknown) => ({
      address: plain,
      body: withValue(sample, place, value),
    }));
  return [...paths, ...queries, ...headers, ...bodies];
}

/** Records as trackers and shops send them, which have no schema here. */
const TRACKED: Readonly<Record<Tracker, unknown>> = {
  segment: {
    type: "track",
    event: "Order Completed",
    messageId: "m1",
    userId: "u1",
    timestamp: "2011-08-01T10:00:00Z",
    properties: { order_id: "o1", currency: "EUR", products: [{ product_id: "p1", price: 5, quantity: 2 }] },
  },
  ga4: {
    client_id: "c",
    user_id: "u",
    timestamp_micros: 1312192800000000,
    events: [{
      name: "purchase",
      params: { transaction_id: "t", currency: "EUR", items: [{ item_id: "i", price: 3 }] },
    }],
  },
  shopify: {
    id: 8,
    name: "#1",
    email: "a@example.test",
    created_at: "2011-08-01T12:00:00+02:00",
    currency: "EUR",
    cancelled_at: null,
    shipping_address: { country_code: "DE" },
    line_items: [{ sku: "s", name: "n", price: "4.50", quantity: 2 }],
  },
  woocommerce: {
    id: 7,
    status: "completed",
    currency: "EUR",
    customer_id: 4,
    date_created_gmt: "2011-08-01T10:00:00",
    line_items: [{ id: 1, product_id: 12, quantity: 1, total: "20.00" }],
  },
};

const trackedDoors = Object.entries(TRACKED).flatMap(([preset, record]) =>
  placesIn(record).map((place) => (value: unknown) => ({
    address: `/events?preset=${preset}`,
    body: withValue(record, place, value),
  }))
);

Deno.test("no route answers 500 to what cannot be, in its path, query, headers, or any place of its body", () =>
  withApp(async ({ app, call, logged }) => {
    const { version } = await (await call("GET", "/retraining/config")).json();
    await call("PATCH", "/retraining/config", { currency: "EUR" }, { "If-Match": `"${version}"` });
    const faults: string[] = [];
    const reached = new Set<string>();
    let sent = 0;
    const attack = async (method: string, { address, body, headers }: Sent, what: string) => {
      const all = { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json", ...headers };
      const content = method === "GET" || body === undefined ? {} : { body: JSON.stringify(body) };
      const response = await app.request(address, { method, headers: all, ...content });
      const answer = await response.text();
      sent++;
      if (response.status < 500) return;
      const request = `${method} ${address.slice(0, 200)} ${JSON.stringify(content).slice(0, 300)}`;
      faults.push(`${what}: ${request}: ${logged.at(-1)?.slice(0, 400) ?? answer}`);
    };
    const { routes, schemas } = routesOf(app);
    for (const route of routes) {
      const doors = doorsOf(route, schemas);
      for (const [place, door] of doors.entries()) {
        for (const [what, value] of valuesFor(place, { isOfMany: doors.length > 50 })) {
          await attack(route.method, door(value), what);
        }
      }
      if (doors.length > 0) reached.add(route.route);
    }
    for (const [place, door] of trackedDoors.entries()) {
      for (const [what, value] of valuesFor(place)) await attack("POST", door(value), what);
    }
    assert.deepEqual([...reached].sort(), Object.keys(ACCESS).sort());
    assert.ok(sent > 3_000, `${sent} requests: the fields of bodies were not found`);
    assert.deepEqual(faults, []);
  }));

Deno.test("no route answers 500 to a header that cannot be, or to a body that is no object", () =>
  withApp(async ({ app, logged }) => {
    const faults: string[] = [];
    let sent = 0;
    const attack = async (method: string, path: string, headers: Record<string, string>, body?: string) => {
      const all = new Headers({ Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" });
      for (const [name, value] of Object.entries(headers)) all.set(name, value);
      const { status } = await app.request(path, { method, headers: all, body });
      sent++;
      if (status >= 500) {
        faults.push(`${method} ${path} ${JSON.stringify(headers)} ${body?.slice(0, 80)}: ${logged.at(-1)}`);
      }
    };
    const { routes, schemas } = routesOf(app);
    for (const { method, path, body } of routes) {
      const address = addressOf(path);
      const sample = body && JSON.stringify(sampleOf(body, schemas));
      for (const [name, value] of HOSTILE_HEADERS) await attack(method, address, { [name]: value }, sample);
      if (method === "GET") continue;
      for (const hostile of HOSTILE_BODIES) await attack(method, address, {}, hostile);
    }
    assert.ok(sent > routes.length * HOSTILE_HEADERS.length, `${sent} requests`);
    assert.deepEqual(faults, []);
  }));

/** Parts of addresses that lead somewhere, so that more is read than a "not found". */
const KNOWN_PARTS: Readonly<Record<string, readonly string[]>> = {
  "act/[action]": [...RETRAINER_ACTIONS, ...VERSION_ACTIONS],
};

/** Where a value can stand in the address of a page: in its free part, and in each field of its query. */
const pageDoors = pagesOf().flatMap(({ file, address, query }) => {
  const known = KNOWN_PARTS[file] ?? (address.includes("{}") ? ["1"] : [""]);
  const fixed: Readonly<Record<string, string>> = { model: "churn", version: "2", a: "1", b: "2" };
  const asked = known.flatMap((part) =>
    query.map((name) => (value: unknown) => {
      const others = query.filter((n) => n !== name && n in fixed).map((n) => `${n}=${fixed[n]}`);
      return `${address.replace("{}", part)}?${[...others, `${name}=${inAddress(value)}`].join("&")}`;
    })
  );
  const parts = address.includes("{}") ? [(value: unknown) => address.replace("{}", inAddress(value))] : [];
  return [...parts, ...asked];
});

Deno.test("no page answers 500 to what cannot be, in its path or any field of its query", () =>
  withBrowser(async ({ browser }) => {
    await signIn(browser);
    const faults: string[] = [];
    for (const [place, door] of pageDoors.entries()) {
      for (const [what, value] of valuesFor(place)) {
        const abort = new AbortController();
        const response = await browser.open(door(value), { signal: abort.signal });
        if (response.status >= 500) {
          faults.push(`${what}: ${door(value).slice(0, 200)}: ${(await response.text()).slice(0, 200)}`);
        } else await response.body?.cancel();
        abort.abort();
      }
    }
    assert.ok(pageDoors.length > 30, `${pageDoors.length} places`);
    assert.deepEqual(faults, []);
  }));

/** A form that a page shows: where it goes, and what it holds. */
interface Form {
  action: string;
  fields: [string, string][];
}

/** The forms that change something, on a page and on the pages that it offers. */
async function formsFrom(browser: Browser, addresses: readonly string[]): Promise<Form[]> {
  const forms = new Map<string, Form>();
  for (const address of addresses) {
    const response = await browser.open(address);
    const text = await response.text();
    if (response.status !== 200 || !response.headers.get("content-type")?.includes("html")) continue;
    const { document } = parseHTML(text);
    for (const form of document.querySelectorAll("form[method=post]")) {
      const action = form.getAttribute("action") ?? address;
      const fields = [...form.querySelectorAll("input[name], textarea[name], select[name]")].map((input) =>
        [input.getAttribute("name")!, input.getAttribute("value") ?? ""] as [string, string]
      );
      if (action !== "/sign-out") forms.set(action, { action, fields });
    }
  }
  return [...forms.values()];
}

const ACTS = [
  ...[...RETRAINER_ACTIONS].map((action) => `/act/${action}?model=churn`),
  ...[...VERSION_ACTIONS].map((action) => `/act/${action}?model=churn&version=3`),
];

Deno.test("no form answers 500 to what cannot be, in any of its fields", () =>
  withBrowser(async ({ browser }) => {
    await signIn(browser);
    const pages = pagesOf().map(({ address }) => address.replace("{}", "1"));
    const queries = ["?id=1", "?alert=1", "?reason=x", "?key=x"];
    const acts = pages.filter((page) => page.startsWith("/act/")).flatMap((page) =>
      queries.map((q) => page + q)
    );
    const forms = await formsFrom(browser, [...pages, ...acts, ...ACTS]);
    assert.ok(forms.length >= 8, forms.map(({ action }) => action).join(" "));
    const faults: string[] = [];
    const doors = forms.flatMap(({ action, fields }) =>
      fields.map(([name]) => ({ action, fields, name })).filter(({ name }) => name !== "token") // of another session: sessions_test.ts
    );
    for (const [place, { action, fields, name }] of doors.entries()) {
      for (const [what, value] of valuesFor(place, { isOfMany: true })) {
        const body = new URLSearchParams(
          fields.map(([n, v]) => [n, n === "once" ? crypto.randomUUID() : v || "x"]),
        );
        body.set(name, typeof value === "string" ? value : JSON.stringify(value));
        const headers = { origin: HERE, "sec-fetch-site": "same-origin" };
        const response = await browser.open(action, { method: "POST", body, headers });
        if (response.status >= 500) {
          faults.push(`${what}: ${action} ${name}: ${(await response.text()).slice(0, 200)}`);
        } else await response.body?.cancel();
      }
    }
    assert.deepEqual(faults, []);
  }));

Deno.test("a letter that comes encoded leads past no gate", () =>
  withBrowser(async ({ browser, sql }) => {
    await insertKey(sql, { name: "olga", role: "operator", sha256: sha256("pk_the-key-of-olga"), by: null });
    await signIn(browser, "pk_the-key-of-olga");
    for (
      const path of [
        "/act/configuration",
        "/act/%63onfiguration",
        "/act/configuratio%6E",
        "/%61ct/configuration",
      ]
    ) {
      const response = await browser.open(path);
      assert.ok([403, 404].includes(response.status), `${path}: ${response.status}`);
      await response.body?.cancel();
    }
  }));
