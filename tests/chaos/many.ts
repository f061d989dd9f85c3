/** Four workers and two APIs that share a database, a Temporal and a bucket: one is killed, then fewer and fewer are left. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { Client } from "@temporalio/client";
import { readConfig } from "../../src/config/environment.ts";
import { sleep } from "../../src/core/deadline.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { putSetting } from "../../src/db/settings.ts";
import { configFor } from "../../src/demo/protocol.ts";
import { importFile } from "../../src/app/events/import.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { startInstallation } from "../../src/embedded/installation.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import { newSigningKey } from "../../src/security/signing.ts";
import { connectTemporal } from "../../src/temporal/connect.ts";
import { installRuntime } from "../../src/temporal/runtime.ts";
import { bundledWorkflows } from "../../src/temporal/worker.ts";
import { machineNow } from "../../bench/shared/machine.ts";
import { publish } from "../../bench/shared/report.ts";
import { PROTOCOL, SCORED, writeSmallShop } from "../e2e/small_shop.ts";
import { hostEnvironment, withFolder } from "../embedded/support.ts";
import { type Part, type Place, ready, startPart } from "../support/parts.ts";
import { startS3Server } from "../support/s3_server.ts";

const KEY = "pk_a-key-of-many-parts";
const SECRET = "a secret of many parts, long enough";
const WORKERS = 4;
const APIS = 2;
/** Copies of the churn model, so that there is work for all. */
const COPIES = 6;
const ROUNDS = [4, 2, 1] as const;
const WITHIN_MS = 900_000;

/** How long it took so many workers to run a cycle of each model. */
interface Round {
  workers: number;
  cycles: number;
  seconds: number;
}

/**
 * Kills a worker while it trains, with events coming in by both APIs, and checks that nothing is lost or done twice; then
 * measures how many cycles a minute four, two and one worker run.
 */
export function manyParts(say: (line: string) => void): Promise<void> {
  return withFolder(async (folder) => {
    installRuntime(() => undefined);
    const machine = machineNow();
    const host = hostEnvironment();
    const ports = { postgres: await freePort(), temporal: await freePort(), temporalUi: await freePort() };
    const home = join(folder, "servers");
    const servers = await startInstallation({ ...host, home, ports, log: () => undefined });
    await using bucket = await startS3Server();
    const cache = cacheHome(host);
    await bundledWorkflows(cache);
    const env = {
      ...bucket.env,
      DATABASE_URL: servers.databaseUrl,
      TEMPORAL_ADDRESS: servers.temporalAddress,
      PERENNIAL_CACHE: cache,
      PERENNIAL_API_KEY: KEY,
      PERENNIAL_SECRET: SECRET,
      PERENNIAL_SIGNING_KEY: newSigningKey().replaceAll("\n", "\\n"),
      PERENNIAL_ACTIVITIES_AT_ONCE: "training=1",
    };
    const hosts = [servers.databaseUrl, bucket.access.endpoint].map((url) => new URL(url).host);
    const placeOf = async (name: string): Promise<Place> => {
      const own = join(folder, name);
      await copyModels(join(own, "models"));
      return {
        home: own,
        cache,
        servers: [...hosts, servers.temporalAddress],
        env: { ...env, PERENNIAL_HOME: own, PERENNIAL_MODELS: join(own, "models") },
      };
    };
    const sql = connect(servers.databaseUrl, { max: 3 });
    const connection = await connectTemporal(servers.temporalAddress, readConfig({}));
    const client = new Client({ connection });
    const urls: string[] = [];
    const apis: Part[] = [];
    const workers: Part[] = [];
    try {
      for (let i = 0; i < APIS; i++) {
        const port = await freePort();
        urls.push(`http://127.0.0.1:${port}`);
        apis.push(startPart("api", await placeOf(`api-${i}`), { port }));
      }
      for (let i = 0; i < WORKERS; i++) workers.push(startPart("worker", await placeOf(`worker-${i}`)));
      await Promise.all([...apis, ...workers].map(ready));
      await fillShop(sql, join(folder, "shop.csv"));
      const sender = new Sender(urls);
      const sending = sender.send();
      await killWhileTraining({ sql, client, urls, workers });
      say(`  one of ${WORKERS} workers was killed while it trained: every cycle ended, each deployed once`);
      await sender.stop(sending);
      await checkStored(sql, sender.acknowledged);
      say(`  ${sender.acknowledged.length} acknowledged events are stored once`);
      workers.push(startPart("worker", await placeOf("worker-again")));
      await ready(workers.at(-1)!);
      const rounds: Round[] = [];
      for (const count of ROUNDS) {
        while (workers.length > count) await workers.pop()!.stop();
        rounds.push(await timeRound(sql, urls[0], count));
        say(`  ${count} workers: ${perMinute(rounds.at(-1)!)} cycles a minute`);
      }
      await publishRounds(rounds, machine);
    } catch (error) {
      for (const part of [...apis, ...workers]) {
        console.error(part.output().split("\n").slice(-15).join("\n"));
      }
      throw error;
    } finally {
      await Promise.all([...apis, ...workers].map((part) => part.stop()));
      await connection.close();
      await sql.end({ timeout: 5 });
      await servers.stop();
    }
  });
}

