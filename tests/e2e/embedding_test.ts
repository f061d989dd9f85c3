/** The service inside a program: several at once, each with models, channels, secret and key of its own. */
import assert from "node:assert/strict";
import { type Channel, createClient, defineModel, startRetrainingService } from "../../src/mod.ts";
import { connect } from "../../src/db/connect.ts";
import { saveRetrainer } from "../../src/db/cycles/retrainers.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { freshNamespace, sharedInstallation } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";

const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process

const visits = defineModel({
  name: "visits",
  kind: "regression",
  question: "On how many days will this shopper come back?",
  unit: "days",
  primaryMetric: "mae",
  loss: "mse",
  metrics: ["mae", "mse"],
  horizonDays: 14,
  network: "linear",
  label: (future) => future.length,
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});

/** A channel that keeps what it is told. */
function keeping(name: string): Channel & { told: Promise<string> } {
  const { promise: told, resolve } = Promise.withResolvers<string>();
  return { name, told, send: ({ body }) => Promise.resolve(resolve(body.title)) };
}

/** Starts a service on the shared servers, with a database, namespace and home of its own. */
async function startOne(home: string, given: Parameters<typeof startRetrainingService>[0]) {
  const { temporalAddress } = await sharedInstallation();
  const database = await migratedDatabase();
  const sql = connect(database.url, { max: 1 });
  await saveRetrainer(sql, { model: "ghost", active: false, nextCheckAt: null, runningCycle: null });
  await sql.end();
  const service = await startRetrainingService({
    home,
    databaseUrl: database.url,
    temporalAddress,
    temporalNamespace: await freshNamespace(),
    port: await freePort(),
    ...given,
  }).catch(async (error) => {
    await database.dispose();
    throw error;
  });
  return { service, database, client: createClient(service) };
}

Deno.test("two services run in one program, each with its own models, channel and key", options, async () => {
  const home = await Deno.makeTempDir({ prefix: "perennial-embedding-" });
  const pager = keeping("pager");
  const first = await startOne(`${home}/a`, {
    models: [visits],
    channels: [pager],
    secret: "a secret of the first service",
    apiKey: "pk_the-first-service-has-this-key",
  });
  const second = await startOne(`${home}/b`, { apiKey: "pk_the-second-service-has-this-key" });
  try {
    const named = async ({ client }: typeof first) =>
      (await client.models()).models.map(({ model }) => model);
    assert.ok((await named(first)).includes("visits"));
    assert.ok(!(await named(second)).includes("visits"));
    assert.equal((await first.client.config()).config.models.visits.horizon_days, 14);
    const stranger = createClient({ url: second.service.url, apiKey: first.service.apiKey });
    await assert.rejects(stranger.audit(), { status: 401 });
    assert.match(await pager.told, /No file defines the model "ghost" any more/);
  } finally {
    for (const { service, database } of [first, second]) {
      await service.stop();
      await database.dispose();
    }
    await Deno.remove(home, { recursive: true });
  }
});

Deno.test("a channel whose name another one has is refused at the start", options, async () => {
  const home = await Deno.makeTempDir({ prefix: "perennial-embedding-" });
  try {
    await assert.rejects(startOne(home, { channels: [keeping("log")] }), /two channels named "log"/);
  } finally {
    await Deno.remove(home, { recursive: true });
  }
});
