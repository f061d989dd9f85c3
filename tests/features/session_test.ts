/** Session features: what belongs to a session, and what another definition is. */
import assert from "node:assert/strict";
import { MINUTE_MS } from "../../src/core/time.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { newestSession, SESSION_FEATURES, sessionRow } from "../../src/features/session.ts";
import { featuresOf, SHARED_FEATURES } from "../../src/features/set.ts";
import type { DayEvent, UserDay } from "../../src/features/user_day.ts";
import { defineModel } from "../../src/models/model.ts";
import churn from "../../src/models/churn.ts";
import { dayOf, START_MS } from "./shoppers.ts";

const [VIEW, CART, PURCHASE] = [0, 1, 2];
const MIDNIGHT_MS = START_MS + 86_400_000;

/** An event some minutes after midnight; they may be less than none. */
const did = (minute: number, over: Partial<DayEvent> = {}): DayEvent => ({
  atMs: MIDNIGHT_MS + minute * MINUTE_MS,
  kind: VIEW,
  session: NaN,
  category: NaN,
  price: NaN,
  ...over,
});

const daysOf = (...events: DayEvent[]): UserDay[] =>
  [0, 1].map((day) =>
    dayOf(day, { newest: events.filter(({ atMs }) => (atMs >= MIDNIGHT_MS) === (day === 1)) })
  );

for (
  const [what, events, want] of [
    ["goes on over a pause of 30 minutes", [did(0), did(30), did(60)], [0, 30, 60]],
    ["begins after a longer pause", [did(0), did(31), did(60)], [31, 60]],
    ["goes on over midnight", [did(-50), did(-20), did(5)], [-50, -20, 5]],
    ["is that of the newest event's id, however long it lasts", [
      did(0, { session: 7 }),
      did(10, { session: 8 }),
      did(20),
      did(90, { session: 7 }),
    ], [0, 90]],
    ["goes by pauses where the newest event has no id", [
      did(0, { session: 7 }),
      did(29, { session: 8 }),
      did(50),
    ], [
      0,
      29,
      50,
    ]],
    ["is sorted, whatever the order is in", [did(20), did(0), did(10)], [0, 10, 20]],
    ["is empty where nothing is known", [], []],
  ] as [string, DayEvent[], number[]][]
) {
  Deno.test(`newestSession() ${what}`, () =>
    assert.deepEqual(
      newestSession(daysOf(...events)).map(({ atMs }) => (atMs - MIDNIGHT_MS) / MINUTE_MS),
      want,
    ));
}

Deno.test("newestSession() does not reach over a day without events", () => {
  const [before, last] = daysOf(did(-5), did(5));
  assert.equal(newestSession([before, last]).length, 2);
  assert.equal(newestSession([{ ...before, day: before.day - 1 }, last]).length, 1);
});

Deno.test("sessionRow() counts kinds, minutes, prices seen and switches of category", () => {
  const [tea, cup] = [3, 4];
  const days = daysOf(
    did(0, { category: tea, price: 2 }),
    did(1, { category: cup, price: 10 }),
    did(2, { price: 3 }),
    did(3, { category: cup, kind: CART, price: 10 }),
    did(5, { category: tea, kind: PURCHASE, price: 99 }),
    did(9, { kind: 4 }),
  );
  const row = sessionRow(days, MIDNIGHT_MS + 12 * MINUTE_MS);
  assert.deepEqual(Object.fromEntries(SESSION_FEATURES.map((name, i) => [name, row[i]])), {
    session_views: 3,
    session_carts: 1,
    session_purchases: 1,
    session_minutes: 9,
    session_since: 3,
    session_price_mean: 25 / 4,
    session_price_last: 10,
    session_categories: 2,
    session_switches: 2,
  });
  assert.deepEqual(sessionRow([], MIDNIGHT_MS), SESSION_FEATURES.map(() => NaN));
});

Deno.test("a model names session features one by one or all at once; models without any stay as they are", async () => {
  const all = defineModel({ ...churn, features: ["recency", "session"] });
  assert.deepEqual(all.features, ["recency", ...SESSION_FEATURES]);
  const one = defineModel({ ...churn, features: ["recency", "session_views"] });
  const [sessions, single] = [all, one].map(featuresOf);
  assert.deepEqual(sessions.names, [...FEATURES, ...SESSION_FEATURES]);
  assert.deepEqual([single.hash, single.session], [sessions.hash, true]);
  assert.notEqual(sessions.hash, SHARED_FEATURES.hash);
  assert.equal(featuresOf(churn), SHARED_FEATURES);
  const own = { name: "visits", means: "days with a visit", of: () => 1 };
  const both = featuresOf(defineModel({ ...churn, features: ["session"], ownFeatures: [own] }));
  assert.deepEqual(both.names.slice(-2), ["session_switches", "visits"]);
  assert.notEqual(both.hash, sessions.hash);
  const days = daysOf(did(0));
  assert.deepEqual(
    (await both.rows([{ days, asOfMs: MIDNIGHT_MS + MINUTE_MS, horizonDays: 7 }]))[0].slice(FEATURES.length),
    [...sessionRow(days, MIDNIGHT_MS + MINUTE_MS), 1],
  );
  assert.throws(() => defineModel({ ...churn, features: ["session", "session_views"] }), /twice/);
  assert.throws(
    () => defineModel({ ...churn, ownFeatures: [{ ...own, name: "session_views" }] }),
    /there is a feature "session_views" already/,
  );
});
