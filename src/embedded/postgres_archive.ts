import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { InvalidInputError } from "../core/errors.ts";
import { isAbsent, readIfThere } from "./files.ts";
import type { ServerUser } from "./process.ts";

/**
 * Where one installation's Postgres archives its log, for point-in-time recovery: `wal` holds the finished segments,
 * gzipped, `base/<id>` copies of the data folder to begin from.
 */
export interface PostgresArchive {
  wal: string;
  base: string;
}

/** In a copy: where in the log it begins. */
export const BACKUP_LABEL = "backup_label";
/** A segment is archived after so many seconds at most: what a lost disk takes along. */
const SEGMENT_SECONDS = 60;

/** What belongs to the running server alone, and is made again by the one that recovers. */
const LEFT_OUT = ["postmaster.pid", "postmaster.opts"];
const EMPTIED = [
  "pg_wal",
  "pg_replslot",
  "pg_dynshmem",
  "pg_notify",
  "pg_serial",
  "pg_snapshots",
  "pg_stat_tmp",
  "pg_subtrans",
];

const ARCHIVE_FILE = "archive.json";
/** As a folder: nothing is archived any more. */
export const ARCHIVE_OFF = "off";

/**
 * The archive of a home, in a folder that several may share: the one given, else the one that the home had before, so that
 * whoever starts the server leaves no gap. The server's user has to be able to write to it.
 * @returns null: nothing is archived   @throws {InvalidInputError} the folder's path cannot stand in Postgres' command
 */
export async function openArchive(
  home: string,
  { folder, user }: { folder: string | undefined; user: ServerUser | undefined },
): Promise<PostgresArchive | null> {
  const known = await knownArchive(home);
  const chosen = folder ?? known?.folder ?? ARCHIVE_OFF;
  if (chosen === ARCHIVE_OFF) {
    await rm(join(home, ARCHIVE_FILE), { force: true });
    return null;
  }
  needPlain(chosen);
  const id = known?.id ?? randomUUID();
  if (chosen !== known?.folder) {
    await writeWhole(join(home, ARCHIVE_FILE), JSON.stringify({ id, folder: chosen }));
  }
  const archive = archiveOf(chosen, id);
  await mkdir(join(archive.wal, ".."), { recursive: true, mode: 0o711 }); // the server passes through, and lists nothing
  for (const path of [archive.wal, archive.base]) await mkdir(path, { recursive: true, mode: 0o700 });
  if (user) await Deno.chown(archive.wal, user.uid, user.gid);
  return archive;
}

/** The archive that a home has; null: none. */
export async function archiveAt(home: string): Promise<PostgresArchive | null> {
  const known = await knownArchive(home);
  return known && archiveOf(known.folder, known.id);
}

async function knownArchive(home: string): Promise<{ id: string; folder: string } | null> {
  const text = await readIfThere(home, ARCHIVE_FILE);
  return text === undefined ? null : JSON.parse(text);
}

const archiveOf = (folder: string, id: string): PostgresArchive => ({
  wal: join(folder, id, "wal"),
  base: join(folder, id, "base"),
});

function needPlain(folder: string): void {
  if (/^\/[\w./ -]+$/.test(folder)) return;
  throw new InvalidInputError(
    `Cannot archive into "${folder}": name an absolute path of letters, digits, spaces and . _ - / only`,
    "PERENNIAL_ARCHIVE",
  );
}

async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600, flush: true });
  await Deno.rename(`${path}.new`, path);
}

/** Settings of a server that archives. A segment gets its name when it is whole and on the disk. */
export function archiving({ wal }: PostgresArchive): Record<string, string> {
  const target = `"${wal}/%f.gz"`;
  const draft = `"${wal}/%f.part"`;
  return {
    archive_mode: "on",
    archive_timeout: String(SEGMENT_SECONDS),
    archive_command: `gzip -c "%p" > ${draft} && sync ${draft} && mv ${draft} ${target}`,
  };
}

/** Settings of a server that replays an archive up to a moment, and then takes writes. */
export const recovering = ({ wal }: PostgresArchive, at: string): Record<string, string> => ({
  restore_command: `gzip -dc "${wal}/%f.gz" > "%p" 2>/dev/null`,
  recovery_target_time: at.replace("T", " ").replace("Z", "+00"), // it knows no names of zones yet
  recovery_target_action: "promote",
  hot_standby: "off", // ready means that it is the past that was asked for
});

