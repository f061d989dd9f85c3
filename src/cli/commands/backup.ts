import { type Command } from "commander";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { findBackup, listBackups, type Manifest } from "../../app/backup/manifest.ts";
import {
  checkBackup,
  placeSecrets,
  restoreArtefacts,
  restoreAsOf,
  restoreDatabase,
  secretsIn,
} from "../../app/backup/restore.ts";
import { backUp, type BackupDone } from "../../app/backup/write.ts";
import { adoptStore, needOwnStore } from "../../app/installation_identity.ts";
import { type BackupPlace, folderPlace, s3BackupPlace } from "../../app/backup/place.ts";
import { type Config, readConfig, s3Place } from "../../config/environment.ts";
import { systemClock } from "../../core/clock.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { schemaState } from "../../db/migrate.ts";
import { cacheHome, installationHome, makeFolder } from "../../embedded/home.ts";
import { count, counted } from "../../format/numbers.ts";
import type { FileArtefacts } from "../../registry/artefacts.ts";
import { artefactStore, s3Access } from "../../start/artefacts.ts";
import { copyBase, recoverDatabase } from "../../start/point_in_time.ts";
import { type BaseCopy, findBase } from "../../embedded/postgres_archive.ts";
import { findDatabase, type LocalPlace, opened, startDatabase } from "../../start/local_database.ts";
import { Undo } from "../../start/undo.ts";
import { findInstallations } from "../connection.ts";
import { type Context, withExamples } from "../context.ts";
import { UsageError } from "../exit.ts";
import { minute, table } from "../format.ts";
import { momentOption, wholeNumber } from "../options.ts";

interface Common {
  installation?: string;
  passphraseFile?: string;
  json?: boolean;
}

interface BackupOptions extends Common {
  keep?: number;
  secrets: boolean;
  list?: boolean;
}

interface RestoreOptions extends Common {
  backup?: string;
  at?: string;
  archive?: string;
  artefactsOnly?: boolean;
}

const withPassphrase = (command: Command) =>
  command.option("--passphrase-file <file>", "its first line; left out: PERENNIAL_BACKUP_PASSPHRASE")
    .option("--json", "answer as JSON");

/** `perennial backup` and `restore` */
export function addBackup(program: Command, context: Context): void {
  const backup = program.command("backup").description(
    "back up database, artefacts and secrets into a folder, running or not; files that it has are not copied again",
  )
    .argument("<folder>", "of all backups of an installation, or s3://bucket/prefix")
    .option("--installation <name>", "which one; left out: the one that runs, else default")
    .option("--keep <n>", "delete older backups beyond so many", wholeNumber({ min: 1 }))
    .option("--no-secrets", "leave out the secrets, which are then kept elsewhere")
    .option("--list", "only list the backups of the folder");
  withExamples(
    withPassphrase(backup),
    "perennial backup /mnt/backups --keep 30\nperennial backup s3://shop-backups/main --list",
  )
    .action((folder: string, options: BackupOptions) =>
      inPlace(context, folder, (place) => runBackup(context, place, options))
    );
  const restore = program.command("restore").description(
    "fill an empty installation with a backup; workflows begin again from it, also without Temporal's store",
  )
    .argument("<folder>", "of the backups, or s3://bucket/prefix")
    .option("--backup <id>", "which one; left out: the newest")
    .option("--installation <name>", "the empty one to fill; left out: default")
    .option(
      "--at <time>",
      "the database as of this moment, from PERENNIAL_ARCHIVE: 2026-11-30T14:04:00Z",
      momentOption,
    )
    .option("--archive <folder>", "that the lost installation archived into; left out: PERENNIAL_ARCHIVE")
    .option("--artefacts-only", "only put back files that are gone or damaged");
  withExamples(
    withPassphrase(restore),
    "perennial restore /mnt/backups\nperennial restore /mnt/backups --at 2026-11-30T14:04:00Z --archive /mnt/log",
  ).action((folder: string, options: RestoreOptions) =>
    inPlace(context, folder, (place) => runRestore(context, place, options))
  );
}

