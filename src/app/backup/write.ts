import { createWriteStream } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { Clock } from "../../core/clock.ts";
import { ArtefactError } from "../../core/errors.ts";
import { VERSION } from "../../core/version.ts";
import { writeAudit } from "../../db/access/audit.ts";
import {
  type BackupTable,
  copyOut,
  keptArtefacts,
  migrationsOf,
  sequencesOf,
  tablesOf,
} from "../../db/backup.ts";
import { atOneMoment, type Database, type Sql } from "../../db/connect.ts";
import type { FileArtefacts } from "../../registry/artefacts.ts";
import { storeIdentity } from "../installation_identity.ts";
import { namedFiles } from "../retention/sweep.ts";
import { saveLastBackup } from "./last.ts";
import type { BackupPlace } from "./place.ts";
import { backupId, listBackups, MANIFEST, type Manifest, SECRETS } from "./manifest.ts";
import { sealSecrets } from "./secrets.ts";

/** Files of the home that a database cannot be used without, or that what was signed is checked by. */
export const SECRET_FILES = [
  "secret",
  "signing-key",
  "signing-keys.trusted",
  "versions-signed",
  "api-key",
  "audit-checkpoint",
] as const;

export interface BackupDeps {
  sql: Database;
  store: FileArtefacts;
  clock: Clock;
  home: string;
  /** secrets that the environment gives in place of files of the home, by the file's name */
  given: Readonly<Record<string, string | undefined>>;
}

interface BackupWish {
  to: BackupPlace;
  /** null: without secrets, which have to be kept elsewhere */
  passphrase: string | null;
  /** how many backups stay in the folder; left out: all */
  keep?: number;
  who: string;
}

/** What a backup came to. */
export interface BackupDone {
  id: string;
  tables: number;
  databaseBytes: number;
  /** files that its rows name and that are there */
  artefacts: number;
  /** of these, files that the folder did not have yet */
  copied: number;
  copiedBytes: number;
  /** versions that should have a file and have none, or a damaged one */
  missing: number;
  /** ids of older backups that were deleted */
  deleted: string[];
}

/**
 * Backs up database, artefacts and secrets into a folder or a bucket, consistent with each other: rows as of one moment,
 * and then the files that they name, which are all older. Files that are there from an earlier backup are not copied again.
 */
export async function backUp(
  deps: BackupDeps,
  { to, passphrase, keep, who }: BackupWish,
): Promise<BackupDone> {
  const { sql, clock } = deps;
  const { folder } = to;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const id = backupId(clock(), crypto.randomUUID());
  const draft = join(folder, `.${id}`);
  await mkdir(draft, { mode: 0o700 });
  try {
    const secrets = passphrase === null ? null : sealSecrets(await secretsOf(deps), passphrase, id);
    if (secrets !== null) await writeFile(join(draft, SECRETS), secrets, { mode: 0o600 });
    const { manifest, needed } = await atOneMoment(sql, async (tx) => ({
      manifest: await writeTables(tx, deps, { draft, id, secrets: secrets !== null }),
      needed: await keptArtefacts(tx),
    }));
    const copied = await copyFiles(deps.store, to.artefacts, manifest.artefacts);
    const whole: Manifest = { ...manifest, artefacts: copied.present };
    await writeFile(join(draft, MANIFEST), JSON.stringify(whole, null, 2), { mode: 0o600, flush: true });
    await rename(draft, join(folder, id));
    await to.store(id);
    const deleted = keep === undefined ? [] : await deleteOld(to, keep);
    const { present, ...figures } = copied;
    const isPresent = new Set(present);
    const missing = needed.filter((hash) => !isPresent.has(hash)).length;
    const databaseBytes = whole.tables.reduce((sum, { bytes }) => sum + bytes, 0);
    const done = {
      id,
      tables: whole.tables.length,
      databaseBytes,
      artefacts: present.length,
      ...figures,
      missing,
      deleted,
    };
    await noteBackup(sql, { ...done, folder: to.name, who, at: manifest.createdAt });
    return done;
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

async function secretsOf({ home, given }: BackupDeps): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of SECRET_FILES) {
    const text = given[name] ?? await readFile(join(home, name), "utf8").catch(() => null);
    if (text !== null) files[name] = text;
  }
  return files;
}

async function writeTables(
  tx: Sql,
  { store, clock }: BackupDeps,
  { draft, id, secrets }: { draft: string; id: string; secrets: boolean },
): Promise<Manifest> {
  const folder = join(draft, "tables");
  await mkdir(folder, { mode: 0o700 });
  const tables: Manifest["tables"] = [];
  for (const table of await tablesOf(tx)) tables.push(await writeTable(tx, table, folder));
  const { known } = await storeIdentity(tx, store);
  return {
    format: 1,
    id,
    createdAt: new Date(clock()).toISOString(),
    perennial: VERSION,
    migrations: await migrationsOf(tx),
    tables,
    sequences: await sequencesOf(tx),
    artefacts: [...await namedFiles(tx, store)].sort(),
    store: known && { id: known.id },
    secrets,
  };
}

async function writeTable(tx: Sql, table: BackupTable, folder: string): Promise<Manifest["tables"][number]> {
  const file = `${table.schema}.${table.name}.copy.gz`;
  const hash = createHash("sha256");
  let bytes = 0;
  const counting = new Transform({
    transform(chunk, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const target = createWriteStream(join(folder, file), { mode: 0o600, flush: true });
  await pipeline(copyOut(tx, table), createGzip(), counting, target);
  return { ...table, file, bytes, sha256: hash.digest("hex") };
}

/** Copies the files that the target has not. Many names are of no file: hashes of keys, of rows, of files that were let go. */
async function copyFiles(
  from: FileArtefacts,
  to: FileArtefacts,
  hashes: readonly string[],
): Promise<{ present: string[]; copied: number; copiedBytes: number }> {
  const result = { present: [] as string[], copied: 0, copiedBytes: 0 };
  for (const hash of hashes) {
    if ((await to.stat(hash).catch(() => null)) === null) {
      const bytes = await readable(from, hash);
      if (bytes === null) continue;
      await to.put(bytes);
      result.copied++;
      result.copiedBytes += bytes.length;
    }
    result.present.push(hash);
  }
  return result;
}

async function readable(store: FileArtefacts, hash: string): Promise<Uint8Array | null> {
  try {
    return await store.get(hash);
  } catch (error) {
    if (error instanceof ArtefactError) return null;
    throw error;
  }
}

/** Deletes all but the newest backups, and the files that no backup names any more. */
async function deleteOld(place: BackupPlace, keep: number): Promise<string[]> {
  const backups = await listBackups(place.folder);
  const old = backups.slice(0, Math.max(0, backups.length - keep));
  if (old.length === 0) return [];
  for (const { id } of old) await place.forget(id);
  const named = new Set(backups.slice(old.length).flatMap(({ artefacts }) => artefacts));
  const { artefacts } = place;
  for (const { name } of await artefacts.list()) if (!named.has(name)) await artefacts.remove(name);
  return old.map(({ id }) => id);
}

async function noteBackup(
  sql: Database,
  { who, folder, at, ...done }: BackupDone & { who: string; folder: string; at: string },
): Promise<void> {
  await saveLastBackup(sql, { at, folder, id: done.id });
  const after = { ...done, deleted: done.deleted.length };
  await writeAudit(sql, {
    requestId: `backup/${done.id}`,
    who,
    action: "backup",
    target: folder,
    why: "perennial backup",
    after,
  });
}
