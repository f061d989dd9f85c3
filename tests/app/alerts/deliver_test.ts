import assert from "node:assert/strict";
import { HOUR_MS, MINUTE_MS } from "../../../src/core/time.ts";
import type { ChannelName, Delivery } from "../../../src/alerts/alert.ts";
import { type Channel, FinalDeliveryError } from "../../../src/app/alerts/channels/channel.ts";
import { deliver, type DeliveryDeps, GIVE_UP_AFTER_MS } from "../../../src/app/alerts/deliver.ts";
import { webhookChannel } from "../../../src/app/alerts/channels/webhook.ts";
import { closeAlert, openAlert } from "../../../src/db/alerts/alerts.ts";
import { connect, type Database } from "../../../src/db/connect.ts";
import { dueDeliveries, listDeliveries } from "../../../src/db/alerts/deliveries.ts";
import { NotFoundError } from "../../../src/core/errors.ts";
import { withDatabase } from "../../db/database.ts";
import { aDelivery, anAlert, NotingChannel, NOW_MS } from "./support.ts";
import { withReceiver } from "./receiver.ts";

const deps = (sql: Database, channels: Channel[], over: Partial<DeliveryDeps> = {}): DeliveryDeps => ({
  sql,
  clock: () => NOW_MS,
  log: () => undefined,
  channels: new Map(channels.map((channel) => [channel.name, channel])),
  ...over,
});

const reread = async (sql: Database, { alertId, id }: Delivery) =>
  (await listDeliveries(sql, alertId)).find((d) => d.id === id)!;
const due = (sql: Database) => dueDeliveries(sql, { nowMs: NOW_MS });

Deno.test("deliver() sends what is due once, and notes it", () =>
  withDatabase(async (sql) => {
    const delivery = await aDelivery(sql);
    const channel = new NotingChannel("webhook");
    assert.deepEqual(await due(sql), [delivery.id]);
    assert.deepEqual(await deliver(deps(sql, [channel]), delivery.id), { state: "delivered" });
    assert.deepEqual(await deliver(deps(sql, [channel]), delivery.id), { state: "settled before" });
    assert.equal(channel.sent.length, 1);
    const { deliveredAt, attempts, lastError } = await reread(sql, delivery);
    assert.deepEqual([deliveredAt, attempts, lastError], [new Date(NOW_MS).toISOString(), 1, null]);
    await openAlert(sql, anAlert({ title: "found again" }), { channels: ["webhook"], nowMs: NOW_MS });
    assert.deepEqual(await due(sql), []);
  }));

Deno.test("deliver() sends once, when eight processes are asked at the same time; seven come again later", () =>
  withDatabase(async (sql) => {
    const delivery = await aDelivery(sql);
    const channel = new NotingChannel("webhook");
    const { promise: others, resolve: othersEnded } = Promise.withResolvers<void>();
    channel.answer = () => others;
    const refused: string[] = [];
    const all = Array.from({ length: 8 }, () =>
      deliver(deps(sql, [channel]), delivery.id).catch((error) => {
        if (refused.push(error.message) === 7) othersEnded();
      }));
    const ended = await Promise.all(all);
    assert.deepEqual([channel.sent.length, ended.filter((one) => one?.state === "delivered").length], [1, 1]);
    assert.match(refused[0], /another process is sending it/);
  }));

Deno.test("deliver() fails for now, counts, and succeeds at a later attempt", () =>
  withDatabase(async (sql) => {
    const delivery = await aDelivery(sql);
    const channel = new NotingChannel("webhook");
    channel.answer = ({ attempts }) => attempts < 3 ? Promise.reject(new Error("busy")) : Promise.resolve();
    for (const attempts of [1, 2]) {
      await assert.rejects(deliver(deps(sql, [channel]), delivery.id), {
        name: "DeliveryError",
        message: /busy/,
      });
      const noted = await reread(sql, delivery);
      assert.deepEqual([noted.attempts, noted.lastError, noted.deliveredAt], [attempts, "busy", null]);
    }
    await deliver(deps(sql, [channel]), delivery.id);
    assert.equal((await reread(sql, delivery)).lastError, null);
    assert.equal(new Set(channel.sent.map(({ id }) => id)).size, 1);
  }));

