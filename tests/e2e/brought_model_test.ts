/** Models from outside through the production workflows: brought at a terminal, rolled out, served over HTTP, watched, taken back. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { join } from "node:path";
import * as tf from "@tensorflow/tfjs";
import { runCli } from "../../src/cli/program.ts";
import { type Client, createClient } from "../../src/client/client.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { listAlerts } from "../../src/db/alerts/alerts.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { servingHistory } from "../../src/db/models/serving.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { checkAsOf, lookAsOf } from "../../src/temporal/control_client.ts";
import { startBackend } from "../../src/training/backend.ts";
import golden from "../golden/onnx.json" with { type: "json" };
import { savedLayers } from "../onnx/saved_layers.ts";
import { type SmallShop, withSmallShop } from "./small_shop.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process
const FIRST = "2011-05-24T00:00:00.000Z";
const SECOND = "2011-06-21T00:00:00.000Z";
const HALF = "2011-06-21T12:00:00.000Z";
const EVERYONE = "2011-06-23T00:00:00.000Z";
const WATCHED = "2011-07-21T00:00:00.000Z"; // four weeks after everyone
const [ONNX, LAYERS] = ["buyers-onnx", "buyers-layers"];

/** Learns from almost nothing, so that what is brought has something to add. */
const definition = (name: string) =>
  `import { defineModel } from "perennial";
export default defineModel({
  name: "${name}",
  kind: "classification",
  question: "Will this shopper buy within four weeks?",
  unit: "probability",
  primaryMetric: "auc",
  loss: "logLoss",
  metrics: ["auc", "logLoss"],
  features: ["as_of_month_day"],
  label: (future) => future.some((day) => day.purchases > 0) ? 1 : 0,
  network: "an exact logistic regression",
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});
`;

const SETTINGS = {
  gate: "no-harm",
  rollout: "canary",
  canary_shares: [0.5] as number[],
  rollout_step_hours: 24,
  rollout_step_shoppers: 20,
  rollout_proof: "guardrails",
  guard_divergence: 1000, // the champion says about the same of everyone
  guard_latency_ms: 60_000, // of a busy machine
} as const;

/** What a model from outside is given: shifted and scaled to what the shoppers of this shop do. */
const INPUTS = "recency:-4900:100,orders_90:0:0.125,tenure:0:100";
type Row = readonly [recency: number, orders90: number, tenure: number];

/** Rows on which onnxruntime was asked, and its answers. */
const ROWS = Array.from({ length: 40 }, (_, i): Row => {
  const [first, second, third] = golden.rows.slice(3 * i, 3 * i + 3);
  return [100 * first - 4900, second / 8, 100 * third];
});
const { file: ONNX_FILE, want } = golden.cases.find(({ name }) => name === "logistic")!;
const ONNXRUNTIME = ROWS.map((_, i) => want[2 * i + 1]);

const relu = (x: number) => Math.max(0, x);
/** The network of the layers model, computed by hand: two hidden units, one output. */
function byHand([recency, orders90, tenure]: Row): number {
  const [a, b, c] = [(recency + 4900) / 100, orders90 * 8, tenure / 100];
  const hidden = [relu(b / 8 - c / 100), relu(1 - a / 100)];
  return 1 / (1 + Math.exp(2.2 - 0.6 * hidden[0] - 0.1 * hidden[1]));
}

async function writeLayers(folder: string): Promise<string> {
  await startBackend();
  const hidden = tf.layers.dense({ units: 2, activation: "relu", inputShape: [3] });
  const output = tf.layers.dense({ units: 1, activation: "sigmoid" });
  const model = tf.sequential({ layers: [hidden, output] });
  hidden.setWeights([tf.tensor2d([0, -1 / 100, 1 / 8, 0, -1 / 100, 0], [3, 2]), tf.tensor1d([0, 1])]);
  output.setWeights([tf.tensor2d([0.6, 0.1], [2, 1]), tf.tensor1d([-2.2])]);
  const { json, files } = await savedLayers(model);
  for (const [name, bytes] of files) await Deno.writeFile(join(folder, name), bytes);
  await Deno.writeTextFile(join(folder, "model.json"), json);
  model.dispose();
  return join(folder, "model.json");
}

async function writeOnnx(folder: string): Promise<string> {
  const path = join(folder, "logistic.onnx");
  await Deno.writeFile(path, Buffer.from(ONNX_FILE, "base64"));
  return path;
}

