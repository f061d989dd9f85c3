/** A model that learns from what a visitor does now: trained, served over HTTP by the very next event, and checked for skew. */
import assert from "node:assert/strict";
import { deployVersion } from "../../activities/deploy.ts";
import { sampleSessions } from "../../activities/observe/session_sample.ts";
import { createApp } from "../../src/api/app.ts";
import type { ApiDeps } from "../../src/api/deps.ts";
import { serveApi } from "../../src/api/serve.ts";
import { buildFeatures } from "../../src/app/features/blocks.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { fillRecentDays } from "../../src/app/features/recent_days.ts";
import { openModelSet } from "../../src/app/registry/model_set.ts";
import { createVersionFiles } from "../../src/app/registry/version_files.ts";
import { createClient } from "../../src/client/client.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { seededRandom } from "../../src/core/random.ts";
import { sha256 } from "../../src/core/hash.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/time.ts";
import { saveKey } from "../../src/db/access/api_keys.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { keepNewestEvents } from "../../src/db/events/newest_events.ts";
import { columnOf } from "../../src/features/blocks.ts";
import { skew } from "../../src/quality/checks/features.ts";
import { openServing } from "../../src/serving/open.ts";
import { createPredictor } from "../../src/serving/predictor.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { event, pseudonym } from "../db/events_support.ts";
import { KEY, NotingControl } from "../api/support.ts";
import { AS_OF_MS, cycle, EARLIER_MS, FIRST_MS, inShop, modelWith, settings, WEEKS } from "./weekly_shop.ts";

/** Whether a shopper buys within the week: their newest session tells. */
const model = modelWith({ features: ["session", "views_7"], events: [] });

/** Each Sunday evening everybody looks around, half of them fill a cart, and most of these buy in the week after. */
function visits() {
  const random = seededRandom(11);
  return Array.from({ length: 100 }, (_, i) => {
    const userKey = pseudonym(`shopper ${i}`);
    return Array.from({ length: WEEKS }, (_, week) => {
      const atMs = FIRST_MS + (week * 7 + 6) * DAY_MS + 23 * HOUR_MS + Math.floor(20 * random()) * MINUTE_MS;
      const fills = random() < 0.5;
      const buys = random() < (fills ? 0.9 : 0.1);
      const view = event({ userKey, type: "view", amount: null, price: 5, atMs });
      const second = {
        ...view,
        id: `${view.id} more`,
        type: fills ? "cart" : "view",
        atMs: atMs + 5 * MINUTE_MS,
      };
      return buys ? [view, second, event({ userKey, atMs: atMs + 2 * DAY_MS })] : [view, second];
    }).flat();
  }).flat();
}

const protocol = protocolOf(model, configOf(RetrainingConfig.parse(settings), "buyers"));

Deno.test("session features are trained on, served as trained, and what was acknowledged counts in the next answer", () =>
  inShop(
    async (deps) => {
      const { sql, models, store, clock } = deps;
      const { cycleId, challenger, evidence } = await cycle(deps, 1, EARLIER_MS);
      const { auc } = evidence.challengerMetrics;
      assert.ok(auc! > 0.8, `the session tells who buys: AUC ${auc}`);
      await deployVersion(deps, await getCycle(sql, cycleId), { challenger, why: "better" });

      const { users, features, ...head } = await buildFeatures(sql, protocol, EARLIER_MS);
      const carts = columnOf(head, "session_carts");
      const filled = users.filter((_, i) => features[i * head.width + carts] === 1).length;
      assert.ok(filled > 30 && filled < 70, `${filled} of ${users.length}`);
      const served = await createPredictor({ sql, store, clock, models })
        .predict({ model: "buyers", users, asOfMs: EARLIER_MS });
      assert.deepEqual(
        served.predictions.map(({ prediction }) => Math.fround(prediction!)),
        [...loadScorer(await store.get(challenger.artefactSha256)).predictPacked(features, users.length)],
      );
      await theNextAnswerKnows(deps);
    },
    model,
    visits(),
  ));

