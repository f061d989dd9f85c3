import { sleep } from "../src/core/deadline.ts";
import { FEATURES } from "../src/features/definition.ts";
import type { Bench } from "./shared/bench.ts";
import { range, spread } from "./shared/figures.ts";
import { treeSeconds } from "./shared/processor.ts";
import type { Report } from "./shared/report.ts";
import { type BenchService, BUNDLED, loadShop, startBenchService } from "./shared/service.ts";
import { batches, readEvents } from "./ingest/rows.ts";
import { sendAll } from "./ingest/sender.ts";

/** What an hour of one core costs: a virtual machine of 2 cores and 4 GB for 14.60 EUR a month of 730 hours. */
const CORE_HOUR_EUR = 0.01;
const RUNS = 3;
const EVENTS = 50_000;
const PREDICTIONS = 2_000;
const IDLE_MS = 30_000;
const SETTLE_MS = 15_000;
const DEADLINE_MS = 5 * 60_000;

/** Seconds of processor for one unit of each kind of work. */
const UNITS = {
  imported: "a million events imported",
  sent: "a million events over HTTP, 1,000 a request",
  byId: "a thousand predictions by shopper id",
  byRow: "a thousand predictions of rows sent, 100 a request",
  cycle: "a cycle of one model, with its training",
  idle: "an hour without work, one process and its servers",
} as const;
type Unit = keyof typeof UNITS;

interface Run {
  readonly seconds: Record<Unit, number>;
  /** bytes of the database per event */
  readonly bytesPerEvent: number;
}

export const costBench: Bench = {
  name: "cost",
  about: "seconds of processor per million events, thousand predictions, cycle and idle hour, as money",
  minutes: 15,
  async run({ say, quick }) {
    const runs: Run[] = [];
    let versions: Record<string, string> = {};
    for (let i = 1; i <= (quick ? 1 : RUNS); i++) {
      say(`cost: fresh installation ${i}`);
      await using bench = await startBenchService();
      versions = bench.versions;
      runs.push(await measure(bench, quick));
    }
    return { report: reportOf(runs), versions };
  },
};

async function measure(bench: BenchService, quick: boolean): Promise<Run> {
  const { service: { sql }, client } = bench;
  const few = quick ? 0.1 : 1;
  const sizeOf = async () =>
    Number((await sql`select pg_database_size(current_database()) as bytes`)[0].bytes);
  const idleMs = IDLE_MS * few;
  await sleep(SETTLE_MS * few); // what a start leaves to do is done
  const idle = await worked(() => sleep(idleMs));
  const sentEvents = (await readEvents(BUNDLED, EVENTS * few)).map((event) => ({
    ...event,
    id: `sent ${event.id}`,
  }));
  const bodies = batches(sentEvents, 1_000).map((batch) => JSON.stringify(batch));
  const sent = await worked(() => sendAll({ ...bench, bodies, senders: 2 }));
  await sql`truncate events, user_days, day_counts, quarantine, imports`;
  const before = await sizeOf();
  let rows = 0;
  const imported = await worked(async () => void (rows = (await loadShop(bench)).accepted));
  const bytesPerEvent = (await sizeOf() - before) / rows;
  const cycle = await worked(() => forceBoth(bench));
  const users = [...new Set(sentEvents.flatMap(({ user }) => user ?? []))];
  const asked = PREDICTIONS * few;
  const byId = await worked(async () => {
    for (let i = 0; i < asked; i++) await client.predict("churn", { user: users[i % users.length] });
  });
  const features = FEATURES.map((_, i) => i % 7);
  const hundred = Array.from({ length: 100 }, () => ({ features }));
  const byRow = await worked(async () => {
    for (let i = 0; i < asked / 100; i++) await client.predict("churn", { rows: hundred });
  });
  return {
    bytesPerEvent,
    seconds: {
      imported: imported / rows * 1e6,
      sent: sent / sentEvents.length * 1e6,
      byId: byId / asked * 1_000,
      byRow: byRow / asked * 1_000,
      cycle: cycle / 2,
      idle: idle / idleMs * 3_600_000,
    },
  };
}

/** Seconds of processor that some work takes, in this process and in its servers. */
async function worked(work: () => Promise<unknown>): Promise<number> {
  const before = await treeSeconds();
  await work();
  const after = await treeSeconds();
  if (before === null || after === null) {
    throw new Error("Cannot measure: only Linux tells what processes worked");
  }
  return after - before;
}

async function forceBoth({ client }: BenchService): Promise<void> {
  const { models } = await client.force({ why: "the bench" });
  for (const deadline = Date.now() + DEADLINE_MS; Date.now() < deadline; await sleep(100)) {
    const { cycles } = await client.history({ limit: 10 });
    if (cycles.length === models.length && cycles.every(({ endedAt }) => endedAt !== null)) return;
  }
  throw new Error(`The forced cycles did not end within ${DEADLINE_MS / 60_000} minutes`);
}

function reportOf(runs: readonly Run[]): Report {
  const s = (value: number) => value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(0)} s`;
  const euro = (seconds: number) => `${(seconds / 3600 * CORE_HOUR_EUR * 100).toPrecision(2)} cents`;
  const of = (unit: Unit) => spread(runs.map(({ seconds }) => seconds[unit]));
  return {
    name: "cost",
    title: "What it costs to run",
    method:
      "A fresh installation with the bundled shop, one process with API, worker and pages, embedded Postgres and Temporal: " +
      "seconds of processor of all of them, and of who asks, which is this bench. Predictions are of churn, one after the " +
      `other, each stored. Money at ${CORE_HOUR_EUR} EUR for an hour of a core, as a virtual machine of 2 cores for 14.60 EUR a ` +
      "month has it: an assumption, not an offer; of a machine that is paid by the month, what is not used costs as much.",
    tables: [{
      title: "",
      head: ["", "of the processor", "at that price"],
      rows: (Object.keys(UNITS) as Unit[]).map((unit) => [
        UNITS[unit],
        range(of(unit), s),
        euro(of(unit).median),
      ]),
    }],
    notes: [
      `An imported event takes ${
        Math.round(spread(runs.map(({ bytesPerEvent }) => bytesPerEvent)).median)
      } bytes of the ` +
      "database, its part of the days of shoppers and the indexes included.",
    ],
    figures: { runs, coreHourEur: CORE_HOUR_EUR },
  };
}
