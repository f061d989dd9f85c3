/** A small part of the bundled real shop, and the whole service on it. */
import { join } from "node:path";
import { momentsOf } from "../../src/backtest/plan.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { fileURLToPath } from "node:url";
import { readConfig } from "../../src/config/environment.ts";
import { systemClock } from "../../src/core/clock.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { importFile, type ImportResult } from "../../src/app/events/import.ts";
import { configFor, type ReplayProtocol } from "../../src/demo/protocol.ts";
import { runReplay } from "../../src/demo/run.ts";
import { type Service, type ServiceOptions, startService } from "../../src/service.ts";
import { freshNamespace, freshTaskQueue, sharedInstallation } from "../support/installation.ts";
import { migratedDatabase } from "../support/migrated_database.ts";

const BUNDLED = fileURLToPath(new URL("../../data/online_retail_1200.csv.gz", import.meta.url));

/** Five cut-offs, four weeks apart; the last three have enough labelled ones before them. */
export const PROTOCOL: ReplayProtocol = {
  first: "2011-03-01",
  last: "2011-06-21",
  stepDays: 28,
  activeDays: 90,
  horizonDays: 28,
  minTrain: 2,
  activity: "purchase",
};

const { moments, scoredFrom } = momentsOf(configFor(RetrainingConfig.parse({}), PROTOCOL), {
  models: ["churn"],
  span: { firstMs: Date.parse("2010-12-01"), lastMs: Date.parse("2011-08-01") - 1 },
  from: PROTOCOL.first,
  to: PROTOCOL.last,
});
/** Its cut-offs, and those at which policies are scored. */
export const CUTOFFS: readonly string[] = moments;
export const SCORED: readonly string[] = moments.filter((asOf) => asOf >= scoredFrom.churn);

/** Replays the small shop's history as `demo` does. */
export const replayShop = ({ sql, client, taskQueue, models }: Service, replay: string) =>
  runReplay({
    sql,
    client,
    taskQueue,
    replay,
    models: [...models.keys()],
    protocol: PROTOCOL,
    onProgress: () => undefined,
    signal: new AbortController().signal,
  });

/** Writes the events of every `every`-th shopper until a day, about 20,000 lines; @returns how many events */
export async function writeSmallShop(
  path: string,
  { every = 2, before = "2011-08-01" }: { every?: number; before?: string } = {},
): Promise<number> {
  const unpacked = (await Deno.open(BUNDLED)).readable.pipeThrough(new DecompressionStream("gzip"));
  const [header, ...lines] = (await new Response(unpacked).text()).trimEnd().split("\n");
  const time = header.split(",").indexOf("timestamp");
  const kept = lines.filter((line) => {
    const columns = line.split(",");
    return Number(columns[0]) % every === 0 && columns[time] < before;
  });
  await Deno.writeTextFile(path, [header, ...kept, ""].join("\n"));
  return kept.length;
}

export interface SmallShop {
  service: Service;
  home: string;
  databaseUrl: string;
  /** events in the file that was imported */
  events: number;
}

/** Runs `work` with a service on the shared servers, with a database, a namespace and a home of its own. */
export async function withSmallShop(
  work: (shop: SmallShop) => Promise<void>,
  { modelsFolder, every, parts = ["worker"], settings = {} }: {
    modelsFolder?: URL;
    every?: number;
    parts?: ServiceOptions["parts"];
    /** environment variables besides the servers' */
    settings?: Record<string, string>;
  } = {},
): Promise<void> {
  const { temporalAddress: TEMPORAL_ADDRESS } = await sharedInstallation();
  await using database = await migratedDatabase();
  const env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS };
  const named = { TEMPORAL_NAMESPACE: await freshNamespace(), TEMPORAL_TASK_QUEUE: freshTaskQueue() };
  const home = await Deno.makeTempDir({ prefix: "perennial-e2e-" });
  const service = await startService({
    config: readConfig({ ...env, ...named, ...settings }),
    env,
    home,
    cache: cacheHome({ env: Deno.env.toObject(), uid: Deno.uid() }),
    parts,
    embedded: false,
    active: false,
    modelsFolder,
    log: () => undefined,
  });
  try {
    const events = await writeSmallShop(join(home, "shop.csv"), { every });
    await importInto(service, join(home, "shop.csv"));
    await work({ service, home, databaseUrl: database.url, events });
  } finally {
    await service.stop();
    await Deno.remove(home, { recursive: true });
  }
}

async function importInto({ sql, pseudonym }: Service, path: string): Promise<ImportResult> {
  const { version, config } = await currentConfig(sql);
  const wanted = { ...configFor(config, PROTOCOL), min_validation_rows: 50 };
  await saveConfig(sql, { config: wanted, after: version, by: "a test", why: "a small shop" });
  return await importFile({ sql, clock: systemClock, pseudonym }, path);
}
