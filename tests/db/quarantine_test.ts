import assert from "node:assert/strict";
import { HOUR_MS } from "../../src/core/time.ts";
import type { Database } from "../../src/db/connect.ts";
import { listQuarantined, quarantineReasons } from "../../src/db/events/quarantine.ts";
import { readQualityEvidence } from "../../src/db/events/quality.ts";
import { ingest } from "../../src/app/events/ingest.ts";
import { reprocessQuarantine } from "../../src/app/events/reprocess.ts";
import { CONFLICT } from "../../src/events/content.ts";
import { keyOf, pseudonym, withEvents } from "./events_support.ts";

const NOW = Date.UTC(2024, 4, 1);
const FUTURE = "time is in the future";
const source = "api";
const event = (id: string, over: Record<string, unknown> = {}) => ({
  id,
  type: "purchase",
  user: "ann",
  price: 2,
  quantity: 3,
  time: NOW + HOUR_MS,
  ...over,
});
const put = (sql: Database, raws: unknown[], from = source) =>
  ingest({ sql, clock: () => NOW, pseudonym }, raws, { source: from });
const later = (sql: Database) => ({ sql, nowMs: NOW + 2 * HOUR_MS, pseudonym });
const all = { reason: FUTURE, after: 0, limit: 100 };

Deno.test("reprocessQuarantine() takes in what passes now, under its own id and its shopper's pseudonym, once", () =>
  withEvents(async (sql) => {
    await put(sql, [event("a"), event("b", { time: NOW + 9 * HOUR_MS })]);
    const { reasons, ...done } = await reprocessQuarantine(later(sql), all);
    assert.deepEqual(done, {
      tried: 2,
      accepted: 1,
      duplicates: 0,
      failed: 1,
      notWhole: 0,
      left: 0,
      next: null,
    });
    assert.deepEqual(reasons, [{ reason: FUTURE, events: 1 }]);
    const [stored, ...others] = await sql`select event_id, user_key, amount from events`;
    assert.deepEqual([{ ...stored }, others.length], [
      { eventId: "a", userKey: await keyOf(sql, "ann"), amount: 6 },
      0,
    ]);
    const annPseudonym = await keyOf(sql, "ann");
    const [{ days }] =
      await sql`select count(*)::int as days from user_days where user_key = ${annPseudonym}`;
    assert.equal(days, 1);
    const again = await reprocessQuarantine(later(sql), all);
    assert.deepEqual([again.tried, again.accepted], [1, 0]);
    assert.equal((await sql`select from events`).length, 1);
  }));

Deno.test("reprocessQuarantine() keeps every row: those that passed are marked, and listed and judged no more", () =>
  withEvents(async (sql) => {
    await put(sql, [event("a"), event("b", { time: NOW + 9 * HOUR_MS })]);
    await reprocessQuarantine(later(sql), all);
    assert.deepEqual((await listQuarantined(sql)).map((row) => row.eventId), ["b"]);
    const [reason] = await quarantineReasons(sql);
    assert.deepEqual([reason.reason, reason.events, reason.replayed], [FUTURE, 1, 1]);
    assert.notEqual(reason.triedAt, null);
    const marked = await sql`select event_id, replayed_as from quarantine where replayed_at is not null`;
    assert.deepEqual(marked.map((row) => [row.eventId, row.replayedAs]), [["a", "a"]]);
    const { refused } = await readQualityEvidence(sql, { asOfMs: NOW + 24 * HOUR_MS });
    assert.equal(refused.reduce((sum, one) => sum + one.events, 0), 1);
  }));

Deno.test("reprocessQuarantine() counts what was sent again meanwhile as known, and changes nothing else", () =>
  withEvents(async (sql) => {
    await put(sql, [event("a"), event("b")]);
    const clock = () => later(sql).nowMs;
    await ingest({ sql, pseudonym, clock }, [event("a")], { source });
    await put(sql, [event("b", { time: NOW })]);
    const done = await reprocessQuarantine(later(sql), all);
    assert.deepEqual([done.accepted, done.duplicates, done.failed], [0, 1, 1]);
    assert.deepEqual(done.reasons, [{ reason: CONFLICT, events: 1 }]);
    const [{ at }] = await sql`select at from events where event_id = 'b'`;
    assert.equal(Date.parse(at), NOW);
  }));

