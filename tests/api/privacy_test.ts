import assert from "node:assert/strict";
import { PersonExport } from "../../src/api/messages.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { readUserDays } from "../../src/db/events/user_days.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { NOW, pseudonym, type Served, withApp } from "./support.ts";

const ID = "marie-7391";
const at = (days: number) => new Date(Date.parse(NOW) - days * DAY_MS).toISOString();

/** Marie has two events, one of them refused; Pierre has one. */
async function fill({ call }: Served): Promise<void> {
  await call("POST", "/events", [
    { id: "a", type: "purchase", user: ID, product: "radium", price: 3, time: at(3) },
    { id: "b", type: "purchase", user: ID, price: -3, time: at(2) },
    { id: "c", type: "purchase", user: "pierre", price: 3, time: at(2) },
  ]);
}

const json = async (response: Promise<Response>) => await (await response).json();

Deno.test("GET /people/{id}/export tells everything with a readable cover; the audit has who read, not whose it was", () =>
  withApp(async (served) => {
    const { call, sql } = served;
    await fill(served);
    const told = PersonExport.parse(await json(call("GET", `/people/${ID}/export?why=by+letter`)));
    assert.match(told.cover.title, /shopper "marie-7391"/);
    assert.deepEqual(told.events.map(({ id, product }) => [id, product]), [["a", "radium"]]);
    assert.deepEqual([told.days.length, told.quarantined.length, told.objectsSince], [1, 1, null]);
    const byBody = PersonExport.parse(
      await json(call("POST", "/privacy/exports", { user: ID, why: "again" })),
    );
    assert.deepEqual(byBody.events, told.events);
    const rows = (await listAudit(sql)).filter(({ action }) => action === "export of a person");
    assert.deepEqual(rows.map(({ who, why }) => [who, why]), [["owner", "again"], ["owner", "by letter"]]);
    const audit = JSON.stringify(rows);
    assert.ok(![ID, told.key, pseudonym(ID)].some((word) => audit.includes(word)));
  }));

/** Columns that an export leaves out, since what they hold is told otherwise, or is nothing about a person. */
const NOT_TOLD: Readonly<Record<string, readonly string[]>> = {
  // the person themselves; codes of products and categories that are told in clear
  events: ["user_key", "product_code", "category_code"],
  // sums are told; these are the codes of the sessions, products and categories of the same day's events
  user_days: ["user_key", "order_sessions", "products", "categories", "viewed"],
  predictions: ["id", "user_key", "feature_hash"], // a number of the row, and which features there are
};
const TOLD_AS: Readonly<Record<string, string>> = {
  event_id: "id",
  session_code: "session",
  import_id: "import",
  day: "date",
};

Deno.test("an export tells each column that is kept of a person, also one that comes to be", () =>
  withApp(async (served) => {
    const { call, sql } = served;
    await fill(served);
    const [{ key }] = await sql`select key from people where hash = ${pseudonym(ID)}`;
    await sql`insert into predictions (model, version, user_key, as_of, prediction, fallback, feature_hash, segment)
      values ('churn', 1, ${key}, ${NOW}, 0.25, false, 'f', 'loyal')`;
    const told = PersonExport.parse(await json(call("GET", `/people/${ID}/export?why=x`)));
    for (
      const [table, [row]] of [
        ["events", told.events],
        ["user_days", told.days],
        ["predictions", told.predictions],
      ] as const
    ) {
      const columns = await sql<{ name: string }[]>`select column_name as name from information_schema.columns
        where table_schema = 'public' and table_name = ${table}`;
      const missing = columns.map(({ name }) => name).filter((name) => {
        const field = TOLD_AS[name] ?? name.replaceAll(/_(\w)/g, (_, letter) => letter.toUpperCase());
        return !(field in row) && !NOT_TOLD[table].includes(name);
      });
      assert.ok(columns.length > 10, table);
      assert.deepEqual(missing, [], table);
    }
  }));

Deno.test("privacy routes find nobody who is not known, and need a reason and an admin", () =>
  withApp(async ({ call, sql }) => {
    assert.equal((await call("GET", "/people/nobody/export?why=x")).status, 404);
    assert.equal((await call("DELETE", "/people/nobody?why=x")).status, 404);
    assert.equal((await call("POST", "/privacy/erasures", { user: "nobody", why: "" })).status, 422);
    assert.equal((await sql`select from people`).length, 0, "asking makes nobody known");
  }));

Deno.test("DELETE /people/{id} is told to Temporal by request alone, and asked again it is the same request", () =>
  withApp(async (served) => {
    const { call, control, sql } = served;
    await fill(served);
    const { request } = await json(call("DELETE", `/people/${ID}?why=ask+ann@example.org`));
    assert.deepEqual(await json(call("POST", "/privacy/erasures", { user: ID, why: "again" })), {
      accepted: true,
      request,
    });
    assert.deepEqual(control.told, [["privacy request", {
      action: "privacy request",
      request,
      kind: "erasure",
    }]]);
    const { requests } = await json(call("GET", "/privacy/requests"));
    assert.deepEqual(requests.map(({ why, stage }: { why: string; stage: string }) => [why, stage]), [[
      "ask [e-mail]",
      "requested",
    ]]);
    const [audit] = (await listAudit(sql)).filter(({ action }) => action === "erasure of a person");
    assert.deepEqual([audit.target, audit.why], [request, "ask [e-mail]"]);
    const [{ message }] = await sql`select message::text from outbox`;
    assert.ok(![ID, pseudonym(ID)].some((word) => message.includes(word)));
  }));

Deno.test("who objects is no row of a training any more, from before their first event on, until they do no longer", () =>
  withApp(async (served) => {
    const { call, sql, control } = served;
    const population = { activeDays: 90, activity: "purchase" } as const;
    const rows = async () => {
      const users = await Array.fromAsync(readUserDays(sql, { asOfMs: Date.parse(NOW), population }));
      return users.length;
    };
    assert.equal((await call("POST", "/privacy/objections", { user: "pierre", why: "by mail" })).status, 202);
    await fill(served);
    assert.equal(await rows(), 1, "Marie alone");
    await call("POST", "/privacy/objections", { user: ID, why: "by mail" });
    assert.equal(await rows(), 0);
    assert.deepEqual(control.told.map(([what, asked]) => [what, (asked as { kind: string }).kind]), [
      ["privacy request", "objection"],
      ["privacy request", "objection"],
    ]);
    const withdrawn = await json(
      call("POST", "/privacy/objections", { user: ID, objects: false, why: "changed her mind" }),
    );
    assert.deepEqual(withdrawn, { accepted: true, request: null });
    assert.equal(await rows(), 1);
  }));

Deno.test("a failure at a person's address is logged without the person", () =>
  withApp(async ({ call, sql, logged }) => {
    await sql`drop table predictions cascade`;
    await call("POST", "/events", [{ id: "a", type: "purchase", user: ID, time: at(3) }]);
    assert.equal((await call("GET", `/people/${ID}/export?why=x`)).status, 500);
    assert.ok(logged.some((line) => line.includes("GET /people/{id}/export")));
    assert.ok(!logged.some((line) => line.includes(ID)));
  }));
