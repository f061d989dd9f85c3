import { join } from "node:path";
import { checkStore } from "../../src/app/installation_identity.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { type FileArtefacts, fileArtefacts } from "../../src/registry/artefacts.ts";
import type { Bench } from "../shared/bench.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { whole } from "../shared/figures.ts";
import { benchPostgres } from "../shared/postgres.ts";
import type { Report, Table } from "../shared/report.ts";
import { manyChecks, type Measured } from "./cycles.ts";
import { liveDay } from "./year.ts";

const DAYS = 365;
const MONTH = 30;
const SHOPPERS = 600;
const SAMPLE = 300;

/** What lies on the disk at the end of a month, bytes. */
interface Month {
  day: number;
  database: number;
  files: number;
  artefacts: number;
  rows: number;
  seconds: number;
}

export const longlifeBench: Bench = {
  name: "longlife",
  about: "ten thousand checks, and what a year of two models leaves on the disk, with and without retention",
  minutes: 90,
  help: `deno task bench longlife

Reads LONGLIFE_CHECKS (10000), LONGLIFE_MINUTES (60), after which the checks end with what was done by then, and
LONGLIFE_DAYS (365).`,
  async run({ quick, say }) {
    const days = quick ? 40 : Number(Deno.env.get("LONGLIFE_DAYS") ?? DAYS);
    const checks = quick ? 200 : Number(Deno.env.get("LONGLIFE_CHECKS") ?? 10_000);
    const withinMs = Number(Deno.env.get("LONGLIFE_MINUTES") ?? 60) * 60_000;
    const folder = await temporaryFolder();
    const postgres = await benchPostgres(folder.path);
    const curves: Record<string, Month[]> = {};
    for (const retains of [true, false]) {
      const name = retains ? "with" : "without";
      curves[name] = await liveYear(postgres.url, {
        name,
        folder: join(folder.path, name),
        retains,
        days,
        say,
      });
    }
    await postgres.stop();
    const measured = await manyChecks({ checks, withinMs, say });
    return { report: reportOf(curves, measured), versions: {} };
  },
};

async function liveYear(
  adminUrl: string,
  { name, folder, retains, days, say }: {
    name: string;
    folder: string;
    retains: boolean;
    days: number;
    say: (line: string) => void;
  },
): Promise<Month[]> {
  const admin = connect(adminUrl, { max: 1 });
  await admin.unsafe(`create database ${name === "with" ? "retained" : "grown"}`);
  await admin.end();
  const url = new URL(adminUrl);
  url.pathname = name === "with" ? "/retained" : "/grown";
  const sql = connect(url.href, { max: 4 });
  await migrate(sql);
  const { id } = await checkStore(sql, fileArtefacts(folder));
  const store = fileArtefacts(folder, { id });
  const months: Month[] = [];
  let beganMs = performance.now();
  for (let day = 0; day < days; day++) {
    await liveDay({ sql, store, shoppers: SHOPPERS, sample: SAMPLE, retains }, day);
    if ((day + 1) % MONTH !== 0 && day !== days - 1) continue;
    months.push({ day: day + 1, ...await sizeOf(sql, store), seconds: (performance.now() - beganMs) / 1000 });
    beganMs = performance.now();
    say(`longlife: ${name} retention, day ${day + 1}`);
  }
  await sql.end();
  return months;
}

async function sizeOf(sql: Database, store: FileArtefacts): Promise<Omit<Month, "day" | "seconds">> {
  await sql`vacuum analyze`; // as autovacuum does over a night
  const [{ database, rows }] = await sql`select pg_database_size(current_database())::float8 as database,
    (select sum(n_live_tup) from pg_stat_user_tables)::float8 as rows`;
  const stored = await store.list();
  const artefacts = stored.reduce((sum, { bytes }) => sum + bytes, 0);
  return { database, rows, files: stored.length, artefacts };
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

function reportOf(curves: Readonly<Record<string, readonly Month[]>>, measured: readonly Measured[]): Report {
  const { with: kept, without: grown } = curves;
  const last = kept.length - 1;
  const days = kept[last].day;
  const growth = (months: readonly Month[], of: "database" | "artefacts") => {
    const half = Math.floor(last / 2);
    return megabytes((months[last][of] - months[half][of]) / Math.max(1, last - half));
  };
  return {
    name: "longlife",
    title: `Long life: ${whole(measured.at(-1)!.checks)} checks, and ${
      whole(days)
    } days of two models on the disk`,
    method:
      `A shop of ${SHOPPERS} shoppers, lived day by day on a clock that is passed in, once with the nightly clean-up ` +
      "under the standard settings and once without: events, a block of the population and sealed evidence a day, " +
      `${SAMPLE} predictions of the monitor a model and day, counts of answers by the minute, a cycle a week and model ` +
      "with its snapshot, checkpoint and version (one in three deployed). Events, blocks, snapshots, files, clean-up " +
      "and sweep are the production code; looks and cycles are their rows and files without the statistics. " +
      "After that, checks one after the other by production workflows, activities and servers, each as of a later " +
      "moment, of two models at once in a shop with little data: each is a cycle that ends with the trigger's answer, " +
      "about one in 48 of them with a training, its validation, and a deployment where it is better.",
    tables: [checksTable(measured), {
      title: `${whole(days)} days on the disk`,
      head: [
        "day",
        "database, kept",
        "artefacts, kept",
        "files, kept",
        "database, grown",
        "artefacts, grown",
        "files, grown",
      ],
      rows: kept.map((month, i) => [
        String(month.day),
        megabytes(month.database),
        megabytes(month.artefacts),
        whole(month.files),
        megabytes(grown[i].database),
        megabytes(grown[i].artefacts),
        whole(grown[i].files),
      ]),
    }],
    notes: [
      `A month of the second half adds ${growth(kept, "artefacts")} of artefacts and ${
        growth(kept, "database")
      } of ` +
      `database with retention, ${growth(grown, "artefacts")} and ${growth(grown, "database")} without.`,
      `${
        whole(measured.at(-1)!.checks)
      } checks were run. Temporal keeps closed workflows for a day, and its file does not ` +
      "shrink: here it only grows, and what it does over days was not measured.",
      "Events (1095 days) and predictions (400 days) have not come to their age by then: the database grows by them.",
      `A month took ${kept[0].seconds.toFixed(0)} s at first and ${
        kept[last - 1]?.seconds.toFixed(0)
      } s at the end ` +
      "with retention: most of it reads the daily sums for blocks, and sealed files in the sweep.",
    ],
    figures: { curves, measured },
  };
}

function checksTable(measured: readonly Measured[]): Table {
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const asked = Object.keys(measured[0].asked) as (keyof Measured["asked"])[];
  return {
    title: "Checks, one after the other",
    head: [
      "checks",
      "trained",
      "deployed",
      "a second",
      "memory",
      "history",
      "runs",
      "database",
      "Temporal's",
      "artefacts",
      "files",
      ...asked,
    ],
    rows: measured.map((one) => [
      whole(one.checks),
      whole(one.trained),
      whole(one.deployed),
      one.rate.toFixed(1),
      `${one.memory.toFixed(0)} MB`,
      `${whole(one.history)} events`,
      String(one.runs),
      megabytes(one.database),
      megabytes(one.temporal),
      megabytes(one.artefacts),
      whole(one.files),
      ...asked.map((name) => ms(one.asked[name])),
    ]),
  };
}
