import { DAY_MS } from "../../src/core/time.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { keepNewestEvents } from "../../src/db/events/newest_events.ts";
import { readUserDays } from "../../src/db/events/user_days.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import { featuresOf } from "../../src/features/set.ts";
import type { Bench } from "../shared/bench.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { quantile, range, ratios, spread, whole } from "../shared/figures.ts";
import { benchPostgres } from "../shared/postgres.ts";
import { workedSeconds } from "../shared/processor.ts";
import type { Report } from "../shared/report.ts";
import { API_KEY, openShop, PLAIN, type Shop, VISITS } from "./shop.ts";
import { inThread, type Visited } from "./visitors.ts";

const LOAD = { events: 200, predictions: 40, shoppers: 5_000 };
const BATCH = 100;

export const freshnessBench: Bench = {
  name: "freshness",
  about:
    "an acknowledged event -> in the features of the next answer, beside load; what keeping sessions costs",
  minutes: 20,
  async run({ say, quick }) {
    const folder = await temporaryFolder();
    const postgres = await benchPostgres(folder.path);
    const shop = await openShop(postgres.url, folder.path);
    say("freshness: what keeping costs");
    const costs = await costsOf(shop, { events: quick ? 2_000 : 20_000, runs: quick ? 1 : 5 });
    await keepNewestEvents(shop.sql, true);
    const tries = quick ? 50 : 2_500;
    say("freshness: without load");
    const quiet = await follow(shop, postgres.url, tries);
    say("freshness: beside load");
    const { visited: busy, load } = await besideLoad(shop, postgres.url, tries);
    const [{ version }] = await shop.sql`select current_setting('server_version') as version`;
    await shop.stop();
    await postgres.stop();
    await folder.remove();
    return { report: reportOf({ quiet, busy, load, costs, tries }), versions: { Postgres: version } };
  },
};

async function follow({ url, sql }: Shop, databaseUrl: string, tries: number): Promise<Visited> {
  await sql`truncate events, user_days, day_counts, predictions`;
  const job = { url, apiKey: API_KEY, databaseUrl, tries, visitors: Math.ceil(tries / 20) };
  return await inThread({ visit: job }).outcome as Visited;
}

interface Load {
  events: number;
  predictions: number;
}

async function besideLoad(
  shop: Shop,
  databaseUrl: string,
  tries: number,
): Promise<{ visited: Visited; load: Load }> {
  const begunMs = performance.now();
  const load = inThread({ load: { url: shop.url, apiKey: API_KEY, ...LOAD } });
  const visited = await follow(shop, databaseUrl, tries);
  load.end();
  const done = await load.outcome as Load;
  const seconds = (performance.now() - begunMs) / 1000;
  return { visited, load: { events: done.events / seconds, predictions: done.predictions / seconds } };
}

/** Processor time, Postgres included, in microseconds. */
interface Cost {
  /** an event, stored without and with the newest of its day */
  off: number;
  on: number;
  /** the features of a shopper read by their key, without and with those of the session */
  plain: number;
  session: number;
}

/** Events of 2,000 shoppers, twelve each hour, and then reads of their features. */
async function costsOf({ sql }: Shop, { events, runs }: { events: number; runs: number }): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let run = 0; run <= runs; run++) {
    const off = await storeAll(sql, events, false);
    const on = await storeAll(sql, events, true);
    const plain = await readAll(sql, PLAIN);
    const session = await readAll(sql, VISITS);
    if (run > 0) costs.push({ off, on, plain, session }); // the first one compiles and fills caches
  }
  return costs;
}

