import { systemClock } from "../../src/core/clock.ts";
import { importFile } from "../../src/app/events/import.ts";
import type { Bench } from "../shared/bench.ts";
import { noise, quantile, range, ratios, type Spread, spread, whole } from "../shared/figures.ts";
import { pythonWithPeers, runPython } from "../shared/python.ts";
import type { Report, Table } from "../shared/report.ts";
import { serverSeconds, workedSeconds } from "../shared/processor.ts";
import { type BenchService, BUNDLED, startBenchService } from "../shared/service.ts";
import type { Peer } from "../shared/uvicorn.ts";
import { emptyPeerTable, startIngestPeer, WEB } from "./peer.ts";
import { copyPlain, insertPlain } from "./plain.ts";
import { batches, readEvents, type SentEvent } from "./rows.ts";
import { sendFromWorker } from "./sender.ts";

const SENDERS = 4;
const PAGE = 10_000; // rows that `import` writes in one transaction; the script beside it writes as many

/** Events per second of one run, by what was done; and how long requests took. */
interface Round {
  rates: Record<Way, number>;
  latencies: Record<"api100" | "api1000", { p50: number; p95: number }>;
  /** seconds of processor time, the server's included; null: the system does not tell */
  worked: { import: number | null; pandas: number | null };
}
type Way = keyof typeof WAYS;

const WAYS = {
  api100: "POST /events, batches of 100",
  api1000: "POST /events, batches of 1,000",
  fastapi100: "FastAPI, pydantic, psycopg COPY, batches of 100",
  fastapi1000: "FastAPI, pydantic, psycopg COPY, batches of 1,000",
  plain100: "bare insert, batches of 100",
  plain1000: "bare insert, batches of 1,000",
  import: "perennial import of the bundled file",
  pandas: "pandas and execute_values, the same file",
  copy: "one bare COPY of the same rows",
} as const;

/** Compared: ours, theirs. */
const COMPARED: readonly [Way, Way][] = [
  ["api100", "fastapi100"],
  ["api1000", "fastapi1000"],
  ["api100", "plain100"],
  ["api1000", "plain1000"],
  ["import", "pandas"],
  ["import", "copy"],
];

export const ingestBench: Bench = {
  name: "ingest",
  about: "events per second through POST /events and import, beside the bare database and a pandas script",
  minutes: 12,
  async run({ say, quick }) {
    const python = await pythonWithPeers(say);
    const web = await pythonWithPeers(say, WEB);
    await using bench = await startBenchService();
    await using peer = await startIngestPeer(web, bench);
    const all = await readEvents(BUNDLED, quick ? 4000 : Infinity);
    const events = {
      few: all.slice(0, quick ? 1000 : 20_000),
      many: all.slice(0, quick ? 4000 : 60_000),
      all,
    };
    await measure(bench, { python, peer, events }); // the first run compiles and fills caches: not counted
    const rounds: Round[] = [];
    for (let i = 1; i <= (quick ? 2 : 5); i++) {
      say(`ingest: run ${i}`);
      rounds.push(await measure(bench, { python, peer, events }));
    }
    return {
      report: reportOf(rounds, events.few.length, events.many.length, await durability(bench)),
      versions: bench.versions,
    };
  },
};

interface Inputs {
  python: string;
  peer: Peer;
  events: Record<"few" | "many" | "all", SentEvent[]>;
}

async function measure(bench: BenchService, { python, peer, events }: Inputs): Promise<Round> {
  const { few, many, all } = events;
  const api100 = await throughApi(bench, few, 100);
  const api1000 = await throughApi(bench, many, 1000);
  const fastapi100 = await throughPeer(bench, peer, few, 100);
  const fastapi1000 = await throughPeer(bench, peer, many, 1000);
  const plain100 = await insertPlain(bench.databaseUrl, batches(few, 100), SENDERS);
  const plain1000 = await insertPlain(bench.databaseUrl, batches(many, 1000), SENDERS);
  const imported = await throughImport(bench);
  const idle = await serverSeconds(bench.service.sql);
  const pandas = await runPython<PandasRun>(
    python,
    new URL("./pandas_insert.py", import.meta.url),
    [BUNDLED, bench.databaseUrl, String(PAGE), "1"],
    300_000,
  );
  const busy = await serverSeconds(bench.service.sql);
  const copyMs = await copyPlain(bench.databaseUrl, all);
  return {
    rates: {
      api100: perSecond(few.length, api100.ms),
      api1000: perSecond(many.length, api1000.ms),
      fastapi100: perSecond(few.length, fastapi100),
      fastapi1000: perSecond(many.length, fastapi1000),
      plain100: perSecond(few.length, plain100),
      plain1000: perSecond(many.length, plain1000),
      import: perSecond(imported.rows, imported.ms),
      pandas: pandas.rows / (pandas.readSeconds + pandas.insertSeconds),
      copy: perSecond(all.length, copyMs),
    },
    latencies: { api100: api100.latency, api1000: api1000.latency },
    worked: {
      import: imported.worked,
      pandas: idle === null || busy === null ? null : pandas.processorSeconds + busy - idle,
    },
  };
}

