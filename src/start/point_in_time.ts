import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../core/clock.ts";
import { InvalidInputError } from "../core/errors.ts";
import { whileCopied } from "../db/backup.ts";
import type { Database } from "../db/connect.ts";
import {
  archiveAt,
  BACKUP_LABEL,
  type BaseCopy,
  closeBase,
  copyData,
  pruneArchive,
} from "../embedded/postgres_archive.ts";
import { lockHome } from "../embedded/lock.ts";
import { recoverPostgres } from "../embedded/recover_postgres.ts";
import type { LocalPlace } from "./local_database.ts";
import { isHalfRestored, postgresFiles } from "../embedded/postgres_data.ts";

/** @throws {InvalidInputError} the home has a database already */
async function needEmpty(home: string): Promise<void> {
  const files = postgresFiles(home);
  if (!await Deno.stat(files.data).then(() => true, () => false) || await isHalfRestored(files)) return;
  throw new InvalidInputError(
    `Cannot restore into "${home}": its database is not empty. Name another --installation`,
    "installation",
  );
}

/** Fills the empty home of a place from an archive, as of a moment. @throws {InvalidInputError} it is not empty */
export async function recoverDatabase(
  { home, cache, uid, log }: LocalPlace,
  from: { base: BaseCopy; at: string },
): Promise<void> {
  await needEmpty(home);
  const lock = await lockHome(home, new Date(systemClock()).toISOString());
  try {
    await recoverPostgres({ home, cache, uid, log }, from);
  } finally {
    lock.release();
  }
}

/**
 * Copies the files of a home's running Postgres into its archive, under the id of a backup, so that any later moment can
 * be restored. `keep`: how many copies stay, with the log from the oldest on; left out: all.
 * @returns false: this home archives nothing
 */
export async function copyBase(
  sql: Database,
  { home, id, keep }: { home: string; id: string; keep?: number },
): Promise<boolean> {
  const archive = await archiveAt(home);
  if (archive === null) return false;
  const path = join(archive.base, id);
  const copy = () => copyData(postgresFiles(home).data, path);
  const { label, finishedAt } = await whileCopied(sql, { label: id, copy }).catch(async (error) => {
    await rm(path, { recursive: true, force: true }); // nothing would ever let go of half a copy
    throw error;
  });
  await writeFile(join(path, BACKUP_LABEL), label, { mode: 0o600, flush: true });
  await closeBase(path, { finishedAt });
  if (keep !== undefined) await pruneArchive(archive, keep);
  return true;
}