const SHOPPERS = 2_000;
const START_MS = Date.UTC(2026, 5, 1);
const keyOf = (shopper: number) => `${shopper.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;

const eventOf = (i: number): AcceptedEvent => ({
  id: `e${i}`,
  userKey: keyOf((i * 7919) % SHOPPERS),
  session: null,
  type: i % 9 === 0 ? "cart" : "view",
  product: `p${i % 500}`,
  category: `c${i % 20}`,
  country: null,
  price: 5 + i % 90,
  quantity: 1,
  amount: null,
  atMs: START_MS + i * 1_000,
});

async function storeAll(sql: Shop["sql"], events: number, areKept: boolean): Promise<number> {
  await sql`truncate events, user_days, day_counts`;
  await keepNewestEvents(sql, areKept);
  const before = (await workedSeconds(sql))!;
  for (let from = 0; from < events; from += BATCH) {
    await insertEvents(sql, Array.from({ length: BATCH }, (_, i) => eventOf(from + i)));
  }
  return 1e6 * ((await workedSeconds(sql))! - before) / events;
}

async function readAll(sql: Shop["sql"], model: typeof VISITS): Promise<number> {
  const { rows, session } = featuresOf(model);
  const asOfMs = START_MS + DAY_MS;
  const before = (await workedSeconds(sql))!;
  for (let shopper = 0; shopper < SHOPPERS; shopper++) {
    const query = { asOfMs, users: [keyOf(shopper)], newest: session ? "kept" as const : undefined };
    for await (const { days } of readUserDays(sql, query)) await rows([{ days, asOfMs, horizonDays: 28 }]);
  }
  return 1e6 * ((await workedSeconds(sql))! - before) / SHOPPERS;
}

const ms = (value: number) => `${value.toFixed(1)} ms`;

function freshRows(what: string, { freshMs, bareMs }: Visited): string[][] {
  const row = (name: string, all: number[]) => [
    `${name}, ${what}`,
    ...[0.5, 0.99].map((q) => ms(quantile(all, q))),
    ms(Math.max(...all)),
  ];
  const ratio = (q: number) => (quantile(freshMs, q) / quantile(bareMs, q)).toFixed(2);
  return [
    row("in an answer by id", freshMs),
    row("found by a bare statement", bareMs),
    [`the former / the latter, ${what}`, ratio(0.5), ratio(0.99), ""],
  ];
}

function reportOf(
  { quiet, busy, load, costs, tries }: {
    quiet: Visited;
    busy: Visited;
    load: Load;
    costs: readonly Cost[];
    tries: number;
  },
): Report {
  const of = (name: keyof Cost) => costs.map((cost) => cost[name]);
  const micros = (value: number) => `${value.toFixed(0)} µs`;
  const cost = (what: string, name: keyof Cost) => [what, range(spread(of(name)), micros)];
  const more = (what: string, a: keyof Cost, b: keyof Cost) => [
    what,
    range(ratios(of(a), of(b)), (x) => x.toFixed(2)),
  ];
  return {
    name: "freshness",
    title: "Freshness: from an acknowledged event to the features",
    method:
      `An API on a Postgres of its own serves a model that answers with the views of the visitor's newest session, so that an ` +
      `answer tells whether an event counts. A thread sends one view, and when it is acknowledged asks for that visitor by ` +
      `id until the view counts: ${
        whole(tries)
      } times, each on a connection that stays open; in turn with as many ` +
      `views that are looked for by \`select price from events where event_id = ...\` on an open connection to Postgres. ` +
      `Beside load: another thread sends ${
        load.events.toFixed(0)
      } events a second in batches of 10 and asks for ` +
      `${load.predictions.toFixed(0)} predictions by id a second, at a steady pace whatever is late.`,
    tables: [
      {
        title: "After the acknowledgement",
        head: ["", "half within", "99 % within", "longest"],
        rows: [...freshRows("no load", quiet), ...freshRows("beside load", busy)],
      },
      {
        title: "Processor time, Postgres included",
        head: ["", "each"],
        rows: [
          cost("an event stored, no model has session features", "off"),
          cost("an event stored, the newest of each day kept", "on"),
          more("the latter / the former", "on", "off"),
          cost("a shopper's features read by key", "plain"),
          cost("the same with session features", "session"),
          more("the latter / the former", "session", "plain"),
        ],
      },
    ],
    notes: [
      `Answers that did not know an acknowledged event: ${quiet.missed + busy.missed} of ${
        whole(quiet.freshMs.length + busy.freshMs.length)
      }.`,
      `Events are stored in batches of ${BATCH}, of ${
        whole(SHOPPERS)
      } shoppers in turn, in one process; medians of ${costs.length} runs after one that does not count.`,
    ],
    figures: { quiet, busy, load, costs },
  };
}
