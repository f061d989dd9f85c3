import { mkdir, rm } from "node:fs/promises";
import { InvalidInputError, messageOf } from "../core/errors.ts";
import { endLeftPostgres, startPostgres } from "./postgres.ts";
import { type BaseCopy, placeData, recovering } from "./postgres_archive.ts";
import { preparePostgres } from "./postgres_binaries.ts";
import { isHalfRestored, markRestoring, postgresFiles, renewPassword, serverUser } from "./postgres_data.ts";
import type { Log } from "./types.ts";

interface RecoverOptions {
  home: string;
  cache: string;
  uid: number | null;
  log: Log;
}

/**
 * Fills a home without data with those of an archive as of a moment: a copy, and the log replayed from there. The
 * database's owner has a new password then. Call it with the home's lock held.
 * @throws {InvalidInputError} the archive ends before the moment
 */
export async function recoverPostgres(
  { home, cache, uid, log }: RecoverOptions,
  { base, at }: { base: BaseCopy; at: string },
): Promise<void> {
  const files = postgresFiles(home);
  const user = await serverUser(files, uid);
  const bin = await preparePostgres([cache, home], { user, log });
  await mkdir(files.folder, { recursive: true, mode: 0o700 });
  if (user) await Deno.chown(files.folder, user.uid, user.gid);
  if (await isHalfRestored(files)) { // by one that was killed, whose server may live on
    await endLeftPostgres(files);
    await rm(files.data, { recursive: true, force: true });
  }
  await markRestoring(files);
  await placeData(base.path, files.data, user);
  try {
    const server = await startPostgres({ home, cache, uid, extra: recovering(base.archive, at), log });
    await server.stop();
    await renewPassword(files, { bin, user });
  } catch (error) {
    await rm(files.data, { recursive: true, force: true });
    await rm(files.password, { force: true });
    throw endsBefore(error) ? tooLate(base, at) : error;
  }
}

const endsBefore = (error: unknown): boolean =>
  messageOf(error).includes("recovery ended before configured recovery target");

const tooLate = ({ archive: { wal } }: BaseCopy, at: string) =>
  new InvalidInputError(`Cannot restore as of ${at}: the archive "${wal}" ends before it`, "at");
