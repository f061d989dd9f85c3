import assert from "node:assert/strict";
import { QUEUE_KINDS } from "../../../src/config/queues.ts";
import { HOUR_MS, MINUTE_MS } from "../../../src/core/time.ts";
import { createWatchdog } from "../../../src/app/alerts/watchdog.ts";
import { listAlerts } from "../../../src/db/alerts/alerts.ts";
import type { Database } from "../../../src/db/connect.ts";
import { saveRetrainer } from "../../../src/db/cycles/retrainers.ts";
import { listWorkers, workerSeen } from "../../../src/db/cycles/workers.ts";
import { withDatabase } from "../../db/database.ts";
import { aDelivery, NotingChannel, NOW_MS, toldOf } from "./support.ts";

const iso = (ms: number) => new Date(ms).toISOString();

interface Shop {
  sql: Database;
  channel: NotingChannel;
  logged: string[];
  /** checks health, this many minutes after the watchdog was made */
  checkAt(minute: number): Promise<void>;
  /** a worker says that it is there, as of that minute */
  seenAt(minute: number): Promise<void>;
}

/** A shop with one active retrainer, whose worker was there at minute 0. */
const inShop = (work: (shop: Shop) => Promise<void>) =>
  withDatabase(async (sql) => {
    let nowMs = NOW_MS;
    const channel = new NotingChannel("log");
    const logged: string[] = [];
    const log = (line: string) => void logged.push(line);
    const checkHealth = createWatchdog({
      sql,
      channels: new Map([["log", channel]]),
      clock: () => nowMs,
      log,
    });
    const atMs = (minute: number) => NOW_MS + minute * MINUTE_MS;
    const seenAt = async (minute: number) => {
      await sql`update workers set seen_at = ${iso(atMs(minute))}`;
    };
    await workerSeen(sql, { name: "w1", queues: QUEUE_KINDS });
    await seenAt(0);
    const nextCheckAt = iso(NOW_MS + 24 * HOUR_MS);
    await saveRetrainer(sql, { model: "churn", active: true, nextCheckAt, runningCycle: null });
    const checkAt = (minute: number) => {
      nowMs = atMs(minute);
      return checkHealth();
    };
    await work({ sql, channel, logged, checkAt, seenAt });
  });

const openKinds = async (sql: Database) => (await listAlerts(sql)).map(({ kind }) => kind);

Deno.test("createWatchdog() tells by itself that the worker is dead, once, and closes that when it is back", () =>
  inShop(async ({ sql, channel, checkAt, seenAt }) => {
    for (const minute of [0, 1, 2]) await checkAt(minute);
    assert.equal(channel.sent.length, 0);
    for (const minute of [3, 4, 5]) await checkAt(minute);
    assert.deepEqual(channel.sent.map((d) => `${d.event} ${d.body.kind}`), ["opened stalled worker"]);
    await seenAt(6);
    await checkAt(6);
    const [{ id, closedWhy }] = await listAlerts(sql, { open: false });
    assert.deepEqual([await openKinds(sql), closedWhy], [[], "a worker is there again"]);
    assert.deepEqual(await toldOf(sql, id), ["opened log", "closed log"]);
    assert.equal(channel.sent.length, 1, "the worker that is back tells of it");
  }));

Deno.test("createWatchdog() takes a silence for no death, when it slept itself: a laptop that is opened again", () =>
  inShop(async ({ sql, checkAt }) => {
    await checkAt(0);
    for (const minute of [480, 481, 482]) await checkAt(minute);
    assert.deepEqual(await openKinds(sql), []);
    await checkAt(483);
    assert.deepEqual(await openKinds(sql), ["stalled worker"]);
  }));

Deno.test("createWatchdog() of a process that has just begun does not close what another one found", () =>
  inShop(async ({ sql, checkAt }) => {
    for (const minute of [0, 1, 2, 3]) await checkAt(minute);
    const fresh = createWatchdog({
      sql,
      clock: () => NOW_MS + 4 * MINUTE_MS,
      channels: new Map(),
      log: () => undefined,
    });
    await fresh();
    assert.deepEqual(await openKinds(sql), ["stalled worker"]);
  }));

for (const [lives, sentAt] of [[true, 5], [false, 0]] as const) {
  Deno.test(`createWatchdog() sends after ${sentAt} min what no worker sent, where a worker ${lives ? "lives" : "is dead"}`, () =>
    inShop(async ({ sql, channel, checkAt, seenAt }) => {
      await seenAt(lives ? 60 : -60);
      await aDelivery(sql, { channel: "log" });
      for (let minute = 0; minute <= 6; minute++) {
        await checkAt(minute);
        const sent = channel.sent.filter(({ body }) => body.kind === "drift").length;
        assert.equal(sent, minute >= sentAt ? 1 : 0, `at minute ${minute}`);
      }
    }));
}

Deno.test("createWatchdog() escalates, and a channel that fails does not end it", () =>
  inShop(async ({ sql, channel, logged, checkAt, seenAt }) => {
    channel.answer = () => Promise.reject(new Error("the disk is full"));
    await aDelivery(sql, { channel: "log" });
    await seenAt(25 * 60);
    await checkAt(25 * 60);
    assert.deepEqual((await listAlerts(sql)).map(({ severity }) => severity), ["critical"]);
    assert.match(logged.join(), /the disk is full/);
  }));

Deno.test("workerSeen() keeps one row a worker, and forgets those that are long gone", () =>
  withDatabase(async (sql) => {
    await workerSeen(sql, { name: "gone", queues: QUEUE_KINDS });
    await sql`update workers set seen_at = now() - interval '8 days'`;
    for (let beat = 0; beat < 2; beat++) await workerSeen(sql, { name: "w1", queues: QUEUE_KINDS });
    const workers = await listWorkers(sql);
    assert.deepEqual(workers.map(({ name }) => name), ["w1"]);
    assert.ok(workers[0].seenAt >= workers[0].startedAt);
  }));

Deno.test("createWatchdog() says which kind of work no worker takes, until one does", () =>
  inShop(async ({ sql, checkAt, seenAt }) => {
    const open = async () =>
      (await listAlerts(sql)).map(({ severity, title }) => `${severity} ${title.slice(0, 29)}`);
    await workerSeen(sql, { name: "w1", queues: ["light", "features"] });
    const watch = async (minute: number) => {
      await seenAt(minute);
      await checkAt(minute);
    };
    for (const minute of [0, 1, 2, 3]) await watch(minute);
    assert.deepEqual(await open(), ["critical No worker takes training work"]);
    await sql`update workers set seen_at = now()`; // else "w1" is forgotten, by the database's own clock
    await workerSeen(sql, { name: "w2", queues: ["training"] });
    await watch(4);
    assert.deepEqual(await open(), []);
  }));
