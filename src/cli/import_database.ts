import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "../config/environment.ts";
import { systemClock } from "../core/clock.ts";
import { connect, type Database } from "../db/connect.ts";
import { prepareDatabase } from "../app/security/open_database.ts";
import { cacheHome, installationHome, makeFolder } from "../embedded/home.ts";
import { lockHome } from "../embedded/lock.ts";
import { startPostgres } from "../embedded/postgres.ts";
import { DATABASE, postgresFiles, readPassword } from "../embedded/postgres_data.ts";
import { findInstallations } from "./connection.ts";
import { UsageError } from "./exit.ts";
import type { Io } from "./io.ts";

/** The database of an installation, with the folder that holds its secret. */
interface ImportDatabase {
  sql: Database;
  home: string;
  /** Frees what was opened or started here. */
  close(): Promise<void>;
}

/** A database that was found or started, and not looked into yet. */
interface FoundDatabase {
  urls: Parameters<typeof prepareDatabase>[0];
  /** Stops what was started. */
  close(): Promise<void>;
}

/**
 * Opens the database of an installation as the app, its schema brought up to date: DATABASE_URL, else the embedded one,
 * which is started unless a running Perennial has it started already.
 * @param name the installation; left out: the one that runs, else `default`
 * @throws {UsageError} several run and none was named
 */
export async function openImportDatabase(io: Io, name?: string): Promise<ImportDatabase> {
  const { urls, close } = await findDatabase(io, name);
  try {
    return opened(await prepareDatabase(urls), { home: urls.home, close });
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Opens the same database as who owns its tables, and leaves its schema as it is.
 * @returns also how the app's role is brought up to date with it
 */
export async function openOwnerDatabase(
  io: Io,
  name?: string,
): Promise<ImportDatabase & { url: string; prepare(): Promise<void> }> {
  const { urls, close } = await findDatabase(io, name);
  const url = urls.ownerUrl ?? urls.appUrl!;
  const database = opened(url, { home: urls.home, close });
  return { ...database, url, prepare: async () => void await prepareDatabase(urls) };
}

function opened(url: string, { home, close }: { home: string; close: () => Promise<void> }): ImportDatabase {
  const sql = connect(url);
  return {
    sql,
    home,
    async close() {
      await sql.end({ timeout: 5 });
      await close();
    },
  };
}

async function findDatabase(io: Io, name?: string): Promise<FoundDatabase> {
  const { DATABASE_URL: appUrl, PERENNIAL_OWNER_DATABASE_URL: ownerUrl, PERENNIAL_SHOP: shop } = readConfig(
    io.env,
  );
  if (appUrl) {
    const home = installationHome(io, name);
    await makeFolder(home, "PERENNIAL_HOME", io.uid);
    return { urls: { appUrl, ownerUrl, home, shop }, close: () => Promise.resolve() };
  }
  const running = (await findInstallations(io)).filter((installation) =>
    installation.alive && (name === undefined || installation.name === name)
  );
  if (running.length > 1) {
    throw new UsageError(
      `Several installations run: say --installation ${
        running.map((installation) => installation.name).join(" or ")
      }`,
    );
  }
  if (running.length === 1) {
    const [{ home }] = running;
    return { urls: { ownerUrl: await runningUrl(home), home }, close: () => Promise.resolve() };
  }
  return await started(io, installationHome(io, name));
}

async function started(io: Io, home: string): Promise<FoundDatabase> {
  const { uid } = io;
  const cache = cacheHome(io);
  await makeFolder(home, "PERENNIAL_HOME", uid);
  await makeFolder(cache, "PERENNIAL_CACHE", uid);
  const lock = await lockHome(home, new Date(systemClock()).toISOString());
  try {
    const postgres = await startPostgres({ home, cache, uid, log: io.err });
    return {
      urls: { ownerUrl: postgres.url, home },
      close: () => postgres.stop().finally(() => lock.release()),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Line 4 of `postmaster.pid` is the port of the Postgres that another process runs in `home`. */
async function runningUrl(home: string): Promise<string> {
  const files = postgresFiles(home);
  const port = Number((await readFile(join(files.data, "postmaster.pid"), "utf8")).split("\n")[3]);
  return `postgres://${DATABASE}:${await readPassword(files)}@127.0.0.1:${port}/${DATABASE}`;
}
