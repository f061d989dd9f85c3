import assert from "node:assert/strict";
import { reprocessQuarantine } from "../../../src/app/events/reprocess.ts";
import type { RetrainingConfig } from "../../../src/config/retraining.ts";
import { currentConfig, saveConfig } from "../../../src/db/config/config_versions.ts";
import { pinMoment } from "../../../src/app/as_of.ts";
import { ingest } from "../../../src/app/events/ingest.ts";
import { keyOf, pseudonym, withEvents } from "../../db/events_support.ts";

const NOW = Date.UTC(2024, 4, 1);
const clock = () => NOW;
const source = "api";
const good = { id: "a", type: "view", user: 17850, time: NOW };

Deno.test("ingest() says per event what became of it, and commits all of it", () =>
  withEvents(async (sql) => {
    const raws = [good, { ...good, id: "b", price: -1 }, good, "nonsense", { ...good, id: "c" }];
    const { results, ...counts } = await ingest({ sql, clock, pseudonym }, raws, { source });
    assert.deepEqual(counts, { accepted: 2, duplicates: 1, quarantined: 2, conflicts: 0 });
    assert.deepEqual(results, [
      { index: 0, id: "a", status: "accepted" },
      { index: 1, id: "b", status: "quarantined", reason: "price is negative", field: "price", value: "-1" },
      { index: 2, id: "a", status: "duplicate" },
      {
        index: 3,
        id: null,
        status: "quarantined",
        reason: "event is not an object",
        field: null,
        value: "nonsense",
      },
      { index: 4, id: "c", status: "accepted" },
    ]);
    assert.deepEqual((await sql`select event_id from events order by 1`).map((row) => row.eventId), [
      "a",
      "c",
    ]);
    assert.equal((await sql`select from quarantine`).length, 2);
  }));

Deno.test("ingest() quarantines what lies behind a pinned clock, as it does what lies in the future", () =>
  withEvents(async (sql) => {
    await pinMoment(sql, Date.UTC(2011, 11, 9));
    const then = { ...good, id: "then", time: Date.UTC(2011, 11, 1) };
    const { results } = await ingest({ sql, clock, pseudonym }, [good, then], { source });
    assert.deepEqual(results.map(({ status, reason }) => [status, reason]), [
      ["quarantined", "time is in the future"],
      ["accepted", undefined],
    ]);
  }));

Deno.test("ingest() by a clock that is held in memory takes what came after it was pinned anew", () =>
  withEvents(async (sql) => {
    const [before, after] = [Date.UTC(2011, 5, 1), Date.UTC(2011, 11, 9)];
    await pinMoment(sql, after);
    const moment = () => ({ asOfMs: before, clock: "pinned" as const });
    const held = { moment, keptFromMs: () => null };
    const deps = { sql, clock, pseudonym, held };
    const then = { ...good, id: "then", time: Date.UTC(2011, 11, 1) };
    const { results } = await ingest(deps, [then, good], { source });
    assert.deepEqual(results.map(({ status }) => status), ["accepted", "quarantined"]);
    await sql`update settings set value = '"no time"' where name = 'pinned_as_of'`; // it would fail, were it asked
    const earlier = { ...good, id: "earlier", time: Date.UTC(2011, 4, 1) };
    assert.equal((await ingest(deps, [earlier], { source })).accepted, 1);
  }));

Deno.test("ingest() changes nothing, when the same is sent again", () =>
  withEvents(async (sql) => {
    const { id: _, ...anonymous } = good;
    const raws = [good, anonymous, { ...good, type: "?" }];
    await ingest({ sql, clock, pseudonym }, raws, { source });
    const { results: _results, ...counts } = await ingest({ sql, clock, pseudonym }, raws, { source });
    assert.deepEqual(counts, { accepted: 0, duplicates: 2, quarantined: 1, conflicts: 0 });
    const [{ events }] = await sql`select sum(events)::int as events from day_counts`;
    assert.deepEqual([events, (await sql`select from quarantine`).length], [2, 1]);
  }));

Deno.test("ingest() stores no shopper's id anywhere, accepted or not", () =>
  withEvents(async (sql) => {
    const user = "ann.miller@example.org";
    const fields = { type: "purchase", price: 1, quantity: 1, time: NOW, email: user, note: { user } };
    await ingest({ sql, clock, pseudonym }, [
      { ...fields, user },
      { ...fields, user_id: user, price: -1 },
      { ...fields, customerId: ` ${user}`, time: "soon" },
      { ...fields, user: { id: user } },
      { ...fields, user: [user] },
      { ...fields, user, user_id: user, type: { user } },
      { ...fields, user: user.padEnd(300), type: "" },
      [user],
      user,
    ], { source });
    const tables = await sql`select table_name from information_schema.tables where table_schema = 'public'`;
    assert.ok(tables.length > 5);
    for (const { tableName } of tables) {
      const rows = await sql`select t::text from ${sql(tableName)} t where t::text like ${"%ann.miller%"}`;
      assert.deepEqual([...rows], [], tableName);
    }
    const named = await sql`select from quarantine where body ->> 'user' = ${await keyOf(sql, user)}`;
    assert.equal(named.length, 4);
  }));

