import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Client, createClient } from "../../src/client/client.ts";
import { readConfig } from "../../src/config/environment.ts";
import { systemClock } from "../../src/core/clock.ts";
import type { Database } from "../../src/db/connect.ts";
import { currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { eventSpan } from "../../src/db/events/day_counts.ts";
import { cacheHome } from "../../src/embedded/home.ts";
import { startInstallation } from "../../src/embedded/installation.ts";
import { freePort } from "../../src/embedded/ports.ts";
import { importFile, type ImportResult } from "../../src/app/events/import.ts";
import { configFor, DEMO_PROTOCOL } from "../../src/demo/protocol.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import { type Service, startService } from "../../src/service.ts";
import { onEnd, temporaryFolder } from "./cleanup.ts";

export const BUNDLED = fileURLToPath(new URL("../../data/online_retail_1200.csv.gz", import.meta.url));

/** A Perennial of the bench's own: servers, ports and folder that nobody else uses, gone when it is disposed of. */
export interface BenchService extends AsyncDisposable {
  service: Service;
  url: string;
  apiKey: string;
  client: Client;
  databaseUrl: string;
  temporalAddress: string;
  /** folder of its artefacts and secret */
  home: string;
  versions: Record<string, string>;
}

/** Starts a fresh installation: worker, API, Postgres and Temporal. Retrainers check only when told to. */
export async function startBenchService(
  log: (line: string) => void = () => undefined,
  settings: Record<string, string> = {},
): Promise<BenchService> {
  const folder = await temporaryFolder();
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _temporal, PERENNIAL_API_KEY: _key, ...outer } = Deno.env
    .toObject();
  const hostEnvironment = {
    env: outer,
    uid: Deno.uid(),
    cache: cacheHome({ env: outer, uid: Deno.uid() }),
    log,
  };
  const ports = { postgres: await freePort(), temporal: await freePort(), temporalUi: await freePort() };
  const servers = await startInstallation({ ...hostEnvironment, home: join(folder.path, "servers"), ports });
  const stopServers = onEnd(() => servers.stop());
  const { databaseUrl, temporalAddress } = servers;
  const env = {
    ...outer,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    PERENNIAL_PORT: String(await freePort()),
    ...settings,
  };
  const parts = ["worker", "api"] as const;
  const home = join(folder.path, "service");
  const own = {
    config: readConfig(env),
    env,
    home,
    parts,
    embedded: false,
    active: false,
  };
  const service = await startService({ ...hostEnvironment, ...own });
  const stopService = onEnd(() => service.stop());
  const url = service.url!;
  const apiKey = service.key.key!; // it has an API, and its key was made just now
  return {
    service,
    url,
    apiKey,
    client: createClient({ url, apiKey }),
    databaseUrl,
    temporalAddress,
    home,
    versions: await versionsOf(service),
    async [Symbol.asyncDispose]() {
      await stopService();
      await stopServers();
      await folder.remove();
    },
  };
}

async function versionsOf({ sql, client }: Service): Promise<Record<string, string>> {
  const [{ version }] = await sql`select current_setting('server_version') as version`;
  const { serverVersion } = await client.workflowService.getSystemInfo({});
  return { Postgres: version, "Temporal server": serverVersion ?? "unknown" };
}

/** Imports the bundled shop and follows its protocol, as the demo does: the shop's clock stands where its data end. */
export async function loadShop({ service }: BenchService): Promise<ImportResult> {
  const { sql, pseudonym } = service;
  const result = await importFile({ sql, clock: systemClock, pseudonym }, BUNDLED);
  await standAtEnd(sql);
  return result;
}

/** Has an installation with the bundled shop follow its protocol, its clock where the data end. */
export async function standAtEnd(sql: Database): Promise<void> {
  const { version, config } = await currentConfig(sql);
  await saveConfig(sql, {
    config: configFor(config, DEMO_PROTOCOL),
    after: version,
    by: "the bench",
    why: "the bundled shop",
  });
  await pinMoment(sql, (await eventSpan(sql))!.lastMs + 1);
}
