import assert from "node:assert/strict";
import fc from "fast-check";
import { DAY_MS, HOUR_MS } from "../../src/core/time.ts";
import type { Database } from "../../src/db/connect.ts";
import { copyNewEvents } from "../../src/db/events/copy_events.ts";
import { countEvents, insertEvents } from "../../src/db/events/events.ts";
import { hasMoney, purchaseMoney } from "../../src/db/events/money.ts";
import { CODES_MAX } from "../../src/db/events/user_day_sql.ts";
import { readLabelDays, readUserDays, type UserDays } from "../../src/db/events/user_days.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import { isActive } from "../../src/features/population.ts";
import { type UserDay } from "../../src/features/user_day.ts";
import { event, inAnyOrder, pseudonym, withEvents } from "./events_support.ts";
import { moneyAt, rollUp } from "./roll_up.ts";

const START_MS = Date.UTC(2024, 1, 28); // the days around a leap day
const quarters = (max: number) => fc.option(fc.integer({ min: 0, max: 4 * max }).map((n) => n / 4)); // exact in binary

const anyEvents: fc.Arbitrary<AcceptedEvent[]> = fc.uniqueArray(
  fc.record({
    id: fc.string({ unit: "grapheme", minLength: 1, maxLength: 4 }).filter((id) => !id.includes("\0")),
    userKey: fc.constantFrom("ann", "bob", "cleo", null).map((user) => user && pseudonym(user)),
    session: fc.constantFrom(null, "s1", "s2"),
    type: fc.constantFrom("view", "cart", "purchase", "purchase", "return", "search"),
    product: fc.constantFrom(null, "tea", "cup", "pot"),
    category: fc.constantFrom(null, "drinks", "china"),
    country: fc.constantFrom(null, "France"),
    price: quarters(10),
    quantity: quarters(5),
    amount: quarters(50),
    atMs: fc.oneof(
      fc.integer({ min: START_MS, max: START_MS + 3 * DAY_MS }),
      fc.constantFrom(...[-1, 0, 1].flatMap((ms) => [1, 1.5, 2].map((day) => START_MS + day * DAY_MS + ms))),
    ),
  }).map((e) => e.type === "return" && e.amount ? { ...e, amount: -e.amount } : e),
  { selector: (e) => e.id, maxLength: 40 },
);
const anyMoment = fc.constantFrom(1, 1.5, 2, 2.25).map((days) => START_MS + days * DAY_MS);

async function empty(sql: Database) {
  await sql`truncate events, user_days, day_counts`;
}

async function collect(shoppers: AsyncIterable<UserDays>): Promise<Map<string, UserDay>> {
  const found = new Map<string, UserDay>();
  for await (const { userKey, days } of shoppers) {
    for (const day of days) found.set(`${userKey} ${day.day}`, day);
  }
  return found;
}

const sorted = (days: Map<string, UserDay>) => [...days].sort(([a], [b]) => a < b ? -1 : 1);

Deno.test("insertEvents() rolls up the same, however events are split, ordered and repeated", () =>
  withEvents(async (sql) => {
    const deliveries = anyEvents.chain((events) =>
      fc.record({
        events: fc.constant(events),
        sent: inAnyOrder(events),
        size: fc.integer({ min: 1, max: 15 }),
      })
    );
    await fc.assert(
      fc.asyncProperty(deliveries, async ({ events, sent, size }) => {
        await empty(sql);
        let fresh = 0;
        for (let i = 0; i < sent.length; i += size) {
          fresh += (await insertEvents(sql, sent.slice(i, i + size))).size;
        }
        assert.equal(fresh, events.length);
        const asOfMs = START_MS + 9 * DAY_MS;
        const found = await collect(readUserDays(sql, { asOfMs }));
        assert.deepEqual(sorted(found), sorted(rollUp(events, { hasMoney: moneyAt(events, asOfMs) })));
      }),
      { seed: 20240229, numRuns: 60 },
    );
  }));

/** All that is stored of events. */
const everything = async (sql: Database) => [
  [
    ...await sql`select event_id, user_key, session_code, type, product, product_code, category, category_code, country,
    price, quantity, amount, at, import_id from events order by event_id`,
  ],
  [...await sql`select * from user_days order by user_key, day`],
  [
    ...await sql`select day, type, sum(events) as events, sum(anonymous) as anonymous, sum(priced) as priced,
    min(first_at) as first, max(last_at) as last from day_counts group by day, type order by day, type`,
  ],
];

