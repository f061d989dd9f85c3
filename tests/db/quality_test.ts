import assert from "node:assert/strict";
import { DAY_MS, HOUR_MS } from "../../src/core/time.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { saveObservation } from "../../src/db/monitoring/observations.ts";
import { readQualityEvidence } from "../../src/db/events/quality.ts";
import { mondayOf, profileDays } from "../../src/db/events/quality_days.ts";
import { acceptFinding, noteFindings } from "../../src/db/monitoring/quality_findings.ts";
import type { Sql } from "../../src/db/connect.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import { ingest } from "../../src/app/events/ingest.ts";
import { aFinding, aQualityReport } from "../monitoring/reports.ts";
import { withDatabase } from "./database.ts";
import { event, pseudonym } from "./events_support.ts";

/** A Wednesday. */
const TODAY_MS = Date.UTC(2024, 4, 15);
const TODAY = TODAY_MS / DAY_MS;
const [ann, bob, cid] = ["ann", "bob", "cid"].map(pseudonym);

const at = (hour: number, over: Partial<AcceptedEvent> = {}) =>
  event({ atMs: TODAY_MS + hour * HOUR_MS, ...over });
const profileOf = (sql: Sql) => profileDays(sql, { fromMs: TODAY_MS, toMs: TODAY_MS + DAY_MS });

Deno.test("mondayOf() is the Monday on or before a moment", () => {
  assert.equal(mondayOf(TODAY_MS), Date.UTC(2024, 4, 13));
  assert.equal(mondayOf(Date.UTC(2024, 4, 13)), Date.UTC(2024, 4, 13));
  assert.equal(mondayOf(Date.UTC(2024, 4, 13) - 1), Date.UTC(2024, 4, 6));
});

Deno.test("profileDays() counts visits, types, fields and hours of a day", () =>
  withDatabase(async (sql) => {
    await insertEvents(sql, [
      at(9, {
        session: "s1",
        userKey: ann,
        type: "view",
        product: "tea",
        price: null,
        quantity: null,
        amount: null,
      }),
      at(10, { session: "s1", userKey: ann, category: "drinks" }),
      at(11, {
        session: "s2",
        userKey: null,
        type: "view",
        product: null,
        price: null,
        quantity: null,
        amount: null,
      }),
      at(11, { session: null, userKey: bob, price: 0, amount: 0 }),
    ]);
    const [profile, ...others] = await profileOf(sql);
    assert.equal(others.length, 0);
    assert.deepEqual([profile.day, profile.events, profile.visits], [TODAY, 4, 3]);
    assert.deepEqual(profile.hours.map((n, hour) => [hour, n]).filter(([, n]) => n > 0), [[9, 1], [11, 2]]);
    assert.deepEqual(profile.eventHours.map((n, hour) => [hour, n]).filter(([, n]) => n > 0), [[9, 1], [
      10,
      1,
    ], [11, 2]]);
    assert.deepEqual(profile.types, { purchase: [2, 2], view: [2, 2] });
    assert.deepEqual(profile.bought, { purchase: 2, view: 1 });
    assert.deepEqual(profile.missing, {
      "purchase/session": [1, 1],
      "purchase/category": [1, 1],
      "view/user": [1, 1],
      "view/product": [1, 1],
      "view/category": [2, 2],
      "view/price": [2, 2],
    });
    assert.deepEqual(profile.free, [1, 1]);
    assert.equal(profile.young, null);
  }));

Deno.test("profileDays() sees the same content under another id, the same id once", () =>
  withDatabase(async (sql) => {
    const line = { session: "s1", product: "tea" };
    await insertEvents(sql, [
      at(9, line),
      at(9, line),
      at(9, { ...line, product: "cup" }),
      at(12, { session: "s2" }),
    ]);
    const [{ duplicates, visits }] = await profileOf(sql);
    assert.deepEqual([duplicates, visits], [[1, 1], 2]);
  }));

