/**
 * The worker and the API as processes that may do no more than they need and share no disk: only the database, Temporal and
 * a bucket. Whole cycles, events and predictions.
 */
import assert from "node:assert/strict";
import { Client } from "@temporalio/client";
import { readConfig } from "../../src/config/environment.ts";
import { connectTemporal } from "../../src/temporal/connect.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { servingVersion } from "../../src/db/models/serving.ts";
import { putSetting } from "../../src/db/settings.ts";
import { configFor } from "../../src/demo/protocol.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { importFile } from "../../src/app/events/import.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import { newSigningKey } from "../../src/security/signing.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { freshNamespace, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { ready, startPart } from "../support/parts.ts";
import { startS3Server } from "../support/s3_server.ts";
import { PROTOCOL, SCORED, writeSmallShop } from "./small_shop.ts";

const KEY = "pk_a-key-for-this-test";
const SECRET = "a secret of this test, long enough";
/** A cycle goes on by itself: this is only how long one may hang before it is told of. */
const ENDS_WITHIN_MS = 300_000;

Deno.test({
  name: "workers and an API without programs, other hosts or each other's disk train, deploy and predict",
  sanitizeOps: false, // the SDK keeps its native runtime for the process
  sanitizeResources: false,
  fn: async () => {
    installRuntime(() => undefined);
    await using database = await migratedDatabase();
    await using bucket = await startS3Server();
    const { temporalAddress } = await sharedInstallation();
    const [namespace, taskQueue] = [await freshNamespace(), freshTaskQueue()];
    const homes = [await Deno.makeTempDir(), await Deno.makeTempDir(), await Deno.makeTempDir()];
    const cache = cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() });
    const sql = connect(database.url, { max: 3 });
    const placeIn = (home: string) => ({
      home,
      cache,
      servers: [new URL(database.url).host, temporalAddress, new URL(bucket.access.endpoint).host],
      env: {
        ...bucket.env,
        DATABASE_URL: database.url,
        TEMPORAL_ADDRESS: temporalAddress,
        TEMPORAL_NAMESPACE: namespace,
        TEMPORAL_TASK_QUEUE: taskQueue,
        PERENNIAL_HOME: home,
        PERENNIAL_CACHE: cache,
        PERENNIAL_API_KEY: KEY,
        PERENNIAL_SECRET: SECRET,
        PERENNIAL_SIGNING_KEY: SIGNING_KEY,
        PERENNIAL_BUILD_ID: "a-test",
      },
    });
    await bundledWorkflows(cache); // made once for each version; making it reads the folders above the checkout
    const port = await freePort();
    const parts = [
      startPart("worker", placeIn(homes[0]), { args: ["--queues", "light,features"] }),
      startPart("worker", placeIn(homes[1]), { args: ["--queues", "training"] }),
      startPart("api", placeIn(homes[2]), { port }),
    ];
    const output = () => parts.map((part) => part.output()).join("");
    const send = (path: string, body: unknown) =>
      fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    try {
      await Promise.all(parts.map(ready));
      assert.match(parts[1].output(), /Serving training work \(2 at once\)/);
      await fillShop(sql, `${homes[0]}/events.csv`);
      const forced = await send("/retraining/force", { model: "churn", why: "a test" });
      assert.equal(forced.status, 202, await forced.text());
      await stageOf(sql, "train", output);
      await bucket.kill(); // what is trained meanwhile waits for it
      await new Promise((done) => setTimeout(done, 1_000));
      await bucket.start();
      assert.equal(await outcomeOf(sql, output), "deployed", output());
      const deployments = await sql`select 1 from serving_history where model = 'churn' and kind = 'deploy'`;
      assert.equal(deployments.length, 1);
      assert.match(output(), /Build "a-test" is the current one now/);
      const serving = await servingVersion(sql, "churn");
      assert.deepEqual(await queuesOf(temporalAddress, namespace), {
        checkTrigger: `${taskQueue}-features`,
        trainChallenger: `${taskQueue}-training`,
        reportCycle: taskQueue,
      });
      const events = await send("/events", [{
        id: "e",
        type: "view",
        user: "u",
        time: "2011-06-01T00:00:00Z",
      }]);
      assert.equal((await events.json()).accepted, 1);
      await waitUntil(async () => (await predicted(send)).version === serving, {
        withinMs: 60_000,
        everyMs: 100,
      });
      assert.deepEqual(await predicted(send), { version: serving, fallback: false });
      const page = await fetch(`http://127.0.0.1:${port}/`, { headers: { accept: "text/html" } });
      assert.equal(page.status, 200);
      await page.body?.cancel();
      assert.doesNotMatch(output(), /NotCapable|Requires \w+ access/);
      assert.ok(!output().includes(bucket.access.secretAccessKey), "no secret is told");
      for (const home of homes) {
        assert.deepEqual(await secretFilesIn(home), [], "nothing is kept that others need");
      }
    } finally {
      await Promise.all(parts.map((part) => part.stop()));
      await sql.end({ timeout: 5 });
      for (const home of homes) await Deno.remove(home, { recursive: true });
    }
  },
});

