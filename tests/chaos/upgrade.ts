/** An older Perennial and this one beside each other, on one database and one Temporal, while events come in. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { pinMoment } from "../../src/app/as_of.ts";
import { readKey } from "../../src/app/security/key_file.ts";
import { sleep, waitAtMost } from "../../src/core/deadline.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { configFor } from "../../src/demo/protocol.ts";
import { startInstallation } from "../../src/embedded/installation.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { hostEnvironment, withFolder } from "../embedded/support.ts";
import { PROTOCOL, writeSmallShop } from "../e2e/small_shop.ts";
import { killIfThere, startCommand } from "./installation.ts";
import { currentConfig } from "../../src/db/config/config_versions.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const WITHIN_MS = 300_000;
/** Before the pinned clock, and before all that checks and trainings look at: what comes in disturbs neither. */
const LONG_BEFORE = "2010-11-30T12:00:00.000Z";

const SHOPPERS = 20;

/** One version's API and worker. */
interface Pair {
  name: string;
  url: string;
  output(): string;
  stop(): Promise<void>;
}

/**
 * Upgrades an installation from a commit to this working copy without a pause: the older API and worker go on while this
 * one's migrate and join; each API is asked for cycles, then the older ones end.
 */
export function upgradeFrom(commit: string, say: (line: string) => void): Promise<void> {
  return withFolder(async (folder) => {
    const older = join(folder, "older");
    await unpack(commit, older);
    const host = hostEnvironment();
    const ports = { postgres: await freePort(), temporal: await freePort(), temporalUi: await freePort() };
    const servers = await startInstallation({
      ...host,
      home: join(folder, "servers"),
      ports,
      log: () => undefined,
    });
    const env = {
      ...host.env,
      PERENNIAL_HOME: join(folder, "state"),
      DATABASE_URL: servers.databaseUrl,
      TEMPORAL_ADDRESS: servers.temporalAddress,
    };
    await Deno.mkdir(env.PERENNIAL_HOME);
    const sql = connect(servers.databaseUrl, { max: 2 });
    const pairs: Pair[] = [];
    try {
      pairs.push(await startPair("older", older, env));
      const shop = join(folder, "shop.csv");
      await writeSmallShop(shop);
      await prepare(sql, pairs[0], { root: older, env, shop });
      const key = (await readKey(join(env.PERENNIAL_HOME, "default", "api-key")))!;
      const sender = new Sender(key);
      const sending = sender.send(() => pairs.map(({ url }) => url));
      say(`  older alone: ${await forceThrough(sql, pairs[0], { key, model: "churn" })}`);
      pairs.push(await startPair("newer", ROOT, env));
      say("  newer beside it: both ready");
      const [old, now] = pairs;
      for (const [pair, model] of [[now, "spending"], [old, "churn"], [now, "churn"]] as const) {
        say(`  both, asked of the ${pair.name}: ${await forceThrough(sql, pair, { key, model })}`);
      }
      await sameAnswers(key, old.url, now.url);
      pairs.shift();
      await old.stop();
      say(`  newer alone: ${await forceThrough(sql, now, { key, model: "spending" })}`);
      sender.stop();
      await sending;
      await checkStored(sql, sender.acknowledged);
      say(
        `  ${sender.acknowledged.length} acknowledged events are stored and counted once, ${sender.refused} posts refused`,
      );
    } catch (error) {
      for (const pair of pairs) console.error(pair.name, pair.output().split("\n").slice(-40).join("\n"));
      throw error;
    } finally {
      await Promise.all(pairs.map((pair) => pair.stop()));
      await sql.end({ timeout: 5 });
      await servers.stop();
    }
  });
}

/** The sources of a commit with the packages that they name. */
async function unpack(commit: string, folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const script = 'git -C "$0" archive "$1" | tar -x -C "$2" && cd "$2" && "$3" install --quiet';
  const { ok, output } = await runProgram("/bin/sh", ["-c", script, ROOT, commit, folder, Deno.execPath()], {
    timeoutMs: WITHIN_MS,
    env: Deno.env.toObject(),
  });
  if (!ok) throw new Error(`Cannot unpack ${commit}: ${output}`);
}

async function startPair(name: string, root: string, env: Record<string, string>): Promise<Pair> {
  const port = await freePort();
  const parts = ["worker", "api"].map((part) =>
    startCommand({ root, env: { ...env, PERENNIAL_PORT: String(port) } }, [part])
  );
  const url = `http://127.0.0.1:${port}`;
  const output = () => parts.map((part) => part.output()).join("");
  const stop = async () => {
    for (const { pid } of parts) killIfThere(pid, "SIGTERM");
    await Promise.all(parts.map(({ ended }) => waitAtMost(ended, 60_000)));
  };
  let isGone = false;
  for (const { ended } of parts) ended.then(() => isGone = true);
  const isReady = async () =>
    isGone || await fetch(`${url}/readyz`).then(async (answer) => {
      await answer.body?.cancel();
      return answer.ok;
    }, () => false);
  if (!await waitUntil(isReady, { withinMs: WITHIN_MS, everyMs: 200 }) || isGone) {
    await stop();
    throw new Error(`The ${name} pair did not start:\n${output()}`);
  }
  return { name, url, output, stop };
}

