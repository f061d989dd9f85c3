/** A running installation under twice what it can take, for as long as it is told. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { pinMoment } from "../../src/app/as_of.ts";
import { sleep } from "../../src/core/deadline.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { configFor } from "../../src/demo/protocol.ts";
import type { Database } from "../../src/db/connect.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { FEATURES } from "../../src/features/definition.ts";
import { quantile } from "../../src/stats/quantile.ts";
import { withFolder } from "../embedded/support.ts";
import { PROTOCOL, writeSmallShop } from "../e2e/small_shop.ts";
import { isBusy, newPlace, perennial, RunningInstallation } from "./installation.ts";

const MODELS = 2;
const BATCH = 100;
const SHOPPERS = 5_000;
/** Days before the pinned clock that no check or training looks at; views spread over them. */
const FIRST_MS = Date.parse("2010-06-01");
const SECONDS = 150 * 86_400;
const RATE_FOR_MS = 20_000;
const SENDERS = 8;
/** Posts under way at most: more than the service admits, so that it has to refuse some. */
const UNDER_WAY_MAX = 1_200;
const SAMPLE_EVERY_MS = 2_000;
/** Memory of the last quarter may lie above that of the second by so much, of its size. */
const GROWTH_MAX = 0.15;

/** What came of the posts. */
interface Tally {
  /** batches that were acknowledged */
  acknowledged: Set<number>;
  refused: number;
  /** answers that are neither 200 nor a refusal with `Retry-After` */
  wrong: string[];
  waitedMs: number[];
}

/** Finds the rate that the installation sustains, sends twice as much, and checks memory and answers. */
export function soak(minutes: number, say: (line: string) => void): Promise<void> {
  return withFolder(async (state) => {
    const place = await newPlace(state);
    const installation = await RunningInstallation.start(place);
    try {
      await firstModel(installation, join(state, "shop.csv"));
      const right = await predict(installation);
      const tally: Tally = { acknowledged: new Set(), refused: 0, wrong: [], waitedMs: [] };
      const rate = await sustainableRate(installation, tally);
      say(`  sustains ${Math.round(rate * BATCH)} events/s; sending twice as many for ${minutes} min`);
      const memory = await overload(installation, { tally, perSecond: 2 * rate, minutes, right });
      await report(installation, { tally, memory, say });
    } finally {
      await installation.kill();
    }
  });
}

async function firstModel(installation: RunningInstallation, shop: string): Promise<void> {
  const { sql, place } = installation;
  await writeSmallShop(shop);
  const { version, config } = await currentConfig(sql);
  const wanted = { ...configFor(config, PROTOCOL), min_validation_rows: 50 };
  await saveConfig(sql, { config: wanted, after: version, by: "a test", why: "a small shop" });
  await pinMoment(sql, Date.parse("2011-06-21"));
  const importing = perennial(place, "import", shop, "--json");
  assert.ok((await importing.ended).success, importing.output());
  assert.ok(
    await waitUntil(() => isAtRest(sql), { withinMs: 300_000, everyMs: 500 }),
    installation.process.output(),
  );
}

/** The import has had every model checked: each serves its first version, and nothing trains any more. */
async function isAtRest(sql: Database): Promise<boolean> {
  const [{ served, open }] = await sql<{ served: boolean; open: boolean }[]>`select
    (select count(distinct model) = ${MODELS} from serving_history where kind = 'deploy') as served,
    exists (select from cycles where ended_at is null) as open`;
  return served && !open;
}

/** The answer for rows of features; null: it was refused for the load. */
async function predict(installation: RunningInstallation): Promise<unknown> {
  const rows = Array.from(
    { length: 5 },
    (_, i) => ({ features: FEATURES.map((_, feature) => i * (feature % 7)) }),
  );
  const answer = await installation.post("/predictions/churn", { rows });
  const body = await answer.json();
  if (isBusy(answer)) return null;
  assert.equal(answer.status, 200, JSON.stringify(body));
  assert.equal(body.predictions?.length, rows.length, JSON.stringify(body));
  return body.predictions;
}

async function post(installation: RunningInstallation, batch: number, tally: Tally): Promise<boolean> {
  const events = Array.from({ length: BATCH }, (_, i) => {
    const n = batch * BATCH + i;
    const time = new Date(FIRST_MS + (n * 7_919 % SECONDS) * 1_000).toISOString();
    return {
      id: `${batch}-${i}`,
      type: "view",
      user: `soak ${n * 31 % SHOPPERS}`,
      product: `p${n % 500}`,
      time,
    };
  });
  const begunMs = performance.now();
  const answer = await installation.post("/events", events).catch((error) => `${error}`);
  if (typeof answer === "string") {
    tally.wrong.push(answer);
    return false;
  }
  const text = await answer.text();
  if (answer.ok) {
    tally.acknowledged.add(batch);
    tally.waitedMs.push(performance.now() - begunMs);
  } else if (isBusy(answer) && answer.headers.has("retry-after")) tally.refused++;
  else tally.wrong.push(text);
  return answer.ok;
}