Deno.test("copyNewEvents() stores the same as insertEvents(), and changes nothing where an id is stored", () =>
  withEvents(async (sql) => {
    await fc.assert(
      fc.asyncProperty(anyEvents.filter(({ length }) => length > 0), fc.nat(), async (events, cut) => {
        const first = events.slice(0, cut % (events.length + 1));
        const rest = events.slice(first.length);
        await empty(sql);
        await insertEvents(sql, first, 7);
        await insertEvents(sql, rest, 7);
        const inserted = await everything(sql);
        await empty(sql);
        for (const batch of [first, rest]) {
          assert.equal(await sql.begin((tx) => copyNewEvents(tx, batch, 7)), true);
        }
        assert.deepEqual(await everything(sql), inserted);
        const again = [...rest.map((e) => ({ ...e, id: `${e.id} again` })), first[0] ?? rest[0]];
        assert.equal(await sql.begin((tx) => copyNewEvents(tx, again, 7)), false);
        assert.equal(
          await sql.begin((tx) => copyNewEvents(tx, [event(), event({ id: "two" }), event({ id: "two" })])),
          false,
        );
        assert.deepEqual(await everything(sql), inserted);
      }),
      { seed: 3, numRuns: 40 },
    );
  }));

Deno.test("readUserDays() sees exactly the events before a moment, also in the middle of a day", () =>
  withEvents(async (sql) => {
    await fc.assert(
      fc.asyncProperty(anyEvents, anyMoment, async (events, asOfMs) => {
        await empty(sql);
        const before = events.filter((e) => e.atMs < asOfMs);
        await insertEvents(sql, before);
        const then = await collect(readUserDays(sql, { asOfMs }));
        assert.deepEqual(sorted(then), sorted(rollUp(before, { hasMoney: moneyAt(events, asOfMs) })));
        await insertEvents(sql, events); // the others happened at that moment or later: nothing may change
        assert.deepEqual(sorted(await collect(readUserDays(sql, { asOfMs }))), sorted(then));
        assert.equal(await countEvents(sql, { beforeMs: asOfMs }), before.length);
      }),
      { seed: 7, numRuns: 60 },
    );
  }));

Deno.test("readUserDays() reads own events of the types asked for, cut with their day", () =>
  withEvents(async (sql) => {
    const at = (hours: number) => START_MS + hours * HOUR_MS;
    await insertEvents(sql, [
      event({
        type: "review",
        product: "pot",
        price: null,
        quantity: null,
        amount: null,
        fields: { stars: 4 },
        atMs: at(2),
      }),
      event({ type: "wish", price: null, quantity: 2, amount: 5, atMs: at(3) }),
      event({ type: "search", atMs: at(4) }),
      event({ type: "review", fields: { stars: 1 }, atMs: at(30) }),
      event({ type: "review", userKey: pseudonym("bob"), fields: { stars: 2 }, atMs: at(1) }),
      event({ userKey: pseudonym("cleo"), atMs: at(1) }),
    ]);
    const own = async (asOfMs: number, events: string[]) => {
      const found = await collect(readUserDays(sql, { asOfMs, events }));
      return [...found.values()].flatMap((day) => day.own ?? []).sort((a, b) => a.atMs - b.atMs);
    };
    const [bob, ann] = await own(at(3), ["review", "wish"]);
    assert.deepEqual([bob.fields, ann], [
      { stars: 2 },
      { type: "review", atMs: at(2), product: "pot", quantity: null, amount: null, fields: { stars: 4 } },
    ]);
    const all = await own(at(31), ["review", "wish"]);
    assert.deepEqual(all.map(({ type, atMs }) => [type, (atMs - START_MS) / HOUR_MS]), [
      ["review", 1],
      ["review", 2],
      ["wish", 3],
      ["review", 30],
    ]);
    assert.equal((await own(at(31), ["wish"])).length, 1);
    const days = await collect(readUserDays(sql, { asOfMs: at(31) }));
    assert.ok([...days.values()].every((day) => !("own" in day)), "who asks for none gets none");
    const read = { fromMs: at(3), toMs: at(30), events: ["review", "wish"] };
    const label = await collect(readLabelDays(sql, read));
    assert.deepEqual([...label.values()].flatMap((day) => day.own ?? []).map(({ type }) => type), ["wish"]);
  }));

