/** Shops at the ends of what there is: one shopper with everything, and hundreds of thousands with next to nothing. */
import { MockActivityEnvironment } from "@temporalio/testing";
import { join } from "node:path";
import { gatherFindings } from "../../activities/check.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { fitReference } from "../../activities/train.ts";
import { labelledBlocks } from "../../src/app/features/labelled_rows.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { systemClock } from "../../src/core/clock.ts";
import { seededRandom } from "../../src/core/random.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { migrate } from "../../src/db/migrate.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import churn from "../../src/models/churn.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import { decide } from "../../src/retraining/trigger.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import type { Bench } from "../shared/bench.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { quantile, whole } from "../shared/figures.ts";
import { benchPostgres } from "../shared/postgres.ts";
import type { Report } from "../shared/report.ts";

const FIRST_MS = Date.UTC(2026, 0, 1);
const DAYS = 200;
const AS_OF_MS = FIRST_MS + DAYS * DAY_MS;
const SENT_AT_ONCE = 100;
const config = configOf(RetrainingConfig.parse({}), "churn");

/** Batches of one shopper's day, by how many of its events came before. */
interface Busy {
  events: number;
  batchMs: number;
  rowBytes: number;
  tableBytes: number;
}

/** A step of a shop with many shoppers. */
interface Step {
  shop: string;
  step: string;
  seconds: number;
  mostMb: number;
  outcome: string;
}

export const extremesBench: Bench = {
  name: "extremes",
  about: "one shopper with 100,000 events a day, 200,000 shoppers with one event each: time, memory, verdict",
  minutes: 30,
  async run({ quick, say }) {
    const folder = await temporaryFolder();
    const postgres = await benchPostgres(folder.path);
    const idleMb = Deno.memoryUsage().rss / 1e6;
    const busy = await withDatabase(postgres.url, "busy", (sql) => oneShopper(sql, quick ? 5_000 : 100_000));
    const steps: Step[] = [];
    for (const [shop, again] of [["once", 0], ["again", 0.1]] as const) {
      say(`extremes: shoppers ${shop}`);
      const shoppers = quick ? 2_000 : 200_000;
      steps.push(
        ...await withDatabase(
          postgres.url,
          shop,
          (sql) => manyShoppers(sql, join(folder.path, shop), { shoppers, again }),
        ),
      );
    }
    await postgres.stop();
    return { report: reportOf({ busy, steps, idleMb }), versions: {} };
  },
};

async function withDatabase<T>(
  adminUrl: string,
  name: string,
  work: (sql: Database) => Promise<T>,
): Promise<T> {
  const admin = connect(adminUrl, { max: 1 });
  await admin.unsafe(`create database ${name}`);
  await admin.end();
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const sql = connect(url.href, { max: 4 });
  try {
    await migrate(sql);
    return await work(sql);
  } finally {
    await sql.end();
  }
}

const eventOf = (
  over: Partial<AcceptedEvent> & Pick<AcceptedEvent, "id" | "userKey" | "atMs">,
): AcceptedEvent => ({
  session: over.id,
  type: "purchase",
  product: "tea",
  category: "c",
  country: null,
  price: 10,
  quantity: 1,
  amount: 10,
  ...over,
});

const keyOf = (shopper: number) => `${shopper.toString(16).padStart(8, "0")}-0000-4000-8000-000000000000`;

/** One shopper's day of so many events, each with a session and a product of its own. */
async function oneShopper(sql: Database, events: number): Promise<Busy[]> {
  const measured: Busy[] = [];
  let times: number[] = [];
  for (let from = 0; from < events; from += SENT_AT_ONCE) {
    const batch = Array.from({ length: SENT_AT_ONCE }, (_, i) =>
      eventOf({
        id: `e${from + i}`,
        userKey: keyOf(1),
        type: i % 2 ? "view" : "purchase",
        product: `p${from + i}`,
        category: `c${from + i}`,
        atMs: FIRST_MS + (from + i) * 800,
      }));
    const begunMs = performance.now();
    await insertEvents(sql, batch);
    times.push(performance.now() - begunMs);
    if ((from + SENT_AT_ONCE) % (events / 10) !== 0) continue;
    const [{ row, table }] =
      await sql`select (select max(pg_column_size(d.*)) from user_days d)::float8 as row,
      pg_total_relation_size('user_days')::float8 as table`;
    measured.push({
      events: from + SENT_AT_ONCE,
      batchMs: quantile(times, 0.5),
      rowBytes: row,
      tableBytes: table,
    });
    times = [];
  }
  return measured;
}

