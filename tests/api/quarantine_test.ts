import assert from "node:assert/strict";
import { HOUR_MS } from "../../src/core/time.ts";
import { Quarantine, ReplayAnswer } from "../../src/api/messages.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { NOW, type Served, withApp } from "./support.ts";

const FUTURE = "time is in the future";
const why = "the trackers' clock was set";
const ahead = (id: string, hours = 1) => ({
  id,
  type: "view",
  user: "u1",
  product: "p1",
  time: new Date(Date.parse(NOW) + hours * HOUR_MS).toISOString(),
});

/** An installation whose clock the test sets, with three events from the future: two of them an hour, one a day ahead. */
const withFuture = (
  test: (served: Served & { pass(hours: number): void }) => Promise<void>,
): Promise<void> => {
  let nowMs = Date.parse(NOW);
  return withApp(async (served) => {
    await served.call("POST", "/events", [ahead("a"), ahead("b"), ahead("c", 24)]);
    await test({ ...served, pass: (hours) => nowMs += hours * HOUR_MS });
  }, { clock: () => nowMs });
};

const replay = (served: Served, body: unknown, headers = {}) =>
  served.call("POST", "/events/quarantine/replay", body, headers);
const waiting = async (served: Served) =>
  Quarantine.parse(await (await served.call("GET", "/events/quarantine")).json());

Deno.test("POST replay takes in what passes now, and tells what still waits", () =>
  withFuture(async (served) => {
    served.pass(2);
    const res = await replay(served, { reason: FUTURE, why });
    assert.equal(res.status, 200);
    assert.deepEqual(ReplayAnswer.parse(await res.json()), {
      tried: 3,
      accepted: 2,
      duplicates: 0,
      failed: 1,
      notWhole: 0,
      left: 0,
      next: null,
      reasons: [{ reason: FUTURE, events: 1 }],
    });
    const { reasons, events } = await waiting(served);
    assert.deepEqual(events.map((e) => e.eventId), ["c"]);
    assert.deepEqual([reasons[0].events, reasons[0].replayed], [1, 2]);
    const [again] = (await (await served.call("POST", "/events", [ahead("a")])).json()).results;
    assert.equal(again.status, "duplicate");
  }));

Deno.test("POST replay with one Idempotency-Key counts once, and each stands in the audit with who and why", () =>
  withFuture(async (served) => {
    served.pass(2);
    const send = async () =>
      await (await replay(served, { reason: FUTURE, why }, { "Idempotency-Key": "k1" })).json();
    assert.deepEqual(await send(), await send());
    const [entry, ...others] = await listAudit(served.sql);
    assert.equal(others.length, 0);
    assert.deepEqual([entry.who, entry.action, entry.target, entry.why], [
      "owner",
      "replay quarantine",
      FUTURE,
      why,
    ]);
    assert.equal((entry.after as { accepted: number }).accepted, 2);
  }));

Deno.test("POST replay by id tries these alone, batch by batch", () =>
  withFuture(async (served) => {
    served.pass(48);
    const ids = (await waiting(served)).events.map((e) => e.id).sort((a, b) => a - b);
    const first = ReplayAnswer.parse(await (await replay(served, { ids, why, limit: 2 })).json());
    assert.deepEqual([first.tried, first.left, first.next], [2, 1, ids[1]]);
    const rest = ReplayAnswer.parse(await (await replay(served, { ids, why, after: first.next })).json());
    assert.deepEqual([rest.accepted, rest.next], [1, null]);
    assert.deepEqual((await waiting(served)).events, []);
  }));

for (
  const [name, body] of [
    ["neither reason nor ids", { why }],
    ["both", { reason: FUTURE, ids: [1], why }],
    ["no why", { reason: FUTURE }],
    ["no ids in the list", { ids: [], why }],
  ] as const
) {
  Deno.test(`POST replay refuses ${name}, and changes nothing`, () =>
    withFuture(async (served) => {
      served.pass(48);
      assert.equal((await replay(served, body)).status, 422);
      assert.equal((await waiting(served)).events.length, 3);
    }));
}

Deno.test("GET quarantine needs a key, and so does a replay", () =>
  withFuture(async ({ app }) => {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ reason: FUTURE, why });
    assert.equal((await app.request("/events/quarantine")).status, 401);
    assert.equal(
      (await app.request("/events/quarantine/replay", { method: "POST", headers, body })).status,
      401,
    );
  }));

Deno.test("GET quarantine?reason= names the events that wait for it", () =>
  withFuture(async (served) => {
    await served.call("POST", "/events", [{ ...ahead("d"), time: NOW, price: -1 }]);
    const res = await served.call("GET", "/events/quarantine?reason=price%20is%20negative");
    const { events, reasons } = Quarantine.parse(await res.json());
    assert.deepEqual([events.map((e) => e.eventId), reasons.length], [["d"], 2]);
  }));
