import { randomBytes } from "node:crypto";
import { sha256 } from "../../core/hash.ts";
import {
  addFirstKey,
  deleteKey,
  expiryOf,
  findKey,
  hasKeys,
  type PresentedKey,
  saveKey,
  useKey,
} from "../../db/access/api_keys.ts";
import type { Sql } from "../../db/connect.ts";
import { keyFile, readKey } from "./key_file.ts";

/** The name of the key that an installation makes for itself, and of one that the environment gives. */
export const FIRST_KEY = "owner";
export const GIVEN_KEY = "environment";

const SHORTEST_GIVEN_KEY = 16; // characters

/** Returns the file of an installation's key on this machine. */
export interface InstallationKey {
  /** Null: the database knows a key, but this machine has no copy of it. */
  key: string | null;
  /** The file that holds it; null where it came from the environment or is not here. */
  path: string | null;
  /** True once only: when it was made just now. Print it then, and never again. */
  created: boolean;
}

/** A new key: `pk_` and 32 random bytes in base64url. */
export const newKey = (): string => `pk_${randomBytes(32).toString("base64url")}`;

/**
 * The API key of an installation; made when the database knows none yet. Only a salted hash of it stays in the database.
 * Safe when several processes start at once, and after a crash between any two steps.
 * @param options.given a key from the environment: it is let in beside the others, under the name `environment`; left
 *   out, one that it gave before ends where `isApi`: a worker may well be started without it
 * @throws {RangeError} the given key is shorter than 16 characters
 */
export async function ensureApiKey(
  sql: Sql,
  { home, given, isApi = true }: { home: string; given?: string; isApi?: boolean },
): Promise<InstallationKey> {
  if (given !== undefined) return await letIn(sql, given);
  if (isApi) await deleteKey(sql, GIVEN_KEY); // it ends with the variable, and so do its sessions
  const path = keyFile(home);
  if (await hasKeys(sql)) return await kept(sql, path);
  // A key whose database was made anew stays the key: what uses it need not change.
  const created = await readKey(path) === null && await keepKey(path, newKey());
  await addFirstKey(sql, FIRST_KEY, sha256((await readKey(path))!));
  return { ...await kept(sql, path), created };
}

/** The key in the file, if the database knows it. */
async function kept(sql: Sql, path: string): Promise<InstallationKey> {
  const key = await readKey(path);
  const isKnown = key !== null && await findKey(sql, sha256(key)) !== null;
  return isKnown ? { key, path, created: false } : { key: null, path: null, created: false };
}

/**
 * Returns the holder of the key that was presented, or null. Only its sha256 is looked up, so the time taken tells
 * nothing of a key. That it is used is written down.
 */
export const holderOfKey = (sql: Sql, presented: string): Promise<PresentedKey | null> =>
  useKey(sql, sha256(presented));

/** When the key that was presented expired, for who was refused with it; null: it is no key of ours. */
export const expiryOfKey = (sql: Sql, presented: string): Promise<string | null> =>
  expiryOf(sql, sha256(presented));

async function letIn(sql: Sql, key: string): Promise<InstallationKey> {
  if (key.length < SHORTEST_GIVEN_KEY) {
    throw new RangeError(
      `Cannot use PERENNIAL_API_KEY: need >= ${SHORTEST_GIVEN_KEY} characters, have ${key.length}`,
    );
  }
  if (await findKey(sql, sha256(key)) === null) await saveKey(sql, GIVEN_KEY, sha256(key));
  return { key, path: null, created: false };
}

/** Writes the key, owner-only, whole or not at all. @returns false: another process was first, its key stays */
async function keepKey(path: string, key: string): Promise<boolean> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(draft, key + "\n", { mode: 0o600, createNew: true });
  try {
    await Deno.link(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  } finally {
    await Deno.remove(draft);
  }
}