Deno.test("reprocessQuarantine() leaves what fails for another reason with that one, and remembers the first", () =>
  withEvents(async (sql) => {
    await put(sql, [event("a")]);
    await sql`update quarantine set reason = 'country is not known here', field = null`; // as an older version said
    const wanted = { ...all, reason: "country is not known here" };
    const done = await reprocessQuarantine({ ...later(sql), nowMs: NOW }, wanted);
    assert.deepEqual(done.reasons, [{ reason: FUTURE, events: 1 }]);
    const [row] = await listQuarantined(sql);
    assert.deepEqual([row.reason, row.field, row.firstReason], [FUTURE, "time", "country is not known here"]);
    assert.notEqual(row.triedAt, null);
  }));

Deno.test("reprocessQuarantine() never makes up an event of what was not kept whole", () =>
  withEvents(async (sql) => {
    const long = "x".repeat(300);
    await put(sql, [
      event("a", { product: long }),
      event("b", { product: ["tea"] }),
      event("c", { product: "te\0a" }),
      "nonsense",
      event("d", { price: -1, category: { of: "tea" } }),
    ]);
    await sql`update quarantine set reason = ${FUTURE}`; // whatever it was put aside for
    const done = await reprocessQuarantine(later(sql), all);
    assert.deepEqual([done.tried, done.notWhole, done.accepted], [5, 5, 0]);
    assert.equal((await sql`select from events`).length, 0);
  }));

Deno.test("reprocessQuarantine() reads a line of a file as the import did", () =>
  withEvents(async (sql) => {
    const line = { type: "purchase", user: "ann", price: "2.5", quantity: "2", time: "2024-05-01 01:00:00" };
    await put(sql, [{ ...line, price: -1 }], "import shop.csv");
    await sql`update quarantine set body = body || ${sql.json({ price: "2.5", line: 7 })}`;
    const [{ reason }] = await sql`select reason from quarantine`;
    const done = await reprocessQuarantine(later(sql), { ...all, reason });
    assert.equal(done.accepted, 1);
    const [{ amount }] = await sql`select amount from events`;
    assert.equal(amount, 5);
  }));

Deno.test("reprocessQuarantine() goes on where a bounded request ended, and by id", () =>
  withEvents(async (sql) => {
    await put(sql, ["a", "b", "c"].map((id) => event(id)));
    const first = await reprocessQuarantine(later(sql), { ...all, limit: 2 });
    assert.deepEqual([first.tried, first.left], [2, 1]);
    const rest = await reprocessQuarantine(later(sql), { ...all, after: first.next! });
    assert.deepEqual([rest.tried, rest.next], [1, null]);
    await put(sql, [event("d"), event("e")]);
    const [{ id }] = await sql`select id from quarantine where event_id = 'e'`;
    const one = await reprocessQuarantine(later(sql), { ids: [id], after: 0, limit: 10 });
    assert.deepEqual([one.tried, one.accepted], [1, 1]);
  }));

Deno.test("reprocessQuarantine() is whole or not at all, and two at once try each event once", () =>
  withEvents(async (sql) => {
    await put(sql, ["a", "b", "c"].map((id) => event(id)));
    const tell = () => Promise.reject(new Error("the audit is full"));
    await assert.rejects(reprocessQuarantine(later(sql), all, { tell }), /the audit is full/);
    assert.deepEqual([(await sql`select from events`).length, (await listQuarantined(sql)).length], [0, 3]);
    const both = await Promise.all([1, 2].map(() => reprocessQuarantine(later(sql), all)));
    assert.equal(both.reduce((sum, done) => sum + done.accepted, 0), 3);
    assert.equal(both.reduce((sum, done) => sum + done.tried, 0), 3);
  }));
