/** The examples do what they say. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { shopApp } from "../../examples/embed_in_hono.ts";
import { createClient } from "../../src/client/client.ts";
import { readConfig } from "../../src/config/environment.ts";
import { openExtensions } from "../../src/start/extensions.ts";
import { definedModels } from "../../src/start/models.ts";
import { addEndedCycle, KEY } from "../api/support.ts";
import { DELIVERY } from "../app/alerts/support.ts";
import { withServed } from "../cli/support.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { outcomeOf } from "../../src/models/outcome.ts";
import { type OwnMetricName, ownStatistic } from "../../src/stats/own_metrics.ts";
import { featuresOf } from "../../src/features/set.ts";
import type { UserDay } from "../../src/features/user_day.ts";
import { dayOf, START_MS } from "../features/shoppers.ts";

const folder = (name: string) => fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));

function options(settings: Record<string, string>) {
  const logged: string[] = [];
  const log = (line: string) => void logged.push(line);
  const config = readConfig(settings);
  return { config, log, logged, env: {}, home: "", cache: "", parts: [], embedded: false };
}

Deno.test("the example of a third model is found, with its own horizon, and labels large orders", async () => {
  const given = options({ PERENNIAL_MODELS: folder("models") });
  const { models, extensions } = await definedModels(given);
  const model = models.get("big-baskets")!;
  const days = [dayOf(1, { purchases: 2, spend: 199 }), dayOf(2, { purchases: 1, spend: 200 })];
  assert.deepEqual([model.label(days), model.label(days.slice(0, 1)), model.label([])], [1, 0, 0]);
  assert.deepEqual([model.horizonDays, model.activeDays, given.logged], [14, 60, []]);
  assert.deepEqual(extensions.map(({ kind, name, fault }) => [kind, name, fault]), [
    ["model", "big-baskets", null],
    ["model", "order-class", null],
    ["model", "order-days", null],
    ["model", "reviewers", null],
    ["model", "today-buyers", null],
    ["model", "vouchers", null],
  ]);
});

Deno.test("the example of own features reads stars of reviews and gaps of visits, before the moment alone", async () => {
  const { models } = await definedModels(options({ PERENNIAL_MODELS: folder("models") }));
  const { ownFeatures, events, label } = models.get("reviewers")!;
  const asOfMs = START_MS + 120 * DAY_MS;
  const review = (day: number, stars: number) => ({
    type: "review",
    atMs: START_MS + day * DAY_MS,
    product: null,
    quantity: null,
    amount: null,
    fields: { stars },
  });
  const days = [
    dayOf(10, { own: [review(10, 1)] }),
    dayOf(100, { own: [review(100, 5)] }),
    dayOf(110, { own: [review(110, 4)] }),
  ];
  const read = (of: readonly UserDay[]) =>
    ownFeatures!.map((feature) => feature.of({ days: of, asOfMs, horizonDays: 21 }));
  assert.deepEqual([events, read(days), read([])], [["review"], [4.5, 50], [null, null]]);
  assert.deepEqual([label(days), label([dayOf(1, { own: [] })]), label([dayOf(1)])], [1, 0, 0]);
});

Deno.test("the example of session features learns from the newest session, and labels a purchase within a day", async () => {
  const { models } = await definedModels(options({ PERENNIAL_MODELS: folder("models") }));
  const model = models.get("today-buyers")!;
  const days = [dayOf(1), dayOf(2, { purchases: 1 })];
  assert.deepEqual([model.horizonDays, model.label(days), model.label(days.slice(0, 1))], [1, 1, 0]);
  const { names, rows } = featuresOf(model);
  const atMs = START_MS + 2 * DAY_MS + 60_000;
  const look = { atMs, kind: 0, session: NaN, category: 3, price: 8 };
  const [values] = await rows([
    { days: [dayOf(2, { newest: [look] })], asOfMs: atMs + 120_000, horizonDays: 1 },
  ]);
  const seen = model.features.filter((name) => name.startsWith("session_"));
  assert.deepEqual(seen.map((name) => values[names.indexOf(name)]), [1, 0, 0, 0, 2, 8, 8, 1, 0]);
});

Deno.test("the example of several classes names the days on which a shopper orders", async () => {
  const { models } = await definedModels(options({ PERENNIAL_MODELS: folder("models") }));
  const model = models.get("order-class")!;
  const days = [dayOf(1, { purchases: 2 }), dayOf(2), dayOf(3, { purchases: 1 })];
  const futures = [[], days.slice(0, 2), days];
  assert.deepEqual(futures.map(model.label), ["none", "once", "more"]);
  assert.deepEqual(futures.map(outcomeOf(model)), [0, 1, 2]);
});

Deno.test("the example of own metrics counts what vouchers cost, and how well they are aimed", async () => {
  const { models } = await definedModels(options({ PERENNIAL_MODELS: folder("models") }));
  const { ownMetrics, loss, primaryMetric } = models.get("vouchers")!;
  const rows = { outcome: [1, 1, 0, 0], prediction: [0.9, 0.1, 0.5, 0.2], shopper: [1, 2, 3, 4] };
  assert.deepEqual([loss, primaryMetric], ["own:voucher-cost", "own:voucher-cost"]);
  assert.deepEqual(ownMetrics!.map(({ direction, unit }) => [direction, unit]), [
    ["lower", "EUR per shopper"],
    ["higher", undefined],
  ]);
  const value = (name: OwnMetricName) => ownStatistic(name, rows)!.value;
  assert.deepEqual([value("own:voucher-cost"), value("own:f1")], [(2 + 10 + 2) / 4, 0.5]);
});

Deno.test("the example of a channel posts an alert's title to the chat, and fails where the chat does", async () => {
  const told: unknown[] = [];
  let status = 200;
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => undefined },
    async (request) => {
      told.push(await request.json());
      return new Response(null, { status });
    },
  );
  Deno.env.set("CHAT_URL", `http://127.0.0.1:${server.addr.port}/`);
  try {
    const { channels } = await openExtensions(options({ PERENNIAL_EXTENSIONS: folder("extensions") }));
    assert.deepEqual([...channels.keys()], ["log", "chat"]);
    await channels.get("chat")!.send(DELIVERY);
    const { severity, title } = DELIVERY.body;
    assert.deepEqual(told, [{ text: `opened, ${severity}: ${title}` }]);
    status = 503;
    await assert.rejects(channels.get("chat")!.send(DELIVERY), /The chat answered 503/);
  } finally {
    Deno.env.delete("CHAT_URL");
  }
});

Deno.test("the example of a Hono app offers by what the model says, and says why it cannot", () =>
  withServed(async ({ url, sql }) => {
    await addEndedCycle(sql, { number: 1 });
    const app = shopApp(createClient({ url, apiKey: KEY }));
    const answers = await Promise.all(
      ["1", "2", "3", "4", "5", "6"].map(async (id) =>
        await (await app.request(`/shoppers/${id}/offer`)).json()
      ),
    );
    assert.ok(answers.every(({ version }) => version === 4));
    assert.deepEqual((await (await app.request("/models")).json()).map((m: { model: string }) => m.model), [
      "churn",
      "spending",
    ]);
    const stranger = shopApp(createClient({ url }));
    const refused = await stranger.request("/shoppers/1/offer");
    assert.deepEqual([refused.status, typeof (await refused.json()).why], [503, "string"]);
  }));