/** Over HTTP, as the service serves: from memory, at the moment that its clock tells. */
async function theNextAnswerKnows({ sql, store, models }: Parameters<Parameters<typeof inShop>[0]>[0]) {
  await keepNewestEvents(sql, true);
  await saveKey(sql, "owner", sha256(KEY));
  let nowMs = AS_OF_MS + 12 * HOUR_MS;
  const clock = () => nowMs;
  const log = () => undefined;
  const serving = await openServing({ sql, store, models, clock, log });
  const app = createApp({
    sql,
    clock,
    pseudonym,
    control: new NotingControl(),
    predictor: serving.predictor,
    models,
    modelSet: await openModelSet(sql, models),
    files: createVersionFiles({ sql, store, clock }),
    log,
    explain: {} as ApiDeps["explain"], // nothing is explained here
    temporalUi: null,
  });
  const server = serveApi(app, { host: "127.0.0.1", port: 0 });
  try {
    const client = createClient({ url: server.url, apiKey: KEY });
    const ask = async () => (await client.predict("buyers", { user: "visitor" })).predictions[0].prediction;
    const act = async (type: string) => {
      nowMs += MINUTE_MS;
      const time = new Date(nowMs - 1).toISOString();
      const { accepted } = await client.sendEvents([{
        type,
        user: "visitor",
        product: "tea",
        price: 5,
        time,
      }]);
      assert.equal(accepted, 1);
    };
    assert.equal(await ask(), null, "nobody knows them");
    await act("view");
    const looking = await ask();
    await act("cart");
    const filling = await ask();
    assert.ok(filling! > looking! + 0.1, `${looking} -> ${filling}`);
    nowMs += HOUR_MS;
    await act("view");
    assert.ok((await ask())! < filling!, "another session, and an empty cart");
    const [{ lacking }] = await sql`select count(*)::int as lacking from user_days
      where newest is null and day = ${Math.floor(nowMs / DAY_MS)}`;
    assert.equal(lacking, 0);
  } finally {
    await server.stop();
    await serving.close();
  }
}

Deno.test("a kept session that says something else than its events is found as skew", () =>
  inShop(
    async ({ sql, models, clock }) => {
      const asOfMs = AS_OF_MS - HOUR_MS / 4;
      await keepNewestEvents(sql, true);
      await insertEvents(sql, [
        event({ userKey: pseudonym("shopper 1"), type: "view", price: 7, atMs: asOfMs - MINUTE_MS }),
      ]);
      const signal = AbortSignal.timeout(60_000);
      assert.ok(await fillRecentDays({ sql, clock, models: [...models.values()] }, signal) >= 100);
      const sound = await sampleSessions({ sql, models }, asOfMs);
      assert.deepEqual([sound!.compared, sound!.skewed], [50, []]);
      await sql`update user_days set newest = ( -- all of them: they are kept in no order
          select array_agg(array[newest[i][1], newest[i][2], newest[i][3], newest[i][4], 1000]) from generate_subscripts(newest, 1) as i
        ) where user_key = ${pseudonym("shopper 1")}`;
      const skewed = await sampleSessions({ sql, models }, asOfMs);
      const subjects = skewed!.skewed.map(({ feature }) => feature);
      assert.ok(subjects.includes("session_price_mean"), subjects.join());
      assert.ok(skewed!.skewed.every(({ feature, shoppers }) => feature.includes("price") && shoppers === 1));
      const features = { cutoff: new Date(asOfMs).toISOString(), compared: 50, skewed: [], sessions: skewed };
      const [{ found }] = skew({ evidence: { features, asOfMs } } as never);
      assert.deepEqual([found!.kind, found!.subject, found!.share], [
        "training-serving skew",
        "session_price_mean",
        0.02,
      ]);
      models.clear();
      assert.equal(await sampleSessions({ sql, models }, asOfMs), null);
    },
    model,
    visits(),
  ));
