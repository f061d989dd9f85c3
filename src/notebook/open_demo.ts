import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { readIfThere } from "../embedded/files.ts";
import { cacheHome, installationHome } from "../embedded/home.ts";
import { lockHome } from "../embedded/lock.ts";
import { startPostgres } from "../embedded/postgres.ts";
import { postgresFiles } from "../embedded/postgres_data.ts";
import type { HostEnvironment, Log } from "../embedded/types.ts";
import { type Located, locateHistory, NoHistoryError } from "./locate.ts";

/** A past that can be read until it is closed. */
export interface OpenedHistory extends Located {
  close(): Promise<void>;
}

/**
 * The past to read: of the installation that is named or runs here, else the demo's, whose database is then started.
 * @throws {NoHistoryError} nothing runs, and no demo was ever run
 */
export async function findOrOpenHistory(hostEnvironment: HostEnvironment, log: Log): Promise<OpenedHistory> {
  try {
    return { ...await locateHistory(hostEnvironment), close: () => Promise.resolve() };
  } catch (error) {
    if (!(error instanceof NoHistoryError)) throw error;
  }
  return await openDemo(hostEnvironment, log);
}

async function openDemo({ env, uid }: HostEnvironment, log: Log): Promise<OpenedHistory> {
  const home = installationHome({ env, uid }, "demo");
  if (await readIfThere(postgresFiles(home).data, "PG_VERSION") === undefined) throw new NoHistoryError();
  const lock = await lockHome(home, new Date(systemClock()).toISOString());
  try {
    log("Nothing runs here: starting the demo's database");
    const port = env.PERENNIAL_POSTGRES_PORT ? Number(env.PERENNIAL_POSTGRES_PORT) : undefined;
    const server = await startPostgres({ home, cache: cacheHome({ env, uid }), uid, port, log });
    return {
      databaseUrl: server.url,
      artefacts: join(home, "artefacts"),
      what: "the demo's database",
      close: () => server.stop().finally(lock.release),
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}