/** Batches a second that some senders get through, each with one post under way. */
async function sustainableRate(installation: RunningInstallation, tally: Tally): Promise<number> {
  let batch = 0;
  const begunMs = performance.now();
  const elapsed = () => performance.now() - begunMs;
  await Promise.all(Array.from({ length: SENDERS }, async () => {
    while (elapsed() < RATE_FOR_MS) await post(installation, batch++, tally);
  }));
  return tally.acknowledged.size / (elapsed() / 1000);
}

/** Sends at a rate whatever comes back. @returns memory of the process over time, MB */
async function overload(
  installation: RunningInstallation,
  { tally, perSecond, minutes, right }: { tally: Tally; perSecond: number; minutes: number; right: unknown },
): Promise<number[]> {
  const begunMs = performance.now();
  const underWay = new Set<Promise<unknown>>();
  const memory: number[] = [];
  let batch = 1_000_000; // apart from those that found the rate
  let sent = 0;
  let sampledMs = 0;
  for (let ms = 0; ms < minutes * 60_000; ms = performance.now() - begunMs) {
    for (; sent < perSecond * ms / 1000 && underWay.size < UNDER_WAY_MAX; sent++) {
      const work = post(installation, batch++, tally).finally(() => underWay.delete(work));
      underWay.add(work);
    }
    if (ms - sampledMs >= SAMPLE_EVERY_MS) {
      sampledMs = ms;
      memory.push(await residentMb(installation.process.pid));
      const answer = await predict(installation);
      if (answer !== null) assert.deepEqual(answer, right, "predictions are the same as without load");
    }
    await sleep(20);
  }
  await Promise.all(underWay);
  return memory;
}

/** Resident memory of a process, from Linux' process table. */
async function residentMb(pid: number): Promise<number> {
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
}

async function report(
  installation: RunningInstallation,
  { tally, memory, say }: { tally: Tally; memory: readonly number[]; say: (line: string) => void },
): Promise<void> {
  const { acknowledged, refused, wrong, waitedMs } = tally;
  const quarter = Math.floor(memory.length / 4); // the first fills caches and queues
  const [first, second] = [memory.slice(quarter, 2 * quarter), memory.slice(3 * quarter)].map((part) =>
    quantile(part, 0.5)
  );
  const at = (q: number) => `${Math.round(quantile(waitedMs, q))} ms`;
  say(
    `  ${acknowledged.size} batches acknowledged, ${refused} refused with Retry-After, ${wrong.length} failed`,
  );
  say(`  half waited at most ${at(0.5)}, 99 % ${at(0.99)}`);
  say(
    `  memory ${Math.round(first)} MB in the second quarter, ${Math.round(second)} MB in the last, most ${
      Math.round(Math.max(...memory))
    } MB`,
  );
  await checkStored(installation, acknowledged);
  const trouble = installation.process.output().split("\n").filter((line) => / error /.test(line)).slice(
    0,
    20,
  );
  assert.deepEqual(wrong, [], `every refusal says when to come again; the log has:\n${trouble.join("\n")}`);
  assert.ok(second <= first * (1 + GROWTH_MAX), `memory grows: ${first} MB, then ${second} MB`);
}

/** What was acknowledged is there whole, once; what was refused is there whole or not at all. */
async function checkStored({ sql }: RunningInstallation, acknowledged: ReadonlySet<number>): Promise<void> {
  const rows = await sql<
    { batch: number; n: number }[]
  >`select split_part(event_id, '-', 1)::int as batch, count(*)::int as n
    from events where event_id ~ '^[0-9]+-[0-9]+$' group by 1`;
  assert.deepEqual(rows.filter(({ n }) => n !== BATCH), [], "a batch is stored whole or not at all");
  const stored = new Set(rows.map(({ batch }) => batch));
  assert.deepEqual(
    [...acknowledged].filter((batch) => !stored.has(batch)),
    [],
    "what was acknowledged is there",
  );
  const [{ events, counted }] = await sql`select (select count(*)::float8 from events) as events,
    (select sum(events)::float8 from day_counts) as counted`;
  assert.equal(counted, events, "each is rolled up once");
}
