import { randomBytes } from "node:crypto";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { InvalidInputError } from "../../core/errors.ts";
import { sha256 } from "../../core/hash.ts";
import type { Sql } from "../../db/connect.ts";
import { getSetting, putSetting } from "../../db/settings.ts";
import { createPseudonymizer, type Pseudonym } from "../../privacy/pseudonym.ts";

const CHECK = "pseudonym_check";
const MARKED = "the secret of this installation";

/**
 * The pseudonyms of an installation. The secret is `given` (PERENNIAL_SECRET), else a file with owner-only rights,
 * made at first start.
 * @param options.replaces pseudonyms of a public secret that an older release made everything with
 * @throws {InvalidInputError} the database holds pseudonyms made with another secret: users would no longer match
 */
export async function openPseudonyms(
  sql: Sql,
  { home, given, replaces }: { home: string; given?: string; replaces?: Pseudonym },
): Promise<Pseudonym> {
  const pseudonym = createPseudonymizer(given ?? await keptSecret(home));
  const mark = pseudonym(MARKED);
  const known = await getSetting(sql, CHECK);
  if (known === null || known === replaces?.(MARKED)) await putSetting(sql, CHECK, mark);
  else if (known !== mark) {
    throw new InvalidInputError(
      `Cannot open this database: its user pseudonyms were made with another secret (fingerprint ` +
        `${fingerprint(known)}, this one's is ${fingerprint(mark)}); set PERENNIAL_SECRET to that one. ` +
        "A database cannot move to another secret: no shopper would be known again",
      "PERENNIAL_SECRET",
    );
  }
  return pseudonym;
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
