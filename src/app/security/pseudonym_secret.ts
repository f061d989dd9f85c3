import { randomBytes } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError } from "../../core/errors.ts";
import { sha256 } from "../../core/hash.ts";
import { type Database, inTransaction, type Sql } from "../../db/connect.ts";
import { rehashPeople } from "../../db/people/people.ts";
import { getSetting, putSetting } from "../../db/settings.ts";
import { createPseudonymizer, layered, type Pseudonym } from "../../privacy/pseudonym.ts";

const CHECK = "pseudonym_check";
const MARKED = "the secret of this installation";

/**
 * The keyed hashes of an installation. The secret is `given` (PERENNIAL_SECRET), else a file with owner-only rights, made
 * at first start. Another secret laid over the one before begins a rotation; one that still ran is finished first.
 * @param options.replaces pseudonyms of a public secret that an older release made everything with
 * @throws {InvalidInputError} the database holds pseudonyms made with another secret: users would no longer match
 */
export async function openPseudonyms(
  sql: Database,
  { replaces, ...places }: SecretPlaces & { replaces?: Pseudonym },
): Promise<Pseudonym> {
  const secrets = await secretsOf(places);
  const pseudonym = layered(secrets);
  const mark = pseudonym(MARKED);
  const known = await getSetting(sql, CHECK);
  if (known === null || known === replaces?.(MARKED)) await begin(sql, { mark, layers: secrets.length });
  else if (isOfOlder(known, secrets)) {
    await finishRotation(sql, secrets.slice(0, -1)); // shoppers are found by the newest hash and the one before it
    await begin(sql, { mark, layers: secrets.length });
  } else if (known !== mark) {
    throw new InvalidInputError(
      `Cannot open this database: its user pseudonyms were made with another secret (fingerprint ` +
        `${fingerprint(known)}, this one's is ${fingerprint(mark)}); set PERENNIAL_SECRET to that one. ` +
        "To move to another secret keep that one beside it (perennial secret rotate, PERENNIAL_OLDER_SECRETS)",
      "PERENNIAL_SECRET",
    );
  }
  return pseudonym;
}

/** Whether a database was last opened with the first of these secrets, before one or several rotations. */
const isOfOlder = (known: unknown, secrets: readonly string[]): boolean =>
  secrets.slice(1).some((_, i) => layered(secrets.slice(0, i + 1))(MARKED) === known);

/** Where the secrets of an installation are: given by the environment, else in files of its home. */
interface SecretPlaces {
  home: string;
  /** PERENNIAL_SECRET */
  given?: string;
  /** PERENNIAL_OLDER_SECRETS: those before it, oldest first */
  older?: readonly string[];
}

/** Lists the secrets that hashes are made with, oldest first. */
export async function secretsOf({ home, given, older = [] }: SecretPlaces): Promise<string[]> {
  if (given !== undefined) return [...older, given];
  return [...await olderSecrets(home), await keptSecret(home)];
}

/** In the home: the secrets before the newest, one a line, oldest first. */
const OLDER = "secrets.older";

async function olderSecrets(home: string): Promise<string[]> {
  const text = await readFile(join(home, OLDER), "utf8").catch((error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
  return text.split("\n").filter((line) => line !== "");
}

/**
 * Makes a new secret, and keeps the one before: hashes by it are hashed again with the new one, in the background, from the
 * next start on.
 */
export async function rotateSecret(home: string): Promise<{ secrets: number }> {
  const older = [...await olderSecrets(home), await keptSecret(home)];
  const draft = join(home, `secret.${crypto.randomUUID()}`);
  await writeFile(draft, randomBytes(32).toString("base64url"), { mode: 0o600 });
  await writeFile(join(home, OLDER), older.map((secret) => `${secret}\n`).join(""), { mode: 0o600 });
  await rename(draft, join(home, "secret"));
  return { secrets: older.length + 1 };
}

/** From here on hashes are made with so many secrets; whoever knows fewer adds nobody any more. */
async function begin(sql: Sql, { mark, layers }: { mark: string; layers: number }): Promise<void> {
  await inTransaction(sql, async (tx) => {
    await putSetting(tx, CHECK, mark);
    await putSetting(tx, "people_layers", layers);
  });
}

/** Hashes everybody again who is hashed with fewer secrets, a batch at a time. @returns how many that were */
export async function finishRotation(
  sql: Database,
  secrets: readonly string[],
  { signal }: { signal?: AbortSignal } = {},
): Promise<number> {
  const layers = secrets.map((secret) => createPseudonymizer(secret));
  const hashOf = (hash: string, layer: number) =>
    layers.slice(layer).reduce((inner, overlay) => overlay(inner), hash);
  let total = 0;
  while (!signal?.aborted) {
    const done = await rehashPeople(sql, { layers: secrets.length, hashOf });
    if (done === 0) break;
    total += done;
  }
  return total;
}

/** The secret that the keys of an installation are derived from: `given` (PERENNIAL_SECRET), else its file. */
export const installationSecret = (
  { home, given }: { home: string; given?: string },
): Promise<string> => given === undefined ? keptSecret(home) : Promise.resolve(given);

/** Returns what names a secret without telling it. */
const fingerprint = (mark: unknown): string => sha256(String(mark)).slice(0, 12);

/** The secret in `<home>/secret`; the first of several processes that start at once makes it, whole or not at all. */
async function keptSecret(home: string): Promise<string> {
  const path = join(home, "secret");
  const draft = `${path}.${crypto.randomUUID()}`;
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as { code?: string }).code !== "ENOENT") throw error;
  }
  await writeFile(draft, randomBytes(32).toString("base64url"), { mode: 0o600 });
  await link(draft, path).catch((error) => {
    if (error.code !== "EEXIST") throw error;
  });
  await rm(draft);
  return await readFile(path, "utf8");
}