/** Works on backups in a folder, or in a bucket with a folder beside it that is gone afterwards. */
async function inPlace(
  { io }: Context,
  given: string,
  work: (place: BackupPlace) => Promise<void>,
): Promise<void> {
  const bucket = s3Place(given);
  if (bucket === null) return await work(folderPlace(resolve(given)));
  const folder = await mkdtemp(join(tmpdir(), "perennial-backup-"));
  try {
    await work(await s3BackupPlace(s3Access(readConfig(io.env), bucket), folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function runBackup(context: Context, to: BackupPlace, options: BackupOptions): Promise<void> {
  if (options.list) {
    return context.show(
      options,
      { backups: await listBackups(to.folder) },
      ({ backups }) => listText(backups),
    );
  }
  const name = options.installation ?? (await findInstallations(context.io)).find(({ alive }) => alive)?.name;
  const { place, store, config } = placeOf(context, name);
  const passphrase = options.secrets ? await passphraseOf(config, options) : null;
  if (options.secrets && passphrase === null) {
    throw new UsageError(
      "A passphrase for the secrets is needed: set PERENNIAL_BACKUP_PASSPHRASE, or say --no-secrets",
    );
  }
  const undo = new Undo(context.io.err);
  try {
    const sql = await findDatabase(place, undo);
    if (sql === null) throw new UsageError(`There is no installation in "${place.home}"`);
    const given = { secret: config.PERENNIAL_SECRET, "signing-key": config.PERENNIAL_SIGNING_KEY };
    const deps = { sql, store, clock: systemClock, home: place.home, given };
    const { keep } = options;
    const done = await backUp(deps, { to, passphrase, keep, who: userInfo().username });
    const ownsFiles = config.DATABASE_URL === undefined;
    const archived = ownsFiles && await copyBase(sql, { home: place.home, id: done.id, keep });
    context.show(options, { ...done, archived }, (what) => doneText(what, to.name));
  } finally {
    await undo.run();
  }
}

function placeOf(
  { io }: Context,
  name?: string,
): { place: LocalPlace; store: FileArtefacts; config: Config } {
  const config = readConfig(io.env);
  const home = installationHome(io, name);
  const place = { home, cache: cacheHome(io), config, uid: io.uid, log: io.err };
  return { place, store: artefactStore(config, home), config };
}

async function passphraseOf(config: Config, { passphraseFile }: Common): Promise<string | null> {
  if (passphraseFile === undefined) return config.PERENNIAL_BACKUP_PASSPHRASE ?? null;
  return (await readFile(passphraseFile, "utf8")).split("\n")[0].trim();
}

async function runRestore(context: Context, from: BackupPlace, options: RestoreOptions): Promise<void> {
  const { place, store, config } = placeOf(context, options.installation);
  const { folder } = from;
  const moment = await momentOf(config, options);
  const manifest = await findBackup(folder, moment?.base.id ?? options.backup, from.name);
  await from.fetch(manifest.id);
  await checkBackup(from, manifest);
  if (options.artefactsOnly) {
    const copied = await restoreArtefacts(from, manifest, store);
    return context.show(
      options,
      { id: manifest.id, copied },
      () => `${count(copied)} files were put back from ${manifest.id}`,
    );
  }
  const secrets = await secretsIn(folder, manifest, await passphraseOf(config, options));
  await makeFolder(place.home, "PERENNIAL_HOME", place.uid);
  await makeFolder(place.cache, "PERENNIAL_CACHE", place.uid);
  const undo = new Undo(context.io.err);
  let missing = 0;
  try {
    const filled = { place, store, config, undo };
    if (moment) missing = await fillAsOf(filled, { from, manifest, secrets, ...moment });
    else await fillEmpty(filled, { from, manifest, secrets });
  } finally {
    await undo.run();
  }
  const { id, createdAt } = manifest;
  context.show(
    options,
    { id, createdAt, at: moment?.at ?? createdAt, missing, home: place.home, secrets: Object.keys(secrets) },
    () => restoredText(manifest, { home: place.home, at: moment?.at, missing }),
  );
}

interface Moment {
  at: string;
  base: BaseCopy;
}

/** The copy to begin from, where a moment is asked for. @throws {InvalidInputError} no archive, or none so old */
async function momentOf(config: Config, { at, archive, backup }: RestoreOptions): Promise<Moment | null> {
  if (at === undefined) return null;
  if (backup !== undefined) throw new UsageError("Name a backup or a moment, not both");
  if (config.DATABASE_URL !== undefined) {
    throw new UsageError(
      "--at is of the embedded Postgres: DATABASE_URL names a server, which has its own archive",
    );
  }
  const folder = archive ?? config.PERENNIAL_ARCHIVE;
  if (folder === undefined) throw new UsageError("--at needs --archive, or PERENNIAL_ARCHIVE");
  const base = await findBase(folder, at);
  if (base) return { at, base };
  throw new InvalidInputError(
    `Cannot restore as of ${at}: no backup in the archive "${folder}" is so old`,
    "at",
  );
}

interface Filled {
  place: LocalPlace;
  store: FileArtefacts;
  config: Config;
  undo: Undo;
}

/** The database from the archive; its files from every backup, for some were made after the one that it begins from. */
async function fillAsOf(
  { place, store, undo }: Filled,
  { from, manifest, secrets, base, at }: {
    from: BackupPlace;
    manifest: Manifest;
    secrets: Record<string, string>;
  } & Moment,
): Promise<number> {
  if (manifest.store !== null) await needOwnStore(store, manifest.store.id);
  await recoverDatabase(place, { base, at });
  await placeSecrets(place.home, secrets);
  const named = new Set((await listBackups(from.folder)).flatMap(({ artefacts }) => artefacts));
  await restoreArtefacts(from, { artefacts: [...named] }, store);
  const owner = await opened(await startDatabase(place, undo), undo);
  const missing = await restoreAsOf(owner, { id: base.id, asOf: at, who: userInfo().username, store });
  if (manifest.store !== null) await adoptStore(owner, store, manifest.store.id);
  return missing;
}

/** Files first, the database last and all at once: what ends half way is begun again. */
async function fillEmpty(
  { place, store, config, undo }: Filled,
  { from, manifest, secrets }: { from: BackupPlace; manifest: Manifest; secrets: Record<string, string> },
): Promise<void> {
  const url = config.PERENNIAL_OWNER_DATABASE_URL ?? config.DATABASE_URL ?? await startDatabase(place, undo);
  const owner = await opened(url, undo);
  const { foreign, missing } = await schemaState(owner);
  if (foreign.length > 0 || !missing.includes(manifest.migrations[0])) {
    throw new InvalidInputError(
      `Cannot restore into "${place.home}": its database is not empty. Name another --installation, or an empty DATABASE_URL`,
      "installation",
    );
  }
  const kept = manifest.store;
  if (kept !== null) await needOwnStore(store, kept.id);
  await placeSecrets(place.home, secrets);
  await restoreArtefacts(from, manifest, store);
  await restoreDatabase(owner, { folder: from.folder, manifest, who: userInfo().username });
  if (kept !== null) await adoptStore(owner, store, kept.id);
}

function listText(backups: readonly Manifest[]): string {
  if (backups.length === 0) return "No backups";
  const rows = backups.map(({ id, createdAt, perennial, tables, artefacts, secrets }) => [
    id,
    minute(createdAt),
    perennial,
    megabytes(tables.reduce((sum, { bytes }) => sum + bytes, 0)),
    count(artefacts.length),
    secrets ? "yes" : "no",
  ]);
  const right = (name: string) => ({ name, right: true as const });
  return table(["backup", "at", "version", right("database"), right("files"), "secrets"], rows);
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

function doneText(
  { id, tables, databaseBytes, artefacts, copied, copiedBytes, missing, deleted, archived }: BackupDone & {
    archived: boolean;
  },
  folder: string,
): string {
  const lines = [
    `Backup ${id} is in "${folder}": ${tables} tables (${megabytes(databaseBytes)}), ` +
    `${count(artefacts)} files, ${count(copied)} of them new (${megabytes(copiedBytes)})`,
  ];
  if (archived) lines.push("Any later moment can be restored: perennial restore --at TIME");
  if (missing > 0) {
    lines.push(`${count(missing)} versions have no good file: perennial doctor names them`);
  }
  if (deleted.length > 0) lines.push(`Deleted: ${deleted.join(", ")}`);
  return lines.join("\n");
}

const restoredText = (
  { id, createdAt, secrets }: Manifest,
  { home, at, missing }: { home: string; at?: string; missing: number },
): string =>
  (at === undefined
    ? `Backup ${id} of ${minute(createdAt)} is restored into "${home}". `
    : `The database as of ${at} is restored into "${home}". `) +
  (missing === 0
    ? ""
    : `${
      counted(missing, "version")
    } made since the last backup before it have no file: perennial doctor names them. `) +
  (secrets ? "" : "It has no secrets: set PERENNIAL_SECRET and PERENNIAL_SIGNING_KEY. ") +
  "Who was erased or has objected since then is back as before: ask for that again (docs/privacy.md). " +
  "Start it (perennial up): workflows begin again from the database";