Deno.test("profileDays() compares prices with the product's median of the weeks before, and only common factors count", () =>
  withDatabase(async (sql) => {
    const before = (product: string, price: number) =>
      event({ product, price, atMs: TODAY_MS - 20 * DAY_MS });
    await insertEvents(sql, [
      before("tea", 2),
      before("tea", 2),
      before("tea", 9),
      before("cup", 5),
      before("pot", 10),
      at(9, { session: "pence", product: "tea", price: 200 }),
      at(9, { session: "pence", product: "cup", price: 500 }),
      at(9, { session: "usual", product: "tea", price: 2 }),
      at(9, { session: "usual", product: "new", price: 77 }),
      at(9, { session: "offers", product: "cup", price: 4 }),
      at(9, { session: "offers", product: "pot", price: 5 }),
    ]);
    const [{ prices, mixedPrices }] = await profileOf(sql);
    assert.deepEqual(prices, [[0, 1], [Math.round(Math.log(100) / 0.02), 1]]);
    assert.equal(mixedPrices, 1);
  }));

Deno.test("profileDays() calls products young that nobody bought until 60 days before", () =>
  withDatabase(async (sql) => {
    await insertEvents(sql, [
      event({ product: "old", atMs: TODAY_MS - 100 * DAY_MS }),
      at(9, { session: "s1", product: "old" }),
      at(9, { session: "s1", product: "new" }),
      at(9, { session: "s2", product: "new" }),
    ]);
    const [{ young }] = await profileOf(sql);
    assert.deepEqual(young, { visits: 1, of: 2, events: 2, known: 1 });
  }));

Deno.test("profileDays() sees newcomers, the busiest shopper and those who never sleep", () =>
  withDatabase(async (sql) => {
    await insertEvents(sql, [
      event({ userKey: ann, atMs: TODAY_MS - DAY_MS }),
      at(9, { userKey: ann }),
      at(9, { userKey: bob, product: "tea" }),
      ...Array.from({ length: 8 }, (_, hour) => at(hour, { userKey: cid, session: "robot" })),
    ]);
    const [{ shoppers }] = await profileOf(sql);
    assert.deepEqual(shoppers, {
      all: 3,
      single: 1,
      singleProduct: 1,
      mostEvents: 8,
      restless: 1,
      restlessEvents: 8,
    });
  }));

Deno.test("profileDays() takes the largest purchase that no return of the day undoes", () =>
  withDatabase(async (sql) => {
    const absurd = { product: "bird", quantity: 80_995, price: 2, amount: 161_990 };
    await insertEvents(sql, [
      at(9, { quantity: 3, price: 4, amount: 12 }),
      at(10, absurd),
      at(11, { ...absurd, type: "return", quantity: -80_995, amount: -161_990 }),
    ]);
    const [{ largest }] = await profileOf(sql);
    assert.deepEqual(largest, { price: 4, quantity: 3, amount: 12 });
  }));

Deno.test("profileDays() sees what came in late and what was overtaken", () =>
  withDatabase(async (sql) => {
    await insertEvents(sql, [
      at(9, { id: "a", session: "s" }),
      at(10, { id: "b", session: "s" }),
      at(9, { id: "c", session: "t" }),
    ]);
    const received = (id: string, hour: number) => {
      const seconds = TODAY_MS / 1000 + hour * 3600;
      return sql`update events set received_at = to_timestamp(${seconds}::float8) where event_id = ${id}`;
    };
    await Promise.all([received("a", 10.5), received("b", 10.1), received("c", 9)]);
    const [{ late, outOfOrder }] = await profileOf(sql);
    assert.deepEqual([late, outOfOrder], [[1, 1], [1, 1]]);
  }));

Deno.test("readQualityEvidence() reads events strictly before the moment, and keeps days that are over", () =>
  withDatabase(async (sql) => {
    const read = async (asOfMs: number) =>
      (await readQualityEvidence(sql, { asOfMs })).days.map(({ day, events }) => [day - TODAY, events]);
    await insertEvents(sql, [
      event({ atMs: TODAY_MS - DAY_MS }),
      at(9),
      at(10),
      event({ atMs: TODAY_MS + DAY_MS }),
    ]);
    assert.deepEqual(await read(TODAY_MS + 10 * HOUR_MS), [[-1, 1], [0, 1]]);
    assert.deepEqual(await read(TODAY_MS), [[-1, 1]]);
    assert.deepEqual([...await sql`select day from quality_days`], [{ day: TODAY - 1 }]);
    await sql`update quality_days set profile = jsonb_set(profile, '{events}', '77')`;
    assert.deepEqual(await read(TODAY_MS), [[-1, 77]], "it was read, not made again");
    await insertEvents(sql, [event({ atMs: TODAY_MS - 2 * HOUR_MS })]);
    assert.deepEqual(await read(TODAY_MS), [[-1, 2]], "events of the day arrived since");
  }));