async function copyModels(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const churn = await Deno.readTextFile(new URL("../../src/models/churn.ts", import.meta.url));
  const own = churn.replace('from "./model.ts"', 'from "perennial"').replace(/^import type .*$/m, "")
    .replace(": NetworkOptions", "");
  for (let i = 1; i <= COPIES; i++) {
    await Deno.writeTextFile(join(folder, `copy_${i}.ts`), own.replace('name: "churn"', `name: "copy-${i}"`));
  }
}

async function fillShop(sql: Database, file: string): Promise<void> {
  const { version, config } = await currentConfig(sql);
  const wanted = { ...configFor(config, PROTOCOL), min_validation_rows: 50 };
  await saveConfig(sql, { config: wanted, after: version, by: "chaos", why: "" });
  await putSetting(sql, "pinned_as_of", SCORED.at(-1)!);
  await writeSmallShop(file, { every: 1, before: SCORED.at(-1)!.slice(0, 10) });
  await importFile({ sql, clock: () => Date.now(), pseudonym: createPseudonymizer(SECRET) }, file, {});
}

const post = (url: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${KEY}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** Forces a cycle of every model. @returns the number of models */
async function forceAll(url: string): Promise<number> {
  const answer = await post(`${url}/retraining/force`, { why: "many parts" });
  assert.equal(answer.status, 202);
  return (await answer.json()).models.length;
}

async function untilEnded(sql: Database, cycles: number): Promise<void> {
  const ended = async () => {
    const [{ count }] = await sql`select count(*)::int as count from cycles where outcome is not null`;
    return count >= cycles;
  };
  assert.ok(await waitUntil(ended, { withinMs: WITHIN_MS, everyMs: 100 }), `${cycles} cycles end`);
}

async function killWhileTraining(
  { sql, client, urls, workers }: { sql: Database; client: Client; urls: string[]; workers: Part[] },
): Promise<void> {
  const models = await forceAll(urls[1]);
  let victim: Part | undefined;
  const found = await waitUntil(async () => {
    const pid = await trainingPid(sql, client);
    victim = workers.find((worker) => worker.pid === pid);
    return victim !== undefined;
  }, { withinMs: WITHIN_MS, everyMs: 20 });
  assert.ok(found && victim, "a worker trains");
  await victim.stop("SIGKILL");
  workers.splice(workers.indexOf(victim), 1);
  await untilEnded(sql, models);
  const cycles = await sql`select model, outcome, error from cycles`;
  assert.deepEqual([...cycles].filter(({ outcome }) => outcome !== "deployed"), []);
  assert.equal(new Set(cycles.map(({ model }) => model)).size, models, "one cycle a model");
  const moves =
    await sql`select model, count(*)::int as count from serving_history where kind = 'deploy' group by 1`;
  assert.deepEqual(moves.map(({ count }) => count), Array.from({ length: models }, () => 1));
}

/** The process that runs a training now. */
async function trainingPid(sql: Database, client: Client): Promise<number | undefined> {
  for (const { id } of await sql`select id from cycles where outcome is null and stage = 'train'`) {
    const { raw } = await client.workflow.getHandle(id).describe();
    const training = raw.pendingActivities?.find(({ activityType, state }) =>
      activityType?.name === "trainChallenger" && state === 2 // started
    );
    const pid = Number(/^(\d+)@/.exec(training?.lastWorkerIdentity ?? "")?.[1]);
    if (pid) return pid;
  }
}

async function timeRound(sql: Database, url: string, workers: number): Promise<Round> {
  const [{ before }] = await sql`select count(*)::int as before from cycles`;
  const started = performance.now();
  const cycles = await forceAll(url);
  await untilEnded(sql, before + cycles);
  const seconds = (performance.now() - started) / 1000;
  const bad =
    await sql`select id, outcome, error from cycles where outcome in ('failed', 'lost', 'cancelled')`;
  assert.deepEqual([...bad], []);
  return { workers, cycles, seconds };
}

/** Sends events to the APIs in turn, long before all that cycles look at. */
class Sender {
  readonly acknowledged: string[] = [];
  #isStopped = false;

  constructor(readonly urls: readonly string[]) {}

  async stop(sending: Promise<void>): Promise<void> {
    this.#isStopped = true;
    await sending;
  }

  async send(): Promise<void> {
    for (let batch = 0; !this.#isStopped; batch++) {
      const events = Array.from({ length: 10 }, (_, i) => (
        { id: `${batch}-${i}`, type: "view", user: `shopper ${i}`, time: "2010-11-30T12:00:00.000Z" }
      ));
      const url = this.urls[batch % this.urls.length];
      const answer = await post(`${url}/events`, events).catch(() => null);
      if (answer?.ok) this.acknowledged.push(...events.map(({ id }) => id));
      await answer?.body?.cancel();
      await sleep(100);
    }
  }
}

async function checkStored(sql: Database, acknowledged: readonly string[]): Promise<void> {
  assert.ok(acknowledged.length > 0);
  const [{ stored, different }] = await sql`
    select count(*)::int as stored, count(distinct event_id)::int as different from events
    where event_id = any(${[...acknowledged]})`;
  assert.deepEqual([stored, different], [acknowledged.length, acknowledged.length]);
}

const perMinute = ({ cycles, seconds }: Round): string => (60 * cycles / seconds).toFixed(1);

async function publishRounds(
  rounds: readonly Round[],
  machine: ReturnType<typeof machineNow>,
): Promise<void> {
  const one = rounds.find(({ workers }) => workers === 1)!;
  await publish({
    name: "scale-workers",
    title: "Cycles a minute with more workers",
    method:
      `Two APIs and some workers as processes without a common disk, on one Postgres, one Temporal and one S3 ` +
      `server, all on this machine. ${one.cycles} models, each forced once a round over a shop of 1,200 shoppers; one ` +
      "training at once a worker. Before the rounds one of four workers was killed while it trained.",
    tables: [{
      title: "Rounds",
      head: ["workers", "cycles", "seconds", "cycles a minute", "against one"],
      rows: rounds.map((round) => [
        String(round.workers),
        String(round.cycles),
        round.seconds.toFixed(1),
        perMinute(round),
        `${(one.seconds / round.seconds).toFixed(2)} times`,
      ]),
    }],
    notes: [
      "One round each, on a machine that others used too: this shows that it works, not how it scales.",
      "Four workers come first, right after one was killed and another had started: the round holds what each process " +
      "reads for the first time, and seven processes shared two cores. What else slows it was not looked into.",
      "A training fills a core, so that more workers than cores cannot help on one machine.",
    ],
    figures: rounds,
  }, machine.done());
}