/** Copies the data folder of a running server; files that go meanwhile are in its log, as is what changes in them. */
export async function copyData(data: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true, mode: 0o700 });
  for (const name of await readdir(data)) {
    if (LEFT_OUT.includes(name)) continue;
    if (EMPTIED.includes(name)) await mkdir(join(to, name), { mode: 0o700 });
    else await copyWhatStays(join(data, name), join(to, name));
  }
}

async function copyWhatStays(from: string, to: string): Promise<void> {
  const info = await Deno.lstat(from).catch(unlessGone);
  if (!info || /pgsql_tmp/.test(from)) return;
  if (info.isDirectory) {
    await mkdir(to, { mode: 0o700 });
    for (const name of await readdir(from)) await copyWhatStays(join(from, name), join(to, name));
  } else await cp(from, to).catch(unlessGone);
}

const unlessGone = (error: unknown): undefined => {
  if (!isAbsent(error) && (error as { code?: string }).code !== "ENOENT") throw error;
};

/** Puts a copy where a server expects its data, as that server's user. */
export async function placeData(base: string, data: string, user: ServerUser | undefined): Promise<void> {
  const draft = `${data}.new`;
  await rm(draft, { recursive: true, force: true });
  await cp(base, draft, { recursive: true });
  await writeFile(join(draft, "recovery.signal"), "");
  await own(draft, user);
  await Deno.rename(draft, data);
}

async function own(path: string, user: ServerUser | undefined): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await own(join(path, entry.name), user);
    else if (user) await Deno.chown(join(path, entry.name), user.uid, user.gid);
  }
  if (user) await Deno.chown(path, user.uid, user.gid);
  await Deno.chmod(path, 0o700);
}

/** A copy of the data, and since when it can be recovered from. */
export interface BaseCopy {
  id: string;
  path: string;
  finishedAt: string;
  archive: PostgresArchive;
}

/** Says that a copy is whole: one without this is none. */
export const closeBase = (path: string, { finishedAt }: { finishedAt: string }): Promise<void> =>
  writeWhole(`${path}.json`, JSON.stringify({ finishedAt }));

/** The newest copy in any archive of the folder that was whole at a moment; null: there is none. */
export async function findBase(folder: string, at: string): Promise<BaseCopy | null> {
  const copies: BaseCopy[] = [];
  for (const id of await readdir(folder).catch(() => [])) {
    copies.push(...await basesOf(archiveOf(folder, id)));
  }
  return copies.filter(({ finishedAt }) => finishedAt <= at)
    .reduce<BaseCopy | null>((best, copy) => best && best.finishedAt > copy.finishedAt ? best : copy, null);
}

async function basesOf(archive: PostgresArchive): Promise<BaseCopy[]> {
  const names = (await readdir(archive.base).catch(() => [])).filter((name) => name.endsWith(".json")).sort();
  return await Promise.all(names.map(async (name) => {
    const { finishedAt } = JSON.parse(await readFile(join(archive.base, name), "utf8"));
    const id = name.slice(0, -".json".length);
    return { id, path: join(archive.base, id), finishedAt, archive };
  }));
}

/** Deletes copies but the newest, and the segments that none of those left begins with. @returns ids that went */
export async function pruneArchive(archive: PostgresArchive, keep: number): Promise<string[]> {
  const bases = await basesOf(archive);
  const gone = bases.slice(0, Math.max(bases.length - keep, 0));
  for (const { path } of gone) {
    await rm(`${path}.json`);
    await rm(path, { recursive: true });
  }
  const [oldest] = bases.slice(gone.length);
  if (oldest !== undefined) await pruneSegments(archive, await firstSegment(oldest.path));
  return gone.map(({ id }) => id);
}

async function firstSegment(base: string): Promise<string> {
  const label = await readFile(join(base, BACKUP_LABEL), "utf8");
  const first = /\(file ([0-9A-F]{24})\)/.exec(label)?.[1];
  if (!first) throw new Error(`Cannot read "${join(base, BACKUP_LABEL)}": it names no segment`);
  return first;
}

/** The first eight digits are of the timeline: what is older is so in any. */
async function pruneSegments({ wal }: PostgresArchive, first: string): Promise<void> {
  for (const name of await readdir(wal)) {
    if (/^[0-9A-F]{24}\./.test(name) && name.slice(8, 24) < first.slice(8)) await rm(join(wal, name));
  }
}
