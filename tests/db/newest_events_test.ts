/** The newest events of a shopper's day: kept as events come in, the same as from the events themselves at any moment. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { code32 } from "../../src/core/hash.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/time.ts";
import type { Database } from "../../src/db/connect.ts";
import { copyNewEvents } from "../../src/db/events/copy_events.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { beginImport, undoImport } from "../../src/db/events/imports.ts";
import { fillNewestEvents, keepNewestEvents } from "../../src/db/events/newest_events.ts";
import { readUserDays } from "../../src/db/events/user_days.ts";
import { eraseRows } from "../../src/db/people/erase.ts";
import { deleteAged } from "../../src/db/retention.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import { newestSession, sessionRow } from "../../src/features/session.ts";
import { type DayEvent, EVENT_KINDS, NEWEST_MAX } from "../../src/features/user_day.ts";
import { event, inAnyOrder, pseudonym, withEvents } from "./events_support.ts";

const START_MS = Date.UTC(2024, 1, 28);
const USERS = ["ann", "bob"].map(pseudonym);

const anyEvents: fc.Arbitrary<AcceptedEvent[]> = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 0, max: 10_000 }).map(String),
    userKey: fc.constantFrom(...USERS),
    session: fc.constantFrom(null, null, "s1", "s2"),
    type: fc.constantFrom("view", "view", "cart", "purchase", "return", "search"),
    product: fc.constantFrom("tea", "cup"),
    category: fc.constantFrom(null, "drinks", "china"),
    country: fc.constant(null),
    price: fc.constantFrom(null, 1.5, 2.25, 80),
    quantity: fc.constant(1),
    amount: fc.constant(null),
    atMs: fc.oneof(
      fc.integer({ min: 0, max: 60 }).map((n) => START_MS + DAY_MS + (n - 30) * 7 * MINUTE_MS), // around midnight
      fc.integer({ min: START_MS, max: START_MS + 3 * DAY_MS }),
    ),
  }),
  { selector: ({ id }) => id, maxLength: 30 },
);

/** The definition read off a plain list of events, in its own words. */
function expected(events: readonly AcceptedEvent[], user: string, asOfMs: number): number[] {
  const number = (value: number | null) => value ?? Infinity;
  const past = events.filter(({ userKey, atMs }) => userKey === user && atMs < asOfMs)
    .map((e) => ({ ...e, kind: Math.max(0, EVENT_KINDS.findIndex((kind) => kind === e.type)) }))
    .map((e) => EVENT_KINDS.some((kind) => kind === e.type) ? e : { ...e, kind: EVENT_KINDS.length - 1 })
    .map((e) => ({ ...e, codes: [e.session, e.category].map((text) => text === null ? null : code32(text)) }))
    .sort((a, b) =>
      a.atMs - b.atMs || a.kind - b.kind || compare(number(a.codes[0]), number(b.codes[0])) ||
      compare(number(a.codes[1]), number(b.codes[1])) || compare(number(a.price), number(b.price))
    );
  if (past.length === 0) return Array(9).fill(NaN);
  const newest = past[past.length - 1];
  const lastDay = Math.floor(newest.atMs / DAY_MS);
  const near = past.filter(({ atMs }) => Math.floor(atMs / DAY_MS) >= lastDay - 1);
  const pause = near.findLastIndex(({ atMs }, i) => i > 0 && atMs - near[i - 1].atMs > 30 * MINUTE_MS);
  const session = newest.session === null
    ? near.slice(Math.max(0, pause))
    : near.filter((e) => e.session === newest.session);
  const seen = session.flatMap((e) => ["view", "cart"].includes(e.type) && e.price !== null ? [e.price] : []);
  const categories = session.flatMap(({ category }) => category === null ? [] : [category]);
  const of = (type: string) => session.filter((e) => e.type === type).length;
  return [
    of("view"),
    of("cart"),
    of("purchase"),
    (newest.atMs - session[0].atMs) / MINUTE_MS,
    (asOfMs - newest.atMs) / MINUTE_MS,
    seen.length === 0 ? NaN : seen.reduce((a, b) => a + b, 0) / seen.length,
    seen.at(-1) ?? NaN,
    new Set(categories).size,
    categories.filter((category, i) => i > 0 && category !== categories[i - 1]).length,
  ];
}