Deno.test("ingest() keeps what Postgres cannot spell, without the characters it cannot", () =>
  withEvents(async (sql) => {
    const odd = "a\ud800b";
    const raws = [{ ...good, id: odd, product: odd }, {
      ...good,
      id: "n\0",
      product: `${odd}\0`,
      price: Infinity,
    }];
    const { accepted, quarantined } = await ingest({ sql, clock, pseudonym }, raws, { source });
    assert.deepEqual([accepted, quarantined], [0, 2]); // merged with others that differ in such a half, were it kept
    const put = await sql`select body from quarantine order by body ->> 'id'`;
    assert.deepEqual(put.map(({ body }) => [body.id, body.product]), [["a\ufffdb", "a\ufffdb"], [
      "n",
      "a\ufffdb",
    ]]);
    assert.equal(put[1].body.price, "Infinity");
  }));

Deno.test("ingest() stores nothing of a batch, when it cannot store all of it", () =>
  withEvents(async (sql) => {
    await sql`alter table day_counts add constraint no_carts check (type <> 'cart')`;
    const raws = [good, { ...good, id: "b", type: "cart" }, { ...good, price: -1 }];
    await assert.rejects(ingest({ sql, clock, pseudonym }, raws, { source }), /no_carts/);
    for (const table of ["events", "user_days", "day_counts", "quarantine"]) {
      assert.equal((await sql`select from ${sql(table)}`).length, 0, table);
    }
  }));

Deno.test("ingest() reads the shop's currency and rates from its settings, and what was put aside can be tried again", () =>
  withEvents(async (sql) => {
    const deps = { sql, clock: () => NOW, pseudonym };
    const sale = (id: string, currency: string) => ({ id, type: "purchase", price: 10, currency, time: NOW });
    const set = async (over: Partial<RetrainingConfig>) => {
      const { version, config } = await currentConfig(sql);
      await saveConfig(sql, { config: { ...config, ...over }, after: version, by: "ann", why: "a test" });
    };
    await set({ currency: "EUR", currency_rates: "USD=0.9" });
    const sent = await ingest(deps, [sale("a", "EUR"), sale("b", "USD"), sale("c", "GBP")], {
      source: "api",
    });
    assert.deepEqual(sent.results.map(({ status }) => status), ["accepted", "accepted", "quarantined"]);
    await set({ currency_rates: "USD=0.9,GBP=1.2" });
    const tried = await reprocessQuarantine({ sql, nowMs: NOW, pseudonym }, {
      reason: sent.results[2].reason,
      after: 0,
      limit: 10,
    });
    assert.equal(tried.accepted, 1);
    const stored = await sql`select event_id as id, amount from events order by 1`;
    assert.deepEqual(stored.map(({ id, amount }) => [id, amount]), [["a", 10], ["b", 9], ["c", 12]]);
  }));

Deno.test("ingest() keeps the numbers of a shop's own events, and puts aside what is none", () =>
  withEvents(async (sql) => {
    const review = { type: "review", user: "ann", time: NOW };
    const { results } = await ingest({ sql, clock, pseudonym }, [
      { ...review, id: "r1", fields: { stars: 4, waitMinutes: 2.5 } },
      { ...review, id: "r2", fields: { stars: "four" } },
      { ...review, id: "r3", fields: { "a b": 1 } },
      { ...review, id: "r4", fields: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`f${i}`, i])) },
      { ...review, id: "r5", time: NOW + 9e6, fields: { stars: 1 } },
      { ...good, id: "v" },
    ], { source });
    assert.deepEqual(results.map(({ status, field }) => field ?? status), [
      "accepted",
      "fields",
      "fields",
      "fields",
      "time",
      "accepted",
    ]);
    const stored = await sql`select event_id, fields from events order by 1`;
    assert.deepEqual(stored.map(({ eventId, fields }) => [eventId, fields]), [
      ["r1", { stars: 4, waitMinutes: 2.5 }],
      ["v", null],
    ]);
    await reprocessQuarantine({ sql, nowMs: NOW + 1e7, pseudonym }, {
      reason: results[4].reason!,
      after: 0,
      limit: 10,
    });
    const [put] = await sql`select fields from events where event_id = 'r5'`;
    assert.deepEqual(put?.fields, { stars: 1 });
  }));
