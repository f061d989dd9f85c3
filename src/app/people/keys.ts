import { randomUUID } from "node:crypto";
import { systemClock } from "../../core/clock.ts";
import { ConflictError } from "../../core/errors.ts";
import { composed } from "../../core/text.ts";
import type { Database, Sql } from "../../db/connect.ts";
import { type Asked, findPeople, type Person } from "../../db/people/people.ts";
import type { Pseudonym } from "../../privacy/pseudonym.ts";

/** The map of shoppers, as who reads and writes it needs it. */
export interface PeopleDeps {
  readonly sql: Sql;
  /** the keyed hash of a shopper's id */
  readonly pseudonym: Pseudonym;
  /** shoppers of data that everybody has keep their hash as their key: a replay of them is the same everywhere */
  readonly publicKeys?: boolean;
}

/** Shoppers by their ids; one who is not known stands under the hash of the id, which leads nowhere. */
export interface Keys {
  (user: string): string;
  /** whether this shopper objects to being profiled */
  objects(user: string): boolean;
  isKnown(user: string): boolean;
}

/** A look-up is remembered so long at most: that a shopper was erased, or objects, is known everywhere after this. */
export const REMEMBERED_MS = 10 * 60_000;
/** Where nobody listens for changes. */
const UNHEARD_MS = 60_000;
const REMEMBERED_MAX = 100_000; // shoppers, in each half

/** Finds the keys of shoppers, and makes those of shoppers who are new: one statement for all that are not remembered. */
export const keysOf = (deps: PeopleDeps, users: Iterable<string>): Promise<Keys> =>
  lookUp(deps, users, deps.publicKeys ? (hash) => hash : () => randomUUID());

/** Finds the keys of shoppers, and adds nobody. */
export const knownKeysOf = (deps: PeopleDeps, users: Iterable<string>): Promise<Keys> => lookUp(deps, users);

/**
 * Finds all keys of one shopper: an earlier version took an id for two where its marks came on its letters and beside them,
 * or where a character came that is not seen.
 * @returns none: nobody is known by this id
 */
export async function allKeysOf({ sql, pseudonym }: PeopleDeps, user: string): Promise<string[]> {
  const seen = composed(user);
  const forms = [seen, seen.normalize("NFD"), user.normalize("NFC"), user.normalize("NFD"), user];
  const hashes = new Map(forms.map((form) => [pseudonym(form), form]));
  const { people } = await findPeople(sql, askedOf(pseudonym, hashes), { layers: pseudonym.layers ?? 1 });
  return [...new Set([...hashes.keys()].flatMap((hash) => people.get(hash)?.key ?? []))];
}

/** Forgets what this process remembers of everybody. */
export const forgetRemembered = (sql: Sql): void => remembered.get(sql)?.forget();

/**
 * Has what is remembered beside a connection pool be forgotten as soon as anybody is erased or objects, also elsewhere; it
 * is remembered for longer then. @returns ends it
 */
export async function followPeople(sql: Database): Promise<() => Promise<void>> {
  const cache = cacheOf(sql);
  const forget = () => cache.forget();
  const { unlisten } = await sql.listen(PEOPLE_CHANNEL, forget, forget); // the second: the connection was lost meanwhile
  cache.lifeMs = REMEMBERED_MS;
  return async () => {
    cache.lifeMs = UNHEARD_MS;
    cache.forget();
    await unlisten();
  };
}

const PEOPLE_CHANNEL = "perennial_people";

