/** A shop's day at growing sizes, and the features of one cut-off beside what people would compute them with. */
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { DAY_MS } from "../../src/core/time.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import type { Bench, BenchContext } from "../shared/bench.ts";
import { temporaryFolder } from "../shared/cleanup.ts";
import { whole } from "../shared/figures.ts";
import { benchPostgres } from "../shared/postgres.ts";
import { type Peers, pythonWithPeers, runPython } from "../shared/python.ts";
import { makeShop, type Past } from "./make.ts";
import { type Growth, type HistoryRow, type PeerFigures, reportOf, type SizeFigures } from "./report.ts";
import type { StepFigures } from "./step.ts";

const SIZES = [1_000, 10_000, 40_000] as const;
const LARGEST = [100_000, 1_000_000] as const;
/** A shop whose history grows tenfold. */
const HISTORY = { shoppers: 500, years: 10 };
const PEERS: Peers = {
  requirements: "requirements-scale.txt",
  modules: "duckdb, pandas, polars, pyarrow",
  hint: "they need Python 3.11 to 3.13",
};
const TOOLS = ["pandas", "polars", "duckdb"] as const;
const STEPS = [
  "check, the first",
  "check, a day later",
  "training's read",
  "prediction by id",
  "overview",
  "import",
] as const;

export const growthBench: Bench = {
  name: "growth",
  about: "a shop of 1 k to 40 k shoppers (--whole: to 1 M): load, cut-off, check, training's read, pages",
  minutes: 60,
  minutesWhole: 600,
  async run(context) {
    const folder = await temporaryFolder();
    const postgres = await benchPostgres(folder.path);
    const python = await pythonWithPeers(context.say, PEERS);
    const sizes = context.quick ? [200, 1_000] : context.whole ? [...SIZES, ...LARGEST] : SIZES;
    const measured: SizeFigures[] = [];
    for (const shoppers of sizes) {
      measured.push(
        await measure({ context, adminUrl: postgres.url, folder: folder.path, python }, shoppers),
      );
    }
    const history = await measureHistory(context, postgres.url, folder.path);
    await postgres.stop();
    const growth: Growth = { sizes: measured, history };
    return { report: reportOf(growth), versions: {} };
  },
};

interface Ground {
  context: BenchContext;
  adminUrl: string;
  folder: string;
  python: string;
}

async function measure(
  { context: { say }, adminUrl, folder, python }: Ground,
  shoppers: number,
): Promise<SizeFigures> {
  say(`growth: ${whole(shoppers)} shoppers`);
  const place = join(folder, `shop_${shoppers}`);
  await Deno.mkdir(place);
  return await withDatabase(adminUrl, `shop_${shoppers}`, async (sql, url) => {
    const begunMs = performance.now();
    const { events, endMs } = await makeShop(sql, { shoppers, years: 1, past: "others" });
    const loadSeconds = (performance.now() - begunMs) / 1000;
    const cutoffMs = endMs - 28 * DAY_MS;
    const cutoff = await step("cut-off", { url, folder: place, asOfMs: cutoffMs });
    const copySeconds = await writeParquet(sql, python, place);
    const peers: PeerFigures[] = [];
    for (const tool of TOOLS) peers.push(await peer(python, tool, place, cutoffMs));
    const steps: Record<string, StepFigures> = { "cut-off": cutoff };
    for (const name of STEPS) {
      say(`growth: ${whole(shoppers)} shoppers, ${name}`);
      steps[name] = await step(name, { url, folder: place, asOfMs: endMs });
    }
    return { shoppers, events, loadSeconds, copySeconds, steps, peers };
  });
}

/** One new cut-off of a shop of a year, and of ten: filled by others, or by the same shoppers. */
async function measureHistory(
  { quick, say }: BenchContext,
  adminUrl: string,
  folder: string,
): Promise<HistoryRow[]> {
  const shoppers = quick ? 100 : HISTORY.shoppers;
  const rows: HistoryRow[] = [];
  for (const [years, past] of [[1, "others"], [HISTORY.years, "others"], [HISTORY.years, "same"]] as const) {
    say(`growth: ${years} years of ${whole(shoppers)} shoppers (${past})`);
    rows.push(await historyRow(adminUrl, folder, { shoppers, years, past }));
  }
  return rows;
}

async function historyRow(
  adminUrl: string,
  folder: string,
  size: { shoppers: number; years: number; past: Past },
): Promise<HistoryRow> {
  const name = `history_${size.years}_${size.past}`;
  return await withDatabase(adminUrl, name, async (sql, url) => {
    const { events, endMs } = await makeShop(sql, size);
    const runs: StepFigures[] = [];
    for (let run = 0; run < 3; run++) {
      const place = join(folder, `${name}_${run}`);
      await Deno.mkdir(place);
      await sql`truncate feature_blocks`;
      runs.push(await step("cut-off", { url, folder: place, asOfMs: endMs - 28 * DAY_MS }));
    }
    runs.sort((a, b) => a.seconds - b.seconds);
    return { ...size, events, cutoff: runs[1] };
  });
}

async function step(
  name: string,
  { url, folder, asOfMs }: { url: string; folder: string; asOfMs: number },
): Promise<StepFigures> {
  const script = fileURLToPath(new URL("step.ts", import.meta.url));
  const { success, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, name, url, folder, String(asOfMs)],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).output();
  if (!success) throw new Error(`Cannot measure "${name}": its process failed`);
  return JSON.parse(new TextDecoder().decode(stdout).trim().split("\n").at(-1)!);
}

/** Writes the raw events as Parquet. @returns seconds in which Postgres gave them out as CSV */
async function writeParquet(sql: Database, python: string, folder: string): Promise<number> {
  const csv = join(folder, "events.csv");
  const begunMs = performance.now();
  const rows =
    await sql`copy (select user_key, session_code, type, product_code, category_code, quantity, amount, at as moment
    from events) to stdout with (format csv, header)`.readable();
  await pipeline(rows, createWriteStream(csv));
  const seconds = (performance.now() - begunMs) / 1000;
  await runPython(python, new URL("to_parquet.py", import.meta.url), [csv, parquetIn(folder)], 30 * 60_000);
  await Deno.remove(csv);
  return seconds;
}

const parquetIn = (folder: string) => join(folder, "events.parquet");

async function peer(python: string, tool: string, folder: string, cutoffMs: number): Promise<PeerFigures> {
  const script = new URL("features.py", import.meta.url);
  const cutoff = new Date(cutoffMs).toISOString().replace("Z", "+00:00");
  const args = [tool, parquetIn(folder), cutoff];
  return { tool, ...await runPython<Omit<PeerFigures, "tool">>(python, script, args, 30 * 60_000) };
}

async function withDatabase<T>(
  adminUrl: string,
  name: string,
  work: (sql: Database, url: string) => Promise<T>,
): Promise<T> {
  const admin = connect(adminUrl, { max: 1 });
  await admin.unsafe(`create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const sql = connect(url.href, { max: 4 });
  try {
    await migrate(sql);
    return await work(sql, url.href);
  } finally {
    await sql.end({ timeout: 5 });
    await admin.unsafe(`drop database ${name} with (force)`);
    await admin.end({ timeout: 5 });
  }
}