interface PandasRun {
  readonly rows: number;
  readonly readSeconds: number;
  readonly insertSeconds: number;
  readonly processorSeconds: number;
}

const perSecond = (rows: number, ms: number) => rows / (ms / 1000);

/** Sends events over loopback HTTP into empty tables, and counts afterwards what is committed. */
async function throughApi(
  { url, apiKey, service: { sql } }: BenchService,
  events: readonly SentEvent[],
  size: number,
) {
  await empty(sql);
  const bodies = batches(events, size).map((batch) => JSON.stringify(batch));
  const { ms, accepted, latencies } = await sendFromWorker({ url, apiKey, bodies, senders: SENDERS });
  const [{ stored }] = await sql`select count(*) as stored from events`;
  const [{ rolled }] = await sql`select sum(events) as rolled from day_counts`;
  if (accepted !== events.length || Number(stored) !== accepted || Number(rolled) !== accepted) {
    throw new Error(
      `Sent ${events.length} events; ${accepted} acknowledged, ${stored} stored, ${rolled} counted`,
    );
  }
  return { ms, latency: { p50: quantile(latencies, 0.5), p95: quantile(latencies, 0.95) } };
}

/** The same batches by the same senders to the peer, into an empty table. @returns ms */
async function throughPeer(
  { databaseUrl, service: { sql } }: BenchService,
  { url }: Peer,
  events: readonly SentEvent[],
  size: number,
): Promise<number> {
  await emptyPeerTable(databaseUrl);
  await sql`checkpoint`;
  const bodies = batches(events, size).map((batch) => JSON.stringify(batch));
  const { ms } = await sendFromWorker({ url, apiKey: "", bodies, senders: SENDERS });
  const [{ stored }] = await sql`select count(*) as stored from bench_peer_events`;
  if (Number(stored) !== events.length) {
    throw new Error(`Sent ${events.length} events; the peer stored ${stored}`);
  }
  return ms;
}

/** `perennial import`: reads, checks, writes and rolls up a whole file. */
async function throughImport(
  { service: { sql, pseudonym } }: BenchService,
): Promise<{ ms: number; rows: number; worked: number | null }> {
  await empty(sql);
  const before = await workedSeconds(sql);
  const started = performance.now();
  const { accepted, quarantined, duplicates } = await importFile(
    { sql, clock: systemClock, pseudonym },
    BUNDLED,
  );
  const ms = performance.now() - started;
  const after = await workedSeconds(sql);
  const [{ stored }] = await sql`select count(*) as stored from events`;
  if (Number(stored) !== accepted) throw new Error(`Imported ${accepted} events, but ${stored} are stored`);
  const worked = before === null || after === null ? null : after - before;
  return { ms, rows: accepted + quarantined + duplicates, worked };
}

async function empty(sql: BenchService["service"]["sql"]): Promise<void> {
  await sql`truncate events, user_days, day_counts, quarantine, imports`;
  await sql`checkpoint`; // so that no run pays for the one before it
}

async function durability({ service: { sql } }: BenchService): Promise<string> {
  const [row] =
    await sql`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit`;
  return `fsync ${row.fsync}, synchronous_commit ${row.commit}`;
}

