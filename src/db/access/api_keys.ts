import { z } from "zod";
import { ROLES } from "../../security/roles.ts";
import { type Scope, SCOPES } from "../../security/scopes.ts";
import type { Sql } from "../connect.ts";

/** The holder of a key, and its role. */
export const KeyHolder = z.object({
  name: z.string(),
  role: z.enum(ROLES),
});
export type KeyHolder = z.infer<typeof KeyHolder>;

/** A key that was presented: whose it is, which one, and what it may do of what its role allows. */
export const PresentedKey = KeyHolder.extend({
  id: z.string(),
  scopes: z.array(z.enum(SCOPES)).nullable(),
});
export type PresentedKey = z.infer<typeof PresentedKey>;

/** A key as it is listed: never itself, nor its hash. */
export const ApiKey = KeyHolder.extend({
  createdAt: z.iso.datetime(),
  createdBy: z.string().nullable().describe("null: the installation made it, or the environment gave it"),
  lastUsedAt: z.iso.datetime().nullable().describe("to the minute; null: never"),
  expiresAt: z.iso.datetime().nullable().describe("null: never"),
  expired: z.boolean().default(false).describe("whether it lets nobody in any more"),
  scopes: z.array(z.enum(SCOPES)).nullable().describe("what it may do of what its role allows; null: all"),
});
export type ApiKey = z.infer<typeof ApiKey>;

const COLUMNS = ["name", "role", "created_at", "created_by", "last_used_at", "expires_at", "scopes"];

/** Returns the stored hash of a key with this sha256, under a row's own salt (`0013_roles.sql`). */
export const hashIn = (sql: Sql, sha256: string) =>
  sql`encode(sha256(convert_to(salt || ${sha256}::text, 'UTF8')), 'hex')`;

/** The same of the key before a rotation, which holds for a while longer. */
const previousHashIn = (sql: Sql, sha256: string) =>
  sql`encode(sha256(convert_to(previous_salt || ${sha256}::text, 'UTF8')), 'hex')`;

/** Whether a row is the key with this sha256, and has not ended. */
const isKey = (sql: Sql, sha256: string) =>
  sql`(hash = ${hashIn(sql, sha256)}
      or (previous_hash = ${previousHashIn(sql, sha256)} and previous_until > now()))
    and coalesce(expires_at > now(), true)`;

/** Returns when the key with this sha256 expired; null: it is none, or lets its holder in. */
export async function expiryOf(sql: Sql, sha256: string): Promise<string | null> {
  const [row] = await sql`select expires_at from api_keys
    where hash = ${hashIn(sql, sha256)} and expires_at <= now()`;
  return row?.expiresAt ?? null;
}

/**
 * Returns the holder of the key with this sha256, or null. Reads all keys: each has a salt of its own, and there are
 * few.
 */
export async function findKey(sql: Sql, sha256: string): Promise<PresentedKey | null> {
  const [row] = await sql`select id, name, role, scopes from api_keys where ${isKey(sql, sha256)}`;
  return row ? PresentedKey.parse(row) : null;
}

/** The same as `findKey`, and writes down that the key is used, at most once a minute. */
export async function useKey(sql: Sql, sha256: string): Promise<PresentedKey | null> {
  const [row] = await sql`with found as (select id, name, role, scopes, last_used_at from api_keys
      where ${isKey(sql, sha256)}),
    used as (update api_keys k set last_used_at = now() from found
      where k.name = found.name and coalesce(found.last_used_at < now() - interval '1 minute', true))
    select id, name, role, scopes from found`;
  return row ? PresentedKey.parse(row) : null;
}

/**
 * Gives a key's holder another one; the one before holds until `overlapMs` have passed, and not a moment with 0. Null:
 * there is none of this name.
 */
export async function replaceKey(
  sql: Sql,
  { name, sha256, overlapMs }: { name: string; sha256: string; overlapMs: number },
): Promise<ApiKey | null> {
  const keyHash = sql`encode(sha256(convert_to(made.salt || ${sha256}::text, 'UTF8')), 'hex')`;
  const [row] = await sql`update api_keys k set previous_salt = k.salt, previous_hash = k.hash,
      previous_until = now() + ${overlapMs} * interval '1 millisecond', salt = made.salt, hash = ${keyHash}
    from (select gen_random_uuid()::text as salt) made where k.name = ${name}
    returning ${sql(COLUMNS.map((column) => `k.${column}`))}`;
  return row ? ApiKey.parse(row) : null;
}

/** Stores a key of the installation itself under its name, in place of an earlier one: it may do everything. */
export async function saveKey(sql: Sql, name: string, sha256: string): Promise<void> {
  const keyHash = hashIn(sql, sha256);
  await sql`insert into api_keys (name, role, salt, hash) select ${name}, 'admin', salt, ${keyHash}
      from (select gen_random_uuid()::text as salt) made
    on conflict (name) do update set hash = excluded.hash, salt = excluded.salt, role = excluded.role,
      id = excluded.id, previous_hash = null`;
}

/** Stores the first key of an installation. False: somebody else stored a key of this name before. */
export async function addFirstKey(sql: Sql, name: string, sha256: string): Promise<boolean> {
  return await insertKey(sql, { name, role: "admin", sha256, by: null }) !== null;
}

interface NewKey extends KeyHolder {
  sha256: string;
  by: string | null;
  expiresAt?: string | null;
  scopes?: readonly Scope[] | null;
}

/** Stores another key. Null: there is one of this name. */
export async function insertKey(
  sql: Sql,
  { name, role, sha256, by, expiresAt = null, scopes = null }: NewKey,
): Promise<ApiKey | null> {
  const keyHash = hashIn(sql, sha256);
  const [row] = await sql`insert into api_keys (name, role, created_by, expires_at, scopes, salt, hash)
    select ${name}, ${role}, ${by}, ${expiresAt}::timestamptz, ${scopes as
    | string[]
    | null}::text[], salt, ${keyHash}
    from (select gen_random_uuid()::text as salt) made
    on conflict do nothing returning ${sql(COLUMNS)}`;
  return row ? ApiKey.parse(row) : null;
}

/** Removes a key, and the sessions that it began. Null: there is none of this name. */
export async function deleteKey(sql: Sql, name: string): Promise<ApiKey | null> {
  const [row] = await sql`delete from api_keys where name = ${name} returning ${sql(COLUMNS)}`;
  return row ? ApiKey.parse(row) : null;
}

/** Every key, oldest first. */
export async function listKeys(sql: Sql): Promise<ApiKey[]> {
  const rows = await sql`select ${sql(COLUMNS)}, coalesce(expires_at <= now(), false) as expired
    from api_keys order by created_at, name`;
  return z.array(ApiKey).parse(rows);
}

/** Whether any key exists. */
export async function hasKeys(sql: Sql): Promise<boolean> {
  return (await sql`select 1 from api_keys limit 1`).count > 0;
}
