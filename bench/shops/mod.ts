import { fileURLToPath } from "node:url";
import { sleep } from "../../src/core/deadline.ts";
import { migrate } from "../../src/db/migrate.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import type { Bench } from "../shared/bench.ts";
import { quantile, spread } from "../shared/figures.ts";
import type { Report } from "../shared/report.ts";
import { startBenchService } from "../shared/service.ts";
import { type ShopProcess, shopsOf, startShop } from "./shops.ts";

const SHOPS = 50;
const FLOOD = { batch: 100, atOnce: 8 };
/** Events a second that one process of the flooding shop may take. */
const QUOTA = 500;
const PROBE = { events: 10, everyMs: 100 };
const ROUNDS = 3;

export const shopsBench: Bench = {
  name: "shops",
  about:
    "what a shop costs on shared servers: to add, on disk, in memory; and what a flood of one does to another",
  minutes: 30,
  async run({ say, quick }) {
    await using bench = await startBenchService();
    const shops = shopsOf(bench);
    const added: Added[] = [];
    const count = quick ? 3 : SHOPS;
    for (let i = 1; i <= count; i++) {
      if (i % 10 === 1) say(`shops: adding number ${i} of ${count}`);
      const begunMs = performance.now();
      const variables = await shops.add(`shop-${i}`);
      added.push({
        variables,
        addMs: performance.now() - begunMs,
        ...await shops.inDatabase(variables, footprintOf),
      });
    }
    const [{ objects }] = await bench.service.sql`select count(*)::int as objects from pg_shdepend`;
    const env = Deno.env.toObject();
    const place = {
      state: shops.state,
      cache: cacheHome({ env, uid: Deno.uid() }),
      temporalAddress: bench.temporalAddress,
    };
    say("shops: memory");
    const memory = await memoryOf(place, added, quick ? 1_000 : 30_000);
    say("shops: the flood");
    const floods = await floodsOf(place, added, {
      rounds: quick ? 1 : ROUNDS,
      lengthMs: quick ? 2_000 : 15_000,
    });
    return { report: reportOf({ added, objects, memory, floods }), versions: bench.versions };
  },
};

type Place = Parameters<typeof startShop>[1];

interface Added {
  variables: Record<string, string>;
  addMs: number;
  /** of its database, without rows of events */
  bytes: number;
  relations: number;
  /** how long migrate() takes where nothing is missing */
  nothingMs: number;
}

async function footprintOf(sql: Parameters<typeof migrate>[0]) {
  const begunMs = performance.now();
  await migrate(sql);
  const nothingMs = performance.now() - begunMs;
  const [{ bytes, relations }] = await sql`select pg_database_size(current_database())::float8 as bytes,
    (select count(*)::int from pg_class) as relations`;
  return { bytes: bytes as number, relations: relations as number, nothingMs };
}

type Memory = Record<"api" | "worker" | "up", number | null>;

/** Memory of a process that has nothing to do. */
async function memoryOf(place: Place, [{ variables }]: readonly Added[], idleMs: number): Promise<Memory> {
  const memory: Memory = { api: null, worker: null, up: null };
  for (const part of ["api", "worker", "up"] as const) {
    const process = await startShop(part, place, variables);
    await sleep(idleMs);
    memory[part] = await process.megabytes();
    await process.stop();
  }
  return memory;
}

const KINDS = ["alone", "beside a flood with a quota", "beside a flood without"] as const;

interface Flooded {
  kind: (typeof KINDS)[number];
  /** of the other shop's requests, ms */
  ms: number[];
  /** events of the flood a second */
  accepted: number;
  refused: number;
}

/** The latency of one shop's API, in turns: alone and while another shop's API is flooded, with and without a quota. */
async function floodsOf(
  place: Place,
  [calm, bounded, unbounded]: readonly Added[],
  { rounds, lengthMs }: { rounds: number; lengthMs: number },
): Promise<Flooded[]> {
  const settings = { PERENNIAL_EVENTS_PER_SECOND: String(QUOTA) };
  const processes = [
    await startShop("api", place, calm.variables),
    await startShop("api", { ...place, settings }, bounded.variables),
    await startShop("api", place, unbounded.variables),
  ];
  await probe(processes[0], 1_000); // the first requests compile
  const floods: Flooded[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const [i, kind] of KINDS.entries()) {
      const flood = i === 0 ? null : startFlood(processes[i]);
      const ms = await probe(processes[0], lengthMs);
      const { accepted, refused } = await flood?.end() ?? { accepted: 0, refused: 0 };
      floods.push({ kind, ms, accepted: accepted / lengthMs * 1000, refused: refused / lengthMs * 1000 });
    }
  }
  for (const process of processes) await process.stop();
  return floods;
}

