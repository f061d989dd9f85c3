import { join } from "node:path";
import type { Config } from "../config/environment.ts";
import { systemClock } from "../core/clock.ts";
import { checkDatabase, connect, type Database } from "../db/connect.ts";
import { lockHome, lockOwner } from "../embedded/lock.ts";
import { runningPostgres, startPostgres } from "../embedded/postgres.ts";
import type { Log } from "../embedded/types.ts";
import type { Undo } from "./undo.ts";

/** Where the database of an installation on this machine is. */
export interface LocalPlace {
  home: string;
  cache: string;
  config: Config;
  uid: number | null;
  log: Log;
}

/**
 * Opens the database of an installation as it is, and migrates nothing: DATABASE_URL, else the embedded one, which is
 * started as long as nobody runs it, with the lock held. What was opened or started is undone by `undo`.
 * @returns null: there is none yet   @throws {Error} it does not answer
 */
export async function findDatabase(place: LocalPlace, undo: Undo): Promise<Database | null> {
  const { home, config } = place;
  const url = config.PERENNIAL_OWNER_DATABASE_URL ?? config.DATABASE_URL ?? await runningPostgres(home) ??
    await startIfIdle(place, undo);
  return url === null ? null : await opened(url, undo);
}

async function startIfIdle(place: LocalPlace, undo: Undo): Promise<string | null> {
  const { home } = place;
  if (await lockOwner(home) !== undefined) throw new Error("the embedded Postgres does not answer");
  const hasData = await Deno.stat(join(home, "postgres", "data")).then(() => true, () => false);
  return hasData ? await startDatabase(place, undo) : null;
}

/** Starts the embedded Postgres of a home, and makes its data where there are none; the lock is held until it stops. */
export async function startDatabase(
  { home, cache, config, uid, log }: LocalPlace,
  undo: Undo,
): Promise<string> {
  const lock = await lockHome(home, new Date(systemClock()).toISOString());
  undo.add("the lock", () => lock.release());
  const postgres = await startPostgres({ home, cache, uid, archive: config.PERENNIAL_ARCHIVE, log });
  undo.add("Postgres", () => postgres.stop());
  return postgres.url;
}

/** Connects to a database, and proves that it answers. */
export async function opened(url: string, undo: Undo): Promise<Database> {
  const sql = connect(url, { max: 2 });
  undo.add("the database connections", () => sql.end({ timeout: 5 }));
  await checkDatabase(sql, url);
  return sql;
}