/** Shoppers who bought once, and a share of them once more: what a check says, and a first training where it can be. */
async function manyShoppers(
  sql: Database,
  folder: string,
  { shoppers, again }: { shoppers: number; again: number },
): Promise<Step[]> {
  const shop = again === 0 ? "one event each" : `${100 * again} % come again`;
  const trainer = createTrainer({ workers: 1 });
  const deps: ActivityDeps = {
    sql,
    store: fileArtefacts(folder),
    trainer,
    models: new Map([["churn", churn]]),
    clock: systemClock,
    codeVersion: "bench",
  };
  const steps: Step[] = [];
  const step = async (name: string, work: () => Promise<string>) => {
    steps.push({ shop, step: name, ...await watched(work) });
  };
  try {
    await step("store the events", () => storeShoppers(sql, { shoppers, again }));
    await step("check", async () => {
      const findings = await gatherFindings(deps, churn, config, {
        trigger: "first",
        asOfMs: AS_OF_MS,
        observations: [],
      });
      const { answer, reasons } = decide(findings.findings);
      return `${answer}: ${reasons[0].text}`;
    });
    await step("train", async () => {
      const blocks = await labelledBlocks(deps, churn, { config, asOfMs: AS_OF_MS });
      const asOf = new Date(AS_OF_MS).toISOString();
      const train = () => fitReference(deps, { cycleId: "bench", model: churn, config, blocks, asOf });
      const trained = new MockActivityEnvironment().run(train) as ReturnType<typeof fitReference>;
      return await trained.then(
        ({ manifest }) => `${manifest.candidate}, of ${whole(manifest.served.rows)} rows`,
        (error) => `refused: ${error.message}`,
      );
    });
  } finally {
    trainer.close();
  }
  return steps;
}

async function storeShoppers(
  sql: Database,
  { shoppers, again }: { shoppers: number; again: number },
): Promise<string> {
  const random = seededRandom(1);
  let stored = 0;
  for (let from = 0; from < shoppers; from += 5_000) {
    const events: AcceptedEvent[] = [];
    for (let shopper = from; shopper < Math.min(shoppers, from + 5_000); shopper++) {
      const atMs = FIRST_MS + Math.floor(random() * DAYS * DAY_MS);
      events.push(eventOf({ id: `a${shopper}`, userKey: keyOf(shopper), atMs }));
      const laterMs = atMs + Math.floor(random() * 60 * DAY_MS);
      if (random() >= again || laterMs >= AS_OF_MS) continue;
      events.push(eventOf({ id: `b${shopper}`, userKey: keyOf(shopper), atMs: laterMs }));
    }
    stored += (await insertEvents(sql, events)).size;
  }
  await sql`analyze`; // as autovacuum does after an import
  return `${whole(stored)} events`;
}

/** Seconds of some work, and the most memory that this process had meanwhile, its training threads included. */
async function watched(work: () => Promise<string>): Promise<Pick<Step, "seconds" | "mostMb" | "outcome">> {
  let most = 0;
  const look = () => most = Math.max(most, Deno.memoryUsage().rss / 1e6);
  const timer = setInterval(look, 50);
  const begunMs = performance.now();
  try {
    const outcome = await work();
    look();
    return { seconds: (performance.now() - begunMs) / 1000, mostMb: most, outcome };
  } finally {
    clearInterval(timer);
  }
}

function reportOf(
  { busy, steps, idleMb }: { busy: readonly Busy[]; steps: readonly Step[]; idleMb: number },
): Report {
  const kilobytes = (bytes: number) => `${(bytes / 1e3).toFixed(1)} kB`;
  return {
    name: "extremes",
    title: "Shops at the ends of what there is",
    method:
      `One shopper whose events come in by ${SENT_AT_ONCE}, all on one day, each with a session, product and category of ` +
      `its own. Then shoppers with one purchase each on some of ${DAYS} days, and the same where a tenth buys once more ` +
      "within 60 days: stored, checked as the first check does, and trained on all labelled rows, by production code " +
      "under the standard settings. Memory is that of the one process that does all of it, database apart.",
    tables: [
      {
        title: "One shopper's day",
        head: [
          "events of the day",
          `${SENT_AT_ONCE} more, median`,
          "its row",
          "user_days with what vacuum will free",
        ],
        rows: busy.map(({ events, batchMs, rowBytes, tableBytes }) => [
          whole(events),
          `${batchMs.toFixed(1)} ms`,
          kilobytes(rowBytes),
          kilobytes(tableBytes),
        ]),
      },
      {
        title: "Many shoppers",
        head: ["shop", "step", "seconds", "most memory", "outcome"],
        rows: steps.map(({ shop, step, seconds, mostMb, outcome }) => [
          shop,
          step,
          seconds.toFixed(1),
          `${whole(mostMb)} MB`,
          outcome,
        ]),
      },
    ],
    notes: [`The process had ${whole(idleMb)} MB before the first event.`],
    figures: { busy, steps, idleMb },
  };
}