/** Sends a few events in steady intervals. @returns how long each took, ms */
async function probe({ url, key }: ShopProcess, lengthMs: number): Promise<number[]> {
  const took: number[] = [];
  const begunMs = performance.now();
  for (let sent = 0; performance.now() - begunMs < lengthMs; sent++) {
    const atMs = performance.now();
    const time = new Date(Date.now() - 1_000).toISOString();
    const events = Array.from({ length: PROBE.events }, (_, n) => ({
      id: `${begunMs}-${sent}-${n}`,
      type: "view",
      user: `u${n}`,
      product: "p",
      time,
    }));
    const answer = await fetch(`${url}/events`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(events),
    });
    if (!answer.ok) throw new Error(`The calm shop was answered ${answer.status}: ${await answer.text()}`);
    await answer.body?.cancel();
    took.push(performance.now() - atMs);
    await sleep(Math.max(0, PROBE.everyMs - (performance.now() - atMs)));
  }
  return took;
}

function startFlood({ url, key }: ShopProcess) {
  const program = fileURLToPath(new URL("./flood.ts", import.meta.url));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-net", program, url, key, String(FLOOD.batch), String(FLOOD.atOnce)],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  return {
    async end(): Promise<{ accepted: number; refused: number }> {
      await child.stdin.close();
      const { stdout } = await child.output();
      return JSON.parse(new TextDecoder().decode(stdout));
    },
  };
}

interface Found {
  added: readonly Added[];
  objects: number;
  memory: Memory;
  floods: readonly Flooded[];
}

const number = (value: number, digits = 0) => value.toLocaleString("en", { maximumFractionDigits: digits });

function reportOf({ added, objects, memory, floods }: Found): Report {
  const seconds = spread(added.map(({ addMs }) => addMs / 1000));
  const last = added.at(-1)!;
  const msOf = (kind: string) => floods.filter((flood) => flood.kind === kind).flatMap(({ ms }) => ms);
  const p95 = (kind: string) => quantile(msOf(kind), 0.95);
  const [alone, withQuota, without] = KINDS.map(p95);
  return {
    name: "shops",
    title: "What a shop costs on shared servers",
    method:
      `${added.length} shops are added, one after the other, to one Postgres and one Temporal on this machine, by ` +
      "what `perennial shops add` does. Memory is what a process holds (RSS) half a minute after its start. Then one " +
      `shop's API is sent ${PROBE.events} events every ${PROBE.everyMs} ms, in turns alone and while ${FLOOD.atOnce} ` +
      `senders post batches of ${FLOOD.batch} to another shop's API as fast as it answers: once with a quota of ` +
      `${number(QUOTA)} events a second, once without.`,
    tables: [
      {
        title: "A shop",
        head: ["what", "figure"],
        rows: [
          [
            "to add one, s (median, lowest, highest)",
            [seconds.median, seconds.min, seconds.max].map((s) => number(s, 1)).join(", "),
          ],
          [`to add number ${added.length}, s`, number(last.addMs / 1000, 1)],
          ["its database without events, MB", number(last.bytes / 1e6, 1)],
          ["rows of its pg_class", number(last.relations)],
          [`rows of the server's pg_shdepend with ${added.length} shops`, number(objects)],
          [
            "migrate, where nothing is missing, ms",
            number(spread(added.map(({ nothingMs }) => nothingMs)).median),
          ],
          ...Object.entries(memory).map(([part, mb]) => [
            `perennial ${part} --shop, idle, MB`,
            mb === null ? "not told here" : number(mb),
          ]),
        ],
      },
      {
        title: "A calm shop's requests",
        head: ["", "requests", "p50 ms", "p95 ms", "p99 ms", "flood taken/s", "flood refused/s"],
        rows: KINDS.map((kind) => {
          const ms = msOf(kind);
          const own = floods.filter((flood) => flood.kind === kind);
          const mean = (of: (flood: Flooded) => number) =>
            number(own.reduce((sum, one) => sum + of(one), 0) / own.length);
          return [
            kind,
            number(ms.length),
            ...[0.5, 0.95, 0.99].map((q) => number(quantile(ms, q), 1)),
            mean(({ accepted }) => accepted),
            mean(({ refused }) => refused),
          ];
        }),
      },
    ],
    notes: [
      `${
        withQuota - alone <= 50 ? "YES" : "NO"
      }: beside a flood that its quota holds back, 95 % of the calm shop's requests ` +
      `wait at most 50 ms longer than alone: ${number(withQuota, 1)} ms for ${
        number(alone, 1)
      }; without a quota ` +
      `${number(without, 1)} ms.`,
      "The senders of the flood run on the same cores as all that they measure: on a server of one's own they would not.",
    ],
    figures: { added: added.map(({ variables: _, ...figures }) => figures), objects, memory, floods },
  };
}
