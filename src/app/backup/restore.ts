import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { ConflictError, InvalidInputError } from "../../core/errors.ts";
import { writeAudit } from "../../db/access/audit.ts";
import { beginFilling, copyIn, endFilling, keptArtefacts, makeScope, setSequence } from "../../db/backup.ts";
import type { Database, Sql } from "../../db/connect.ts";
import { migrate, migrateTo } from "../../db/migrate.ts";
import { deleteSetting } from "../../db/settings.ts";
import { type FileArtefacts, readIfIntact } from "../../registry/artefacts.ts";
import type { BackupPlace } from "./place.ts";
import { type Manifest, SECRETS } from "./manifest.ts";
import { openSecrets } from "./secrets.ts";

/** Reads every file of a backup, before anything is written anywhere. @throws {InvalidInputError} naming what is damaged */
export async function checkBackup({ folder, artefacts }: BackupPlace, manifest: Manifest): Promise<void> {
  for (const { file, sha256 } of manifest.tables) {
    const path = join(folder, manifest.id, "tables", file);
    const hash = createHash("sha256");
    await pipeline(createReadStream(path), hash).catch((error) => {
      throw damaged(path, error.message);
    });
    if (hash.digest("hex") !== sha256) throw damaged(path, "its sha256 is not the manifest's");
  }
  for (const hash of manifest.artefacts) {
    await artefacts.get(hash).catch((error) => {
      throw damaged(artefacts.pathOf(hash), error.message);
    });
  }
}

const damaged = (path: string, why: string) =>
  new InvalidInputError(
    `Cannot restore this backup: "${path}" is damaged (${why}); nothing was changed`,
    "backup",
  );

/** Opens the secrets of a backup; none: it was made without. */
export async function secretsIn(
  folder: string,
  { id, secrets }: Manifest,
  passphrase: string | null,
): Promise<Record<string, string>> {
  if (!secrets) return {};
  if (passphrase === null) {
    throw new InvalidInputError(
      "Cannot open the secrets of this backup: set PERENNIAL_BACKUP_PASSPHRASE",
      "passphrase",
    );
  }
  return openSecrets(await readFile(join(folder, id, SECRETS), "utf8"), passphrase, id);
}

/** Writes secrets into a home. @throws {ConflictError} another one is there: what it protects would be lost with it */
export async function placeSecrets(home: string, secrets: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(secrets)) {
    const known = await readFile(join(home, name), "utf8").catch(() => null);
    if (known === null || known === text) continue;
    throw new ConflictError(
      `Cannot restore into "${home}": its file ${name} is another one; use an empty installation`,
    );
  }
  for (const [name, text] of Object.entries(secrets)) {
    await writeFile(join(home, name), text, { mode: 0o600 });
  }
}

/**
 * Fills an empty database with a backup, all or nothing: the schema as it was, the rows as they were, then the migrations
 * that came since. Which Temporal it belonged to is forgotten: workflows are begun again from the rows.
 */
export async function restoreDatabase(
  owner: Database,
  { folder, manifest, who }: { folder: string; manifest: Manifest; who: string },
): Promise<void> {
  await owner.begin(async (tx) => {
    await migrateTo(tx, manifest.migrations);
    for (const schema of new Set(manifest.tables.map((table) => table.schema))) {
      if (schema !== "public") await makeScope(tx, schema);
    }
    for (const table of manifest.tables.toReversed()) await beginFilling(tx, table); // those that refer to others first
    for (const table of manifest.tables) {
      await fill(tx, join(folder, manifest.id, "tables", table.file), table);
    }
    for (const sequence of manifest.sequences) await setSequence(tx, sequence);
    await tx`set constraints all immediate`;
    for (const table of manifest.tables) await endFilling(tx, table);
    await noteRestore(tx, { id: manifest.id, asOf: manifest.createdAt, who });
  });
  await migrate(owner);
}

/** Makes a database that was recovered as of a moment one that is begun again from. @returns versions that have no file */
export async function restoreAsOf(
  owner: Database,
  { id, asOf, who, store }: { id: string; asOf: string; who: string; store: FileArtefacts },
): Promise<number> {
  await owner.begin((tx) => noteRestore(tx, { id, asOf, who }));
  await migrate(owner);
  let lost = 0;
  for (const hash of await keptArtefacts(owner)) if (!await isGood(store, hash)) lost++;
  return lost;
}

async function noteRestore(
  tx: Sql,
  { id, asOf, who }: { id: string; asOf: string; who: string },
): Promise<void> {
  await deleteSetting(tx, "temporal");
  const requestId = `restore/${crypto.randomUUID()}`;
  const why = "perennial restore";
  await writeAudit(tx, { requestId, who, action: "restore", why, target: id, before: { createdAt: asOf } });
}

async function fill(tx: Sql, path: string, table: Manifest["tables"][number]): Promise<void> {
  await pipeline(createReadStream(path), createGunzip(), await copyIn(tx, table));
}

/** Copies the files of a backup that a store lacks or has damaged. @returns how many */
export async function restoreArtefacts(
  { artefacts: from }: BackupPlace,
  { artefacts }: Pick<Manifest, "artefacts">,
  to: FileArtefacts,
): Promise<number> {
  let copied = 0;
  for (const hash of artefacts) {
    if (await isGood(to, hash)) continue;
    await to.put(await from.get(hash));
    copied++;
  }
  return copied;
}

const isGood = async (store: FileArtefacts, hash: string): Promise<boolean> =>
  await readIfIntact(store.get(hash)) !== undefined;