Deno.test("readUserDays() reads the population that isActive() describes", () =>
  withEvents(async (sql) => {
    const anyPopulation = fc.record({
      activeDays: fc.constantFrom(1, 2),
      activity: fc.constantFrom("purchase" as const, "any" as const),
    });
    await fc.assert(
      fc.asyncProperty(anyEvents, anyMoment, anyPopulation, async (events, asOfMs, population) => {
        await empty(sql);
        await insertEvents(sql, events);
        const want: string[] = [];
        const have: string[] = [];
        const startMs = asOfMs - population.activeDays * DAY_MS;
        for (const key of ["ann", "bob", "cleo"].map(pseudonym).sort()) {
          const inWindow = events.some((e) =>
            e.userKey === key && e.atMs >= startMs && e.atMs < asOfMs &&
            (population.activity === "any" || e.type === "purchase")
          );
          if (inWindow) want.push(key);
        }
        for await (const { userKey, days } of readUserDays(sql, { asOfMs, population })) {
          have.push(userKey);
          assert.ok(isActive(days, asOfMs, population));
        }
        assert.deepEqual(have, want);
      }),
      { seed: 11, numRuns: 60 },
    );
  }));

Deno.test("readUserDays() draws the line of the population at the millisecond", () =>
  withEvents(async (sql) => {
    for (const asOfMs of [START_MS, START_MS + DAY_MS / 2]) {
      for (const activity of ["purchase", "any"] as const) {
        await empty(sql);
        const moments = {
          early: asOfMs - DAY_MS - 1,
          first: asOfMs - DAY_MS,
          last: asOfMs - 1,
          late: asOfMs,
        };
        const type = activity === "any" ? "view" : "purchase";
        const events = Object.entries(moments).map(([user, atMs]) =>
          event({ userKey: pseudonym(user), atMs, type })
        );
        await insertEvents(sql, events);
        const population = { activeDays: 1, activity };
        const found = await Array.fromAsync(
          readUserDays(sql, { asOfMs, population }),
          ({ userKey }) => userKey,
        );
        assert.deepEqual(found, ["first", "last"].map(pseudonym).sort());
      }
    }
  }));

Deno.test("readLabelDays() sees exactly the events of a stretch of time, cut anywhere", () =>
  withEvents(async (sql) => {
    const anyStretch = fc.tuple(anyMoment, anyMoment).filter(([from, to]) => from < to);
    await fc.assert(
      fc.asyncProperty(anyEvents, anyStretch, async (events, [fromMs, toMs]) => {
        await empty(sql);
        await insertEvents(sql, events);
        const within = events.filter((e) => e.atMs >= fromMs && e.atMs < toMs);
        const want = rollUp(within, { hasMoney: moneyAt(events, toMs) });
        assert.deepEqual(sorted(await collect(readLabelDays(sql, { fromMs, toMs }))), sorted(want));
      }),
      { seed: 13, numRuns: 60 },
    );
  }));

Deno.test("readUserDays() counts purchase lines as spend, until half of the purchases before carry money", () =>
  withEvents(async (sql) => {
    const [day, next] = [START_MS, START_MS + DAY_MS];
    const free = { price: null, amount: null };
    await insertEvents(sql, [
      event({ ...free, atMs: day }),
      event({ ...free, atMs: day + 1, amount: 0 }),
      event({ atMs: next + 1, userKey: pseudonym("bob"), amount: 5 }),
      event({ atMs: next + 2, userKey: pseudonym("bob"), amount: 5 }),
    ]);
    const spend = async (asOfMs: number) => {
      const found = await collect(readUserDays(sql, { asOfMs, users: [pseudonym("ann")] }));
      return [...found.values()].map((d) => d.spend);
    };
    assert.deepEqual([await spend(next), await spend(next + 1), await spend(next + 3)], [[2], [2], [2]]);
    assert.deepEqual(await spend(next + DAY_MS), [0]); // two of four
    assert.deepEqual(await purchaseMoney(sql, { beforeMs: next + DAY_MS }), { purchases: 4, priced: 2 });
    const longAfter = { beforeMs: next + 400 * DAY_MS };
    assert.deepEqual(await purchaseMoney(sql, longAfter), { purchases: 4, priced: 2 });
    assert.equal(await hasMoney(sql, longAfter), true);
    assert.equal(await hasMoney(sql, { beforeMs: day }), false);
  }));