async function lookUp(
  { sql, pseudonym, publicKeys }: PeopleDeps,
  users: Iterable<string>,
  newKey?: (hash: string) => string,
): Promise<Keys> {
  const cache = cacheOf(sql);
  cache.age(systemClock());
  const hashes = new Map<string, string>();
  const people = new Map<string, Person>();
  const missing = new Map<string, string>();
  for (const given of users) {
    if (hashes.has(given)) continue;
    const user = composed(given);
    const hash = pseudonym(user);
    hashes.set(given, hash);
    const person = cache.get(hash);
    if (person) people.set(hash, person);
    else missing.set(hash, user);
  }
  if (missing.size > 0) {
    const { generation } = cache;
    const layers = publicKeys ? 0 : pseudonym.layers ?? 1;
    const before = await knownBefore({ sql, pseudonym }, missing, layers);
    for (const hash of before.keys()) missing.delete(hash);
    const asked = askedOf(pseudonym, missing);
    const found = await findPeople(sql, asked, { newKey, layers });
    if (!publicKeys && found.layers > layers && found.people.size < missing.size) {
      throw new ConflictError("Cannot find shoppers: the secret was rotated; start this process again");
    }
    for (const [hash, person] of [...before, ...found.people]) {
      people.set(hash, person);
      if (cache.generation === generation) cache.set(hash, person); // else it may be what was just forgotten
    }
  }
  const hashOf = (user: string) => hashes.get(user) ?? pseudonym(composed(user));
  const key = (user: string) => people.get(hashOf(user))?.key ?? hashOf(user);
  return Object.assign(key, {
    objects: (user: string) => people.get(hashOf(user))?.objects ?? false,
    isKnown: (user: string) => people.has(hashOf(user)),
  });
}

function askedOf(pseudonym: Pseudonym, users: ReadonlyMap<string, string>): Asked[] {
  return [...users].map(([hash, user]) => ({ hash, older: pseudonym.older?.(user) ?? null }));
}

/**
 * Finds shoppers whom an earlier version noted with the marks of their ids beside the letters (NFD): who was known so, and
 * is not known otherwise, stays who they are.
 * @param users by hash
 */
async function knownBefore(
  { sql, pseudonym }: Pick<PeopleDeps, "sql" | "pseudonym">,
  users: ReadonlyMap<string, string>,
  layers: number,
): Promise<Map<string, Person>> {
  const known = new Map<string, Person>();
  const marked = [...users].flatMap(([hash, user]) => {
    const apart = user.normalize("NFD");
    return apart === user ? [] : [{ hash, user, apart, apartHash: pseudonym(apart) }];
  });
  if (marked.length === 0) return known;
  const hashes = marked.flatMap(({ hash, user, apart, apartHash }) =>
    [[hash, user], [apartHash, apart]] as const
  );
  const { people } = await findPeople(sql, askedOf(pseudonym, new Map(hashes)), { layers });
  for (const { hash, apartHash } of marked) {
    const person = people.get(hash) ?? people.get(apartHash);
    if (person) known.set(hash, person);
  }
  return known;
}

/** By connection pool: another database has other shoppers. */
const remembered = new WeakMap<Sql, Remembered>();

function cacheOf(sql: Sql): Remembered {
  const cache = remembered.get(sql) ?? new Remembered();
  remembered.set(sql, cache);
  return cache;
}

/** Keeps what was looked up for at most its life, in two halves: the older one goes as a whole. */
class Remembered {
  lifeMs = UNHEARD_MS;
  /** how often everything was forgotten */
  generation = 0;
  #young = new Map<string, Person>();
  #old = new Map<string, Person>();
  #youngSinceMs = systemClock();
  #oldUntilMs = 0;

  get(hash: string): Person | undefined {
    return this.#young.get(hash) ?? this.#old.get(hash);
  }

  set(hash: string, person: Person): void {
    this.#young.set(hash, person);
  }

  forget(): void {
    this.generation++;
    this.#young = new Map();
    this.#old = new Map();
  }

  /** Lets go what is too old. To be called before each look-up. */
  age(nowMs: number): void {
    if (nowMs - this.#youngSinceMs >= this.lifeMs / 2 || this.#young.size >= REMEMBERED_MAX) {
      this.#old = this.#young;
      this.#oldUntilMs = this.#youngSinceMs + this.lifeMs;
      this.#young = new Map();
      this.#youngSinceMs = nowMs;
    }
    if (nowMs >= this.#oldUntilMs) this.#old = new Map();
  }
}