interface Shop extends SmallShop {
  api: Client;
  folder: string;
  /** Runs `perennial`; @returns what it says */
  run(...args: string[]): Promise<string>;
}

async function withTwoModels(work: (shop: Shop) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-brought-" });
  try {
    const models = join(folder, "models");
    await Deno.mkdir(models);
    for (const name of [ONNX, LAYERS]) {
      await Deno.writeTextFile(join(models, `${name}.ts`), definition(name));
    }
    const settings = { PERENNIAL_MODELS: models, PERENNIAL_PORT: String(await freePort()) };
    await withSmallShop(async (shop) => {
      const { url, key } = shop.service;
      const api = createClient({ url: url!, apiKey: key.key! });
      const env = {
        PERENNIAL_URL: url!,
        PERENNIAL_API_KEY: key.key!,
        PERENNIAL_HOME: folder,
        PERENNIAL_CACHE: folder,
      };
      const run = async (...args: string[]) => {
        const said: string[] = [];
        const say = (text: string) => void said.push(text);
        const io = { env, uid: Deno.uid(), isTerminal: false, columns: 100, out: say, err: say };
        assert.equal(await runCli(args, io), 0, said.join("\n"));
        return said.join("\n");
      };
      await work({ ...shop, api, folder, run });
    }, { settings, parts: ["api", "worker"] });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test(
  "models from outside are compared, rolled out, served with their own numbers, watched and taken back",
  options,
  (t) =>
    withTwoModels(async (shop) => {
      const step = async (name: string, work: () => Promise<void>) =>
        assert.ok(await t.step(name, work), name);
      const { api, folder, run } = shop;
      await api.updateConfig({ models: { [ONNX]: SETTINGS, [LAYERS]: SETTINGS }, why: "" });
      for (const [model, write] of [[ONNX, writeOnnx], [LAYERS, writeLayers]] as const) {
        await step(`${model}: a first model of its own kind is deployed`, async () => {
          const { outcome, text } = await checkAsOf(shop.service.client, model, FIRST);
          assert.equal(outcome, "deployed", text);
        });
        await step(`${model}: what is brought is put to the gate, and half of the shoppers`, async () => {
          const how = ["--name", "outside", "--inputs", INPUTS, "--trained-until", "2010-12-31"];
          const said = await run("models", "bring", model, await write(folder), ...how);
          assert.match(said, /outside is brought: the next cycle of .* puts it to the gate/);
          await atHalf(shop, model);
        });
        await step(`${model}: a canary carries it to everyone`, () => toEveryone(shop, model));
      }
      await step(
        "an ONNX file answers rows as onnxruntime does",
        async () => close(await answersTo(api, ONNX, ROWS), ONNXRUNTIME),
      );
      await step(
        "a layers model answers rows as its network does by hand",
        async () => close(await answersTo(api, LAYERS, ROWS), ROWS.map(byHand)),
      );
      await step("outcomes keep the one that is no worse; a person takes it back", () => takenBack(shop));
      await step(
        "outcomes that speak against a version from outside take it back",
        () => spokenAgainst(shop),
      );
    }),
);

function close(found: readonly number[], want: readonly number[]): void {
  assert.equal(found.length, want.length);
  found.forEach((p, i) => assert.ok(Math.abs(p - want[i]) < 1e-5, `row ${i}: ${p}, not ${want[i]}`));
}

/** Asks about rows of features over HTTP. */
async function answersTo(api: Client, model: string, rows: readonly Row[]): Promise<number[]> {
  const { features: named } = await api.features(model);
  const unknown = Object.fromEntries(named.map(({ name }) => [name, null]));
  const { version, predictions } = await api.predict(model, {
    rows: rows.map(([recency, orders_90, tenure]) => ({
      features: { ...unknown, recency, orders_90, tenure },
    })),
  });
  assert.equal(version, 2);
  return predictions.map(({ prediction, fallback }) => {
    assert.equal(fallback, false);
    return prediction!;
  });
}

const shoppersOf = async (shop: Shop): Promise<string[]> => {
  const [header, ...lines] = (await Deno.readTextFile(join(shop.home, "shop.csv"))).trimEnd().split("\n");
  const [id, time] = ["user_id", "timestamp"].map((name) => header.split(",").indexOf(name));
  const before = lines.map((line) => line.split(",")).filter((line) =>
    line[id] && line[time] > "2011-03-24" && line[time] < SECOND
  );
  return [...new Set(before.map((line) => line[id]))];
};

async function atHalf(shop: Shop, model: string): Promise<void> {
  const { api, service } = shop;
  const { cycleId, outcome, text } = await checkAsOf(service.client, model, SECOND);
  const { verdict, evidence } = await api.cycle(cycleId);
  assert.equal(verdict, "promote", `${outcome}: ${text}`);
  assert.ok(evidence!.difference.high < 0, "it is better than a model of almost nothing");
  const { versions: [{ version, manifest }] } = await api.versions(model);
  assert.deepEqual([version, manifest.candidate, manifest.competition.length], [2, "outside", 2]);
  assert.equal((await api.brought(model)).brought[0].challengedBy, cycleId);

  const users = (await shoppersOf(shop)).slice(0, 100);
  const { predictions } = await api.predict(model, { users, asOf: SECOND });
  const shownTo = predictions.filter((p) => p.version === 2).length;
  assert.ok(shownTo > 25 && shownTo < 75, `${shownTo} of 100 are shown it`);
  assert.ok(predictions.every((p) => p.arm === (p.version === 2 ? "challenger" : "champion")));
}

async function toEveryone({ api, service }: Shop, model: string): Promise<void> {
  const { rollouts: [{ id }] } = await api.rollouts({ model });
  assert.equal((await lookAsOf(service.client, id, { asOf: HALF, traffic: true })).ended, false);
  const { ended, text } = await lookAsOf(service.client, id, { asOf: EVERYONE, traffic: true });
  assert.ok(ended, text);
  const serves = async () => (await api.serving(model)).version === 2;
  assert.ok(await waitUntil(serves, { withinMs: 60_000, everyMs: 100 }), text);
}

/** Four weeks later: outcomes have come, and the version from outside is judged on them. */
const judged = async ({ service }: Shop, model: string) => {
  await checkAsOf(service.client, model, WATCHED);
  const moves = await servingHistory(service.sql, model);
  const deployed = moves.find(({ kind, version }) => kind === "deploy" && version === 2)!;
  return (await getCycle(service.sql, deployed.key)).watch!;
};

async function takenBack(shop: Shop): Promise<void> {
  const { api, run } = shop;
  const { decision, difference, text } = await judged(shop, ONNX);
  assert.deepEqual([decision, difference!.n > 50], ["kept", true], text);
  assert.match(await run("models", ONNX), /outside/);
  await run("rollback", ONNX, "--to", "1", "--why", "of a test");
  const users = (await shoppersOf(shop)).slice(0, 20);
  const predicted = () => api.predict(ONNX, { users, asOf: EVERYONE });
  const isBack = async () => (await predicted()).version === 1; // what serves is looked at twice a second
  assert.ok(await waitUntil(isBack, { withinMs: 60_000, everyMs: 100 }));
  assert.ok((await predicted()).predictions.every((p) => p.version === 1));
}

/** Whoever had stayed away comes back and buys: the network from outside had told the opposite. */
async function spokenAgainst(shop: Shop): Promise<void> {
  const { api, service } = shop;
  const users = await shoppersOf(shop);
  const { predictions } = await api.predict(LAYERS, { users, asOf: EVERYONE });
  const lapsed = predictions.filter(({ prediction }) => prediction !== null && prediction < 0.3);
  const events = lapsed.map(({ user }, i) => ({
    id: `back ${i}`,
    user_id: user,
    type: "purchase",
    product_id: "21258",
    quantity: 1,
    price: 4.5,
    timestamp: new Date(Date.parse(EVERYONE) + (1 + i % 26) * DAY_MS).toISOString(),
  }));
  assert.equal((await api.sendEvents(events)).accepted, events.length);
  const { decision, text } = await judged(shop, LAYERS);
  assert.equal(decision, "rolled back", text);
  assert.equal((await api.serving(LAYERS)).version, 1);
  const alerts = await listAlerts(service.sql);
  assert.ok(alerts.some(({ key }) => key === `rollback/${LAYERS}/2`));
  const { versions } = await api.versions(LAYERS);
  assert.equal(versions.find(({ version }) => version === 2)!.state, "rejected");
}