Deno.test("readUserDays() reads from a day on, for some shoppers, in pages, and stops early, when asked to", () =>
  withEvents(async (sql) => {
    const users = Array.from({ length: 50 }, (_, i) => pseudonym(`shopper ${i}`));
    const events = users.flatMap((userKey) =>
      Array.from({ length: 100 }, (_, i) => event({ userKey, atMs: START_MS + i * DAY_MS }))
    );
    await insertEvents(sql, events);
    const asOfMs = START_MS + 200 * DAY_MS;
    const counts: number[] = [];
    for await (const { days } of readUserDays(sql, { asOfMs })) counts.push(days.length);
    assert.deepEqual(counts, users.map(() => 100));
    const some = [users[3], users[1], pseudonym("a stranger")];
    const fromDay = START_MS / DAY_MS + 98;
    assert.equal((await collect(readUserDays(sql, { asOfMs, users: some, fromDay }))).size, 4);
    for await (const shopper of readUserDays(sql, { asOfMs })) {
      assert.equal(shopper.userKey, users.toSorted()[0]);
      break;
    }
    assert.equal(await countEvents(sql, { beforeMs: asOfMs }), 5000); // the connection is usable again
  }));

Deno.test("insertEvents() counts exactly, when overlapping batches come in at once", () =>
  withEvents(async (sql) => {
    const events = Array.from({ length: 600 }, (_, i) =>
      event({
        userKey: i % 7 === 0 ? null : pseudonym(`shopper ${i % 5}`),
        product: `p${i % 11}`,
        session: `s${i % 13}`,
        atMs: START_MS + (i % 3) * DAY_MS + i,
      }));
    const random = fc.sample(fc.shuffledSubarray(events, { minLength: 200, maxLength: 400 }), {
      seed: 5,
      numRuns: 24,
    });
    const fresh = await Promise.all([...random, events].map((batch) => insertEvents(sql, batch)));
    assert.equal(fresh.reduce((total, ids) => total + ids.size, 0), 600);
    const [counted] =
      await sql`select sum(events)::int as events, sum(anonymous)::int as anonymous from day_counts`;
    assert.deepEqual({ ...counted }, { events: 600, anonymous: 86 });
    const found = await collect(readUserDays(sql, { asOfMs: START_MS + 9 * DAY_MS }));
    assert.deepEqual(sorted(found), sorted(rollUp(events, { hasMoney: true })));
  }));

Deno.test("insertEvents() keeps the first, when one batch carries an id twice", () =>
  withEvents(async (sql) => {
    const first = event({ id: "twice", product: "tea" });
    assert.deepEqual(await insertEvents(sql, [first, { ...first, product: "cup" }]), new Set(["twice"]));
    assert.deepEqual(await insertEvents(sql, [first]), new Set());
    assert.deepEqual(await insertEvents(sql, []), new Set());
    assert.deepEqual([...await sql`select product from events`], [{ product: "tea" }]);
  }));

Deno.test("one shopper's day keeps a bounded row, the same however its events come in, and counts all of them", () =>
  withEvents(async (sql) => {
    const events = Array.from(
      { length: 2_500 },
      (_, i) =>
        event({
          type: i % 2 ? "view" : "purchase",
          session: `s${i}`,
          product: `p${i}`,
          category: `c${i}`,
          atMs: START_MS + i,
        }),
    );
    const asOfMs = START_MS + DAY_MS / 2; // the day is cut: it is rolled up again from its events
    const rolled: UserDay[] = [];
    for (const [order, size] of [[events, 2_500], [events.toReversed(), 700]] as const) {
      await empty(sql);
      for (let i = 0; i < order.length; i += size) await insertEvents(sql, order.slice(i, i + size));
      rolled.push(...(await collect(readUserDays(sql, { asOfMs: START_MS + DAY_MS }))).values());
    }
    await insertEvents(sql, [event({ type: "view", session: "later", atMs: asOfMs + 1 })]);
    rolled.push(...(await collect(readUserDays(sql, { asOfMs }))).values());
    assert.equal(rolled.length, 3);
    assert.deepEqual(rolled[1], rolled[0]);
    assert.deepEqual(rolled[2], rolled[0]);
    const { views, purchases, sessions, orders, products, viewed } = rolled[0];
    assert.deepEqual([views, purchases], [1_250, 1_250]);
    assert.deepEqual([sessions, orders, products.length, viewed.length], [
      CODES_MAX,
      CODES_MAX,
      CODES_MAX,
      CODES_MAX,
    ]);
    const [{ bytes }] = await sql`select max(pg_column_size(d.*)) as bytes from user_days d`;
    assert.ok(bytes < 25_000, `the row has ${bytes} bytes`);
  }));
