import { z } from "zod";
import { ROLES } from "../../security/roles.ts";
import type { Sql } from "../connect.ts";

/** The holder of a key, and its role. */
export const KeyHolder = z.object({ name: z.string(), role: z.enum(ROLES) });
export type KeyHolder = z.infer<typeof KeyHolder>;

/** A key as it is listed: never itself, nor its hash. */
export const ApiKey = KeyHolder.extend({
  createdAt: z.iso.datetime(),
  createdBy: z.string().nullable().describe("null: the installation made it, or the environment gave it"),
  lastUsedAt: z.iso.datetime().nullable().describe("to the minute; null: never"),
});
export type ApiKey = z.infer<typeof ApiKey>;

const COLUMNS = ["name", "role", "created_at", "created_by", "last_used_at"];

/** Returns the stored hash of a key with this sha256, under a row's own salt (`0013_roles.sql`). */
export const hashIn = (sql: Sql, sha256: string) =>
  sql`encode(sha256(convert_to(salt || ${sha256}::text, 'UTF8')), 'hex')`;

/**
 * Returns the holder of the key with this sha256, or null. Reads all keys: each has a salt of its own, and there are
 * few.
 */
export async function findKey(sql: Sql, sha256: string): Promise<KeyHolder | null> {
  const [row] = await sql`select name, role from api_keys where hash = ${hashIn(sql, sha256)}`;
  return row ? KeyHolder.parse(row) : null;
}

/** The same as `findKey`, and writes down that the key is used, at most once a minute. */
export async function useKey(sql: Sql, sha256: string): Promise<KeyHolder | null> {
  const [row] = await sql`with found as (select name, role, last_used_at from api_keys
      where hash = ${hashIn(sql, sha256)}),
    used as (update api_keys k set last_used_at = now() from found
      where k.name = found.name and coalesce(found.last_used_at < now() - interval '1 minute', true))
    select name, role from found`;
  return row ? KeyHolder.parse(row) : null;
}

/** Stores a key of the installation itself under its name, in place of an earlier one: it may do everything. */
export async function saveKey(sql: Sql, name: string, sha256: string): Promise<void> {
  const keyHash = hashIn(sql, sha256);
  await sql`insert into api_keys (name, role, salt, hash) select ${name}, 'admin', salt, ${keyHash}
      from (select gen_random_uuid()::text as salt) made
    on conflict (name) do update set hash = excluded.hash, salt = excluded.salt, role = excluded.role`;
}

/** Stores the first key of an installation. False: somebody else stored a key of this name before. */
export async function addFirstKey(sql: Sql, name: string, sha256: string): Promise<boolean> {
  return await insertKey(sql, { name, role: "admin", sha256, by: null }) !== null;
}

/** Stores another key. Null: there is one of this name. */
export async function insertKey(
  sql: Sql,
  { name, role, sha256, by }: KeyHolder & { sha256: string; by: string | null },
): Promise<ApiKey | null> {
  const keyHash = hashIn(sql, sha256);
  const [row] = await sql`insert into api_keys (name, role, created_by, salt, hash)
    select ${name}, ${role}, ${by}, salt, ${keyHash} from (select gen_random_uuid()::text as salt) made
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
  return z.array(ApiKey).parse(await sql`select ${sql(COLUMNS)} from api_keys order by created_at, name`);
}

/** Whether any key exists. */
export async function hasKeys(sql: Sql): Promise<boolean> {
  return (await sql`select 1 from api_keys limit 1`).count > 0;
}