Deno.test("readQualityEvidence() places what was put aside by its own time where that can be read", () =>
  withDatabase(async (sql) => {
    const deps = { sql, clock: () => TODAY_MS + 20 * HOUR_MS, pseudonym };
    const bad = (id: string, time: unknown) => ({ id, type: "purchase", user: id, price: "2 GBP", time });
    await ingest(deps, [
      bad("ms", TODAY_MS + HOUR_MS),
      bad("text", new Date(TODAY_MS + HOUR_MS).toISOString()),
      bad("seconds", (TODAY_MS + HOUR_MS) / 1000),
      bad("later", TODAY_MS + 12 * HOUR_MS),
      bad("nonsense", "soon"), // received by the wall clock of the database, long after
    ], { source: "api" });
    const { refused } = await readQualityEvidence(sql, { asOfMs: TODAY_MS + 2 * HOUR_MS });
    assert.deepEqual(refused.map(({ day, field, visits, events }) => [day, field, visits, events]), [[
      TODAY,
      "price",
      3,
      3,
    ]]);
  }));

Deno.test("ingest() counts what is sent again, by source and day of receipt", () =>
  withDatabase(async (sql) => {
    const deps = { sql, clock: () => TODAY_MS + HOUR_MS, pseudonym };
    const good = { id: "a", type: "view", user: "ann", time: TODAY_MS };
    await ingest(deps, [good, { ...good, id: "b" }], { source: "api" });
    assert.equal((await sql`select from repeats`).length, 0);
    await ingest(deps, [good, good, { ...good, id: "c" }, { ...good, type: "?" }], { source: "api" });
    const { repeats } = await readQualityEvidence(sql, { asOfMs: TODAY_MS + 2 * HOUR_MS });
    assert.deepEqual([...repeats], [{ day: TODAY, source: "api", events: 2 }]);
  }));

Deno.test("acceptFinding() is known to the next look, and says whether there is such a finding", () =>
  withDatabase(async (sql) => {
    const finding = aFinding({ key: "k", from: new Date(TODAY_MS - DAY_MS).toISOString() });
    const asOf = new Date(TODAY_MS).toISOString();
    const report = aQualityReport({ asOf, findings: [finding] });
    const id = crypto.randomUUID();
    const evidenceSha256 = "e".repeat(64);
    await saveObservation(sql, {
      id,
      kind: "quality",
      model: null,
      key: "look",
      asOf,
      answer: "broken",
      codeVersion: "c",
      evidenceSha256,
      report: { ...report },
    });
    await noteFindings(sql, [finding], asOf);
    await noteFindings(sql, [{ ...finding, firstSeen: new Date(TODAY_MS + 1).toISOString() }], asOf);
    const known = async () => (await readQualityEvidence(sql, { asOfMs: TODAY_MS + 1 })).known;
    assert.deepEqual(await known(), [finding]);
    const person = { by: "eve", why: "the supplier changed the unit" };
    assert.equal(await acceptFinding(sql, { key: "k", ...person }), true);
    assert.equal(await acceptFinding(sql, { key: "k", by: "mallory", why: "again" }), true);
    assert.equal(await acceptFinding(sql, { key: "nothing", ...person }), false);
    assert.deepEqual(await known(), [{ ...finding, accepted: true }]);
    const [{ acceptedBy, firstSeen }] = await sql`select accepted_by, first_seen from quality_findings`;
    assert.deepEqual([acceptedBy, firstSeen], ["eve", finding.firstSeen]);
    assert.deepEqual(
      (await readQualityEvidence(sql, { asOfMs: TODAY_MS })).known,
      [],
      "a look sees only those before it",
    );
  }));