for (
  const [what, channels, atMs, reason] of [
    ["the receiver refuses it", [refusing(new FinalDeliveryError("gone"))], NOW_MS, /gone/],
    ["its channel is no longer configured", [], NOW_MS, /no longer configured/],
    ["it is old and still fails", [refusing(new Error("down"))], NOW_MS + GIVE_UP_AFTER_MS, /down/],
  ] as [string, Channel[], number, RegExp][]
) {
  Deno.test(`deliver() gives up and says so, when ${what}`, () =>
    withDatabase(async (sql) => {
      const delivery = await aDelivery(sql);
      const logged: string[] = [];
      const given = deps(sql, channels, { clock: () => atMs, log: (line) => logged.push(line) });
      assert.deepEqual(await deliver(given, delivery.id), { state: "given up" });
      assert.deepEqual(await deliver(given, delivery.id), { state: "settled before" });
      assert.ok((await reread(sql, delivery)).givenUpAt !== null);
      assert.deepEqual([logged.length, await due(sql)], [1, []]);
      assert.match(logged[0], reason);
    }));
}

function refusing(error: Error): Channel {
  return { name: "webhook", send: () => Promise.reject(error) };
}

Deno.test("deliver() gives a channel that never settles up for now, and says so", () =>
  withDatabase(async (sql) => {
    const delivery = await aDelivery(sql);
    const channel = new NotingChannel("webhook");
    channel.answer = () => new Promise(() => undefined);
    const hanging = deliver(deps(sql, [channel], { withinMs: 20 }), delivery.id);
    await assert.rejects(hanging, /the channel has not sent it within 0\.02 s/);
    const { attempts, lastError, givenUpAt } = await reread(sql, delivery);
    assert.deepEqual([attempts, givenUpAt], [1, null]);
    assert.match(lastError!, /has not sent it/);
  }));

Deno.test("deliver() of an unknown id says so", () =>
  withDatabase((sql) => assert.rejects(deliver(deps(sql, []), crypto.randomUUID()), NotFoundError)));

Deno.test("deliver() that dies between sending and noting is repeated under the same id, after its claim is over", () =>
  withDatabase((sql) =>
    withReceiver(async ({ url, received }) => {
      const delivery = await aDelivery(sql);
      const webhook = webhookChannel({ url, secret: "a secret of the tests", allowPrivate: true });
      const { host, port, database, user, pass } = sql.options;
      const dying = connect(`postgres://${user}:${pass}@${host[0]}:${port[0]}/${database}`, { max: 1 });
      const dies: Channel = {
        name: "webhook",
        async send(delivery) {
          await webhook.send(delivery);
          await dying.end({ timeout: 0 });
        },
      };
      await assert.rejects(deliver(deps(dying, [dies]), delivery.id));
      assert.equal((await reread(sql, delivery)).deliveredAt, null);
      assert.deepEqual(await due(sql), [], "claimed still");
      await assert.rejects(deliver(deps(sql, [webhook]), delivery.id), /another process/);
      const later = NOW_MS + 2 * MINUTE_MS;
      assert.deepEqual(await dueDeliveries(sql, { nowMs: later }), [delivery.id]);
      await deliver(deps(sql, [webhook], { clock: () => later }), delivery.id);
      assert.deepEqual(
        received.map(({ headers }) => headers.get("x-perennial-delivery")),
        [delivery.id, delivery.id],
      );
      assert.equal((await reread(sql, delivery)).attempts, 2);
    })
  ));

Deno.test("dueDeliveries() keeps the order of one alert over one channel, and lets no failing one keep others waiting", () =>
  withDatabase(async (sql) => {
    const channels: ChannelName[] = ["webhook", "log"];
    const failing = new NotingChannel("webhook");
    failing.answer = () => Promise.reject(new Error("down"));
    const { id } = await openAlert(sql, anAlert(), { channels, nowMs: NOW_MS });
    await closeAlert(sql, anAlert().key, { why: "gone", nowMs: NOW_MS });
    const named = async () => {
      const all = await listDeliveries(sql, id);
      return (await due(sql)).map((one) => all.find((d) => d.id === one)!).map((d) =>
        `${d.event} ${d.channel}`
      );
    };
    assert.deepEqual((await named()).sort(), ["opened log", "opened webhook"]);
    const channelsOf = deps(sql, [failing, new NotingChannel("log")]);
    for (const one of await due(sql)) await deliver(channelsOf, one).catch(() => undefined);
    assert.deepEqual(await named(), ["closed log", "opened webhook"]);
  }));

Deno.test("dueDeliveries() leaves to others what is fresh, or was tried a short while ago", () =>
  withDatabase(async (sql) => {
    const { id } = await aDelivery(sql);
    const after = (minutes: number) =>
      dueDeliveries(sql, { nowMs: NOW_MS + minutes * MINUTE_MS, untriedMs: 5 * MINUTE_MS, triedMs: HOUR_MS });
    assert.deepEqual([await after(4), await after(6)], [[], [id]]);
    await deliver(deps(sql, [refusing(new Error("down"))]), id).catch(() => undefined);
    assert.deepEqual([await after(59), await after(61)], [[], [id]]);
  }));