/** The small shop as it was in June 2011, brought in by the older version. */
async function prepare(
  sql: Database,
  { url }: Pair,
  { root, env, shop }: { root: string; env: Record<string, string>; shop: string },
): Promise<void> {
  const importing = startCommand({ root, env: { ...env, PERENNIAL_URL: url } }, ["import", shop, "--json"]);
  assert.ok((await importing.ended).success, importing.output());
  const { config } = await currentConfig(sql);
  const { step_days, active_days, horizon_days, min_train_cutoffs, activity, first_cutoff } = configFor(
    config,
    PROTOCOL,
  );
  const key = (await readKey(join(env.PERENNIAL_HOME, "default", "api-key")))!;
  const wanted = {
    step_days,
    active_days,
    horizon_days,
    min_train_cutoffs,
    activity,
    first_cutoff,
    min_validation_rows: 50,
  };
  const answer = await ask(key, `${url}/retraining/config`, "PATCH", { ...wanted, why: "a small shop" });
  assert.ok(answer.ok, await answer.text());
  await pinMoment(sql, Date.parse("2011-06-21"));
}

const ask = (key: string, url: string, method: string, body: unknown): Promise<Response> =>
  fetch(url, {
    method,
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });

/** Asks for a cycle and waits until it has ended. @returns how */
async function forceThrough(
  sql: Database,
  { url }: Pair,
  { key, model }: { key: string; model: string },
): Promise<string> {
  const known = await sql`select id from cycles where model = ${model}`;
  const answer = await ask(key, `${url}/retraining/force`, "POST", { model, why: "an upgrade" });
  assert.equal(answer.status, 202, await answer.text());
  const newest = async () => {
    const [cycle] =
      await sql`select id, outcome from cycles where model = ${model} order by number desc limit 1`;
    return cycle && !known.some(({ id }) => id === cycle.id) ? cycle : undefined;
  };
  const ended = async () => ((await newest())?.outcome ?? null) !== null;
  assert.ok(await waitUntil(ended, { withinMs: WITHIN_MS, everyMs: 200 }), `a cycle of ${model} ends`);
  const { id, outcome } = (await newest())!;
  assert.ok(!["failed", "lost", "cancelled"].includes(outcome), `${id} is ${outcome}`);
  return `${id} ${outcome}`;
}

/** Both versions answer alike for the same shoppers. */
async function sameAnswers(key: string, one: string, other: string): Promise<void> {
  const users = Array.from({ length: 20 }, (_, i) => ({ user: `shopper ${i}` }));
  const of = async (url: string) => {
    const answers = await Promise.all(
      users.map((body) => ask(key, `${url}/predictions/churn`, "POST", body)),
    );
    return await Promise.all(
      answers.map(async (answer) => [answer.status, (await answer.json()).prediction]),
    );
  };
  const first = await of(one);
  assert.ok(first.every(([status]) => status === 200), JSON.stringify(first));
  assert.deepEqual(await of(other), first);
}

/** Sends events to whoever is there, in turn. */
class Sender {
  readonly acknowledged: string[] = [];
  refused = 0;
  #isStopped = false;

  constructor(readonly key: string) {}

  stop(): void {
    this.#isStopped = true;
  }

  async send(urls: () => string[]): Promise<void> {
    for (let batch = 0; !this.#isStopped; batch++) {
      const to = urls();
      const events = Array.from({ length: SHOPPERS }, (_, i) => (
        { id: `${batch}-${i}`, type: "view", user: `shopper ${i}`, product: "tea", time: LONG_BEFORE }
      ));
      const answer = await ask(this.key, `${to[batch % to.length]}/events`, "POST", events).catch(() => null);
      if (answer?.ok) this.acknowledged.push(...events.map(({ id }) => id));
      else this.refused++;
      await answer?.body?.cancel();
      await sleep(50);
    }
  }
}

async function checkStored(sql: Database, acknowledged: readonly string[]): Promise<void> {
  const [{ stored }] = await sql`select count(*)::int as stored from events
    where event_id = any(${acknowledged as string[]})`;
  assert.equal(stored, acknowledged.length, "what was acknowledged is there");
  const [{ events, counted }] = await sql`select (select count(*)::int from events) as events,
    (select sum(events)::int from day_counts) as counted`;
  assert.equal(counted, events, "each is rolled up once");
  const [{ shoppers }] =
    await sql`select count(distinct user_key)::int as shoppers from events where at = ${LONG_BEFORE}`;
  assert.equal(shoppers, SHOPPERS, "both versions know a shopper by the same key");
}