/** How much the processors did for each import; none where the system does not tell. */
function workedTable(rounds: readonly Round[]): Table[] {
  const ours = rounds.flatMap(({ worked }) => worked.import ?? []);
  const theirs = rounds.flatMap(({ worked }) => worked.pandas ?? []);
  if (ours.length < rounds.length || theirs.length < rounds.length) return [];
  const seconds = (value: number) => `${value.toFixed(2)} s`;
  return [{
    title: "Processor time, Postgres included",
    head: ["", "seconds"],
    rows: [
      [WAYS.import, range(spread(ours), seconds)],
      [WAYS.pandas, range(spread(theirs), seconds)],
      ["the latter / the former", range(ratios(theirs, ours), (x) => x.toFixed(2))],
    ],
  }];
}

function reportOf(rounds: readonly Round[], few: number, many: number, durable: string): Report {
  const of = (way: Way) => rounds.map(({ rates }) => rates[way]);
  const summed = (Object.keys(WAYS) as Way[]).map((way) => ({ way, rate: spread(of(way)) }));
  const compared = COMPARED.map(([ours, theirs]) => ({ ours, theirs, ratio: ratios(of(ours), of(theirs)) }));
  const ratioOf = (ours: Way, theirs: Way) => ratios(of(ours), of(theirs));
  const held = (text: string, found: Spread, aim: number) =>
    `${found.median >= aim ? "YES" : "NO"}: ${text}: ${range(found, (x) => x.toFixed(2))}.`;
  const latency = (way: "api100" | "api1000", key: "p50" | "p95") =>
    spread(rounds.map((r) => r.latencies[way][key]));
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const tables: Table[] = [
    {
      title: "Events per second",
      head: ["", "median", "lowest to highest", "noise"],
      rows: summed.map((
        { way, rate },
      ) => [WAYS[way], whole(rate.median), `${whole(rate.min)} to ${whole(rate.max)}`, noise(rate)]),
    },
    {
      title: "Beside each other, run by run",
      head: ["", "ratio"],
      rows: compared.map((
        { ours, theirs, ratio },
      ) => [`${WAYS[ours]} / ${WAYS[theirs]}`, range(ratio, (x) => x.toFixed(2))]),
    },
    ...workedTable(rounds),
    {
      title: `How long a request waits, ${SENDERS} under way at once`,
      head: ["", "half take at most", "95 % take at most"],
      rows: (["api100", "api1000"] as const).map((way) => [
        WAYS[way],
        range(latency(way, "p50"), ms),
        range(latency(way, "p95"), ms),
      ]),
    },
  ];
  return {
    name: "ingest",
    title: "Ingest: events per second",
    method:
      `A running service of its own (API, worker, embedded Postgres and Temporal: ${durable}) gets the bundled shop's ` +
      `rows over loopback HTTP from ${SENDERS} senders in another thread, with an API key: ${
        whole(few)
      } in batches of 100, ` +
      `${
        whole(many)
      } in batches of 1,000, each run into empty tables. An answer means: judged by the schema and the sense ` +
      `checks, stored once by id, rolled up per shopper and day, committed; what is stored is counted after each run. The ` +
      `bare inserts put the same rows, in as many batches and connections, into a table with a key and nothing else, ` +
      `unjudged. Import takes the whole bundled file, ${
        whole(PAGE)
      } rows a transaction; the script beside it reads the ` +
      `same file with pandas and writes it by psycopg2's execute_values, as many rows a transaction, unchecked.`,
    tables,
    notes: [
      held("batches of 100, at least 3 times FastAPI", ratioOf("api100", "fastapi100"), 3),
      held("batches of 1,000, at least 3 times FastAPI", ratioOf("api1000", "fastapi1000"), 3),
      held("batches of 100, at least half of a bare insert", ratioOf("api100", "plain100"), 0.5),
      held("batches of 1,000, at least half of a bare insert", ratioOf("api1000", "plain1000"), 0.5),
      held("import, at least twice pandas and execute_values", ratioOf("import", "pandas"), 2),
      held("import, at least .3 of a bare COPY", ratioOf("import", "copy"), 0.3),
      "The peer is run by uvicorn with two workers, ours is one process. The peer checks types and writes rows, once by " +
      "id; it knows no key, no repeated event, no duplicate told from a new one, and counts nothing by shopper or day.",
      `Medians of ${rounds.length} runs after one that does not count. Noise is highest minus lowest, of the median.`,
    ],
    figures: { rounds, rates: summed, ratios: compared },
  };
}