const SIGNING_KEY = newSigningKey().replaceAll("\n", "\\n"); // on one line, as in an environment

/** The settings and the events of the small shop, which stands where its data end. */
async function fillShop(sql: Database, file: string): Promise<void> {
  const { version, config } = await currentConfig(sql);
  const wanted = { ...configFor(config, PROTOCOL), min_validation_rows: 50 };
  await saveConfig(sql, { config: wanted, after: version, by: "a test", why: "" });
  await putSetting(sql, "pinned_as_of", SCORED.at(-1)!);
  await writeSmallShop(file, { every: 2, before: SCORED.at(-1)!.slice(0, 10) });
  await importFile({ sql, clock: () => Date.now(), pseudonym: createPseudonymizer(SECRET) }, file, {});
}

/** The queues on which activities of the first cycle stood. */
async function queuesOf(address: string, namespace: string): Promise<Record<string, string>> {
  const connection = await connectTemporal(address, readConfig({}));
  try {
    const client = new Client({ connection, namespace });
    const { events } = await client.workflow.getHandle("retrainer/churn/cycle/1").fetchHistory();
    const scheduled = (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: one }) =>
      one ? [one] : []
    );
    const wanted = ["checkTrigger", "trainChallenger", "reportCycle"];
    return Object.fromEntries(wanted.flatMap((name) => {
      const one = scheduled.find(({ activityType }) => activityType?.name === name);
      return one ? [[name, one.taskQueue!.name!]] : [];
    }));
  } finally {
    await connection.close();
  }
}

type Send = (path: string, body: unknown) => Promise<Response>;

async function predicted(send: Send): Promise<{ version: number; fallback: boolean }> {
  const answer = await send("/predictions/churn", { user: "12348" });
  const { version, fallback } = await answer.json();
  return { version, fallback };
}

async function stageOf(sql: Database, stage: string, output: () => string): Promise<void> {
  const seen = await waitUntil(async () => {
    const [cycle] = await sql`select stage, outcome from cycles where model = 'churn'`;
    return cycle?.stage === stage || (cycle?.outcome ?? null) !== null;
  }, { withinMs: ENDS_WITHIN_MS, everyMs: 20 });
  assert.ok(seen, output());
}

async function outcomeOf(sql: Database, output: () => string): Promise<string> {
  let outcome: string | null = null;
  await waitUntil(async () => {
    const [cycle] = await sql`select outcome from cycles where model = 'churn' and outcome is not null`;
    outcome = cycle?.outcome ?? null;
    return outcome !== null;
  }, { withinMs: ENDS_WITHIN_MS, everyMs: 50 });
  return outcome ?? output();
}

async function secretFilesIn(home: string): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(home)) names.push(name);
  for await (const { name } of Deno.readDir(`${home}/default`)) names.push(name);
  return names.filter((name) => /secret|signing-key|api-key|artefacts/.test(name));
}