const compare = (a: number, b: number) => a === b ? 0 : a < b ? -1 : 1;

/** As a prediction by id reads it. */
const served = (sql: Database, asOfMs: number, newest: "kept" | "events" = "kept") =>
  sessionsOf(readUserDays(sql, { asOfMs, users: USERS, newest }), asOfMs);

/** As a training reads it. */
const trainedOn = (sql: Database, asOfMs: number) => {
  const population = { activeDays: 20, activity: "any" } as const;
  return sessionsOf(readUserDays(sql, { asOfMs, population, newest: "kept" }), asOfMs);
};

async function sessionsOf(shoppers: ReturnType<typeof readUserDays>, asOfMs: number): Promise<number[][]> {
  const rows = new Map<string, number[]>();
  for await (const { userKey, days } of shoppers) rows.set(userKey, sessionRow(days, asOfMs));
  return USERS.map((user) => rows.get(user) ?? Array(9).fill(NaN));
}

const empty = (sql: Database) => sql`truncate events, user_days, day_counts`;
const lacking = async (sql: Database) =>
  (await sql`select count(*)::int as n from user_days where newest is null`)[0].n;

const deliveries = anyEvents.chain((events) =>
  fc.record({
    events: fc.constant(events),
    sent: inAnyOrder(events),
    size: fc.integer({ min: 1, max: 9 }),
    /** from which delivery on they are kept */
    from: fc.oneof(fc.constant(0), fc.nat(4)),
    moments: fc.array(fc.integer({ min: START_MS, max: START_MS + 3 * DAY_MS + HOUR_MS }), {
      minLength: 2,
      maxLength: 2,
    }),
  })
);

Deno.test("what is served of a session at any moment is what the events before it say, however they came in", () =>
  withEvents(async (sql) => {
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ events, sent, size, from, moments }) => {
        await empty(sql);
        await keepNewestEvents(sql, from === 0);
        for (let i = 0, n = 0; i < sent.length; i += size, n++) {
          if (n === from) await keepNewestEvents(sql, true);
          await insertEvents(sql, sent.slice(i, i + size));
          const arrived = [...new Set(sent.slice(0, i + size))];
          const now = USERS.map((user) => expected(arrived, user, moments[0]));
          if (n < 2) assert.deepEqual(await served(sql, moments[0]), now, "what arrived so far counts");
        }
        const asked = [...moments, ...events.slice(0, 1).map(({ atMs }) => atMs + 1), START_MS + 9 * DAY_MS];
        for (const asOfMs of asked) {
          const want = USERS.map((user) => expected(events, user, asOfMs));
          assert.deepEqual(await served(sql, asOfMs), want);
          assert.deepEqual(await served(sql, asOfMs, "events"), want);
          assert.deepEqual(await trainedOn(sql, asOfMs), want);
        }
        if (from === 0) assert.equal(await lacking(sql), 0);
        await fillNewestEvents(sql, { fromMs: START_MS, toMs: START_MS + 9 * DAY_MS });
        assert.equal(await lacking(sql), 0);
        const atEnd = START_MS + 9 * DAY_MS;
        assert.deepEqual(await served(sql, atEnd), USERS.map((user) => expected(events, user, atEnd)));
      }),
      { seed: 56, numRuns: 60 },
    );
  }));

