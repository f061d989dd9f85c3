import assert from "node:assert/strict";
import { CONFLICT } from "../../src/events/content.ts";
import { gzipSync } from "node:zlib";
import { IngestAnswer } from "../../src/api/messages.ts";
import { countEvents } from "../../src/db/events/events.ts";
import { KEY, NOW, type Served, withApp } from "./support.ts";

const event = (id: string) => ({ id, type: "view", user: "u1", time: "2011-08-01T10:00:00Z" });
const post = async ({ app }: Served, body: string | Uint8Array, headers: Record<string, string> = {}) =>
  await app.request("/events", {
    method: "POST",
    headers: { "X-API-Key": KEY, ...headers },
    body: body as BodyInit,
  });
const counts = ({ accepted, duplicates, quarantined }: IngestAnswer) => [accepted, duplicates, quarantined];
const stored = ({ sql }: Served) => countEvents(sql, { beforeMs: Date.parse(NOW) });

const lines = [event("a"), event("b")].map((e) => JSON.stringify(e)).join("\n");
for (
  const [name, body, headers, want] of [
    ["a JSON array", JSON.stringify([event("a"), event("b")]), { "Content-Type": "application/json" }, [
      2,
      0,
      0,
    ]],
    ["one JSON object", JSON.stringify(event("a")), { "Content-Type": "application/json; charset=utf-8" }, [
      1,
      0,
      0,
    ]],
    ["NDJSON", `${lines}\r\n\n`, { "Content-Type": "application/x-ndjson" }, [2, 0, 0]],
    ["NDJSON with a broken line", `${lines}\n{"id":`, { "Content-Type": "application/jsonl" }, [2, 0, 1]],
    ["gzip", gzipSync(lines), { "Content-Type": "application/x-ndjson", "Content-Encoding": "gzip" }, [
      2,
      0,
      0,
    ]],
    ["no events but other values", "[1, null]", { "Content-Type": "application/json" }, [0, 0, 2]],
  ] as const
) {
  Deno.test(`POST events takes ${name}, and says what became of each event`, () =>
    withApp(async (served) => {
      const response = await post(served, body, headers);
      assert.equal(response.status, 200);
      const answer = IngestAnswer.parse(await response.json());
      assert.deepEqual(counts(answer), want);
      assert.equal(await stored(served), want[0]);
      assert.ok(answer.results.every((r) => r.status === "accepted" || r.reason));
    }));
}

Deno.test("POST events counts an event once, and keeps bad ones with their reason, without the shopper's id", () =>
  withApp(async (served) => {
    const send = async () => {
      const body = JSON.stringify([event("a"), { ...event("b"), time: "2099-01-01T00:00:00Z" }, {
        ...event("c"),
        price: -1,
      }]);
      return IngestAnswer.parse(
        await (await post(served, body, { "Content-Type": "application/json" })).json(),
      );
    };
    assert.deepEqual(counts(await send()), [1, 0, 2]);
    const again = await send();
    assert.deepEqual(counts(again), [0, 1, 2]);
    assert.deepEqual(again.results.map((r) => [r.status, r.field ?? null]), [["duplicate", null], [
      "quarantined",
      "time",
    ], ["quarantined", "price"]]);
    const quarantine = await (await served.call("GET", "/events/quarantine")).json();
    assert.deepEqual(quarantine.events.map((e: { eventId: string }) => e.eventId).sort(), ["b", "c"]);
    assert.equal(quarantine.reasons.length, 2);
    assert.doesNotMatch(JSON.stringify(quarantine), /"u1"/);
  }));

const REFUSED = [
  ["nothing", "", {}, 422],
  ["an empty array", "[]", {}, 422],
  ["what is not JSON", "id,type\n", { "Content-Type": "application/json" }, 400],
  ["what is not UTF-8", Uint8Array.from('{"user":"M\xfcller"}', (c) => c.charCodeAt(0)), {}, 400],
  ["another content type", "id,type\n", { "Content-Type": "text/csv" }, 415],
  ["another packing", "x", { "Content-Encoding": "br" }, 415],
  ["a packing that is none", "x", { "Content-Encoding": "gzip" }, 400],
  ["too many events", JSON.stringify(Array.from({ length: 10_001 }, (_, i) => i)), {}, 413],
  ["a small body that unpacks to a huge one", gzipSync(new Uint8Array(40 * 1024 * 1024)), {
    "Content-Encoding": "gzip",
  }, 413],
] as const;

Deno.test("POST events refuses the whole request and stores nothing", (t) =>
  withApp(async (served) => {
    for (const [name, body, headers, status] of REFUSED) {
      await t.step(`${status} to ${name}`, async () => {
        const response = await post(served, body, { "Content-Type": "application/json", ...headers });
        assert.deepEqual([response.status, (await response.json()).status], [status, status]);
        assert.equal(await stored(served), 0);
      });
    }
  }));

Deno.test("POST events puts an event aside whose id is stored with other content, and says so", () =>
  withApp(async (served) => {
    const send = async (...events: unknown[]) => {
      const answer = await post(served, JSON.stringify(events), { "Content-Type": "application/json" });
      return IngestAnswer.parse(await answer.json());
    };
    const first = await send(event("a"), event("a"), { ...event("a"), price: 77 });
    assert.deepEqual([...counts(first), first.conflicts], [1, 1, 1, 1]);
    assert.deepEqual(first.results[2], {
      index: 2,
      id: "a",
      status: "quarantined",
      reason: CONFLICT,
      field: "id",
      value: "a",
    });
    const again = await send({ ...event("a"), price: 77 }, event("a"));
    assert.deepEqual([...counts(again), again.conflicts], [0, 1, 1, 1]);
    assert.equal(await stored(served), 1);
  }));

Deno.test("POST events keeps every digit of a long number, and shows the value that it refuses", () =>
  withApp(async (served) => {
    const time = JSON.stringify(event("a").time);
    const line = (id: string, user: string, at = time) =>
      `{"id":${id},"type":"view","user":${user},"time":${at}}`;
    const body = [
      line("8007199254740993001", "9007199254740993"),
      line("8007199254740993002", "9007199254740992"),
      line('"us"', '"ann"', "1709546400000000"),
    ].join("\n");
    const answer = IngestAnswer.parse(
      await (await post(served, body, { "Content-Type": "application/x-ndjson" })).json(),
    );
    assert.deepEqual(answer.results.map(({ id }) => id), [
      "8007199254740993001",
      "8007199254740993002",
      "us",
    ]);
    assert.deepEqual(counts(answer), [2, 0, 1]);
    const { reason, value } = answer.results[2];
    assert.deepEqual([reason, value], [
      "time is after 2099 (numbers are ms, not us or ns)",
      "1709546400000000",
    ]);
  }));