Deno.test("nothing is kept until it is asked for, and a day that missed an event is read from its events", () =>
  withEvents(async (sql) => {
    const at = (minute: number) => START_MS + HOUR_MS + minute * MINUTE_MS;
    const view = (id: string, minute: number) =>
      event({ id, type: "view", userKey: USERS[0], atMs: at(minute) });
    const views = async () => (await served(sql, at(60)))[0][0];
    await insertEvents(sql, [view("a", 0)]);
    assert.equal(await lacking(sql), 1);
    await keepNewestEvents(sql, true);
    await insertEvents(sql, [view("b", 1)]);
    assert.deepEqual([await lacking(sql), await views()], [1, 2], "its first event was not kept");
    assert.equal(await fillNewestEvents(sql, { fromMs: START_MS, toMs: START_MS + DAY_MS }), 1);
    assert.equal(await fillNewestEvents(sql, { fromMs: START_MS, toMs: START_MS + DAY_MS }), 0);
    await insertEvents(sql, [view("c", 2)]);
    assert.deepEqual([await lacking(sql), await views()], [0, 3]);
    // an older release stores an event, and knows nothing of the column
    await sql`update user_days set views = views + 1`;
    await sql`insert into events (event_id, user_key, type, at) values ('d', ${USERS[0]}, 'view', ${at(3)})`;
    assert.equal(await views(), 4);
    assert.equal(await fillNewestEvents(sql, { fromMs: START_MS, toMs: START_MS + DAY_MS }), 1);
    await keepNewestEvents(sql, false);
    await insertEvents(sql, [view("e", 4)]);
    assert.deepEqual([await lacking(sql), await views()], [1, 5]);
  }));

Deno.test("of a busy day the newest events are kept, the same however they come in", () =>
  withEvents(async (sql) => {
    await keepNewestEvents(sql, true);
    const events = Array.from({ length: 260 }, (_, i) =>
      event({
        id: `busy ${i}`,
        type: i % 3 ? "view" : "cart",
        userKey: USERS[0],
        price: i,
        atMs: START_MS + Math.floor(i / 2) * MINUTE_MS, // two each minute
      }));
    const asOfMs = START_MS + DAY_MS;
    const found: DayEvent[][] = [];
    const read = async (newest: "kept" | "events") => {
      for await (const { days } of readUserDays(sql, { asOfMs, users: USERS, newest })) {
        found.push(newestSession(days));
      }
    };
    for (const [order, size] of [[events, 260], [events.toReversed(), 37], [events, 1]] as const) {
      await empty(sql);
      for (let i = 0; i < order.length; i += size) await insertEvents(sql, order.slice(i, i + size));
      await read("kept");
    }
    await empty(sql);
    await sql.begin((tx) => copyNewEvents(tx, events));
    assert.equal(await lacking(sql), 0);
    await read("kept");
    await read("events");
    const prices = Array.from({ length: NEWEST_MAX }, (_, i) => 160 + i);
    assert.deepEqual(found.map((session) => session.map(({ price }) => price).sort((a, b) => a - b)), [
      prices,
      prices,
      prices,
      prices,
      prices,
    ]);
    const [{ bytes }] = await sql`select max(pg_column_size(d.*)) as bytes from user_days d`;
    assert.ok(bytes < 25_000, `the row has ${bytes} bytes`);
  }));

Deno.test("an undone import, an erasure and a clean-up take the newest events along", () =>
  withEvents(async (sql) => {
    await keepNewestEvents(sql, true);
    const atMs = START_MS + HOUR_MS;
    const view = (id: string, user: string, ms = atMs) =>
      event({ id, type: "view", price: 5, userKey: user, atMs: ms });
    const { id } = await beginImport(sql, { sourceId: "file", name: "file" });
    await insertEvents(sql, [view("a", USERS[0]), view("b", USERS[1])]);
    await insertEvents(sql, [view("c", USERS[0]), view("d", USERS[1], atMs + 3 * DAY_MS)], id);
    const views = async () => (await served(sql, START_MS + 5 * DAY_MS)).map(([count]) => count);
    assert.deepEqual(await views(), [2, 1]);
    await sql.begin((tx) => undoImport(tx, id));
    assert.deepEqual([await views(), await lacking(sql)], [[1, 1], 0]);
    await sql.begin((tx) => eraseRows(tx, USERS[0]));
    assert.deepEqual(await views(), [NaN, 1]);
    await deleteAged(sql, "events", { beforeMs: START_MS + DAY_MS, asOfMs: START_MS + 5 * DAY_MS });
    assert.deepEqual([await lacking(sql), await views()], [1, [NaN, NaN]], "no detail outlives the events");
    assert.equal(await fillNewestEvents(sql, { fromMs: START_MS, toMs: START_MS + DAY_MS }), 0);
  }));
