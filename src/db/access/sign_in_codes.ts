import type { Sql } from "../connect.ts";

/** Stores a code that signs in as the holder of a key. @returns false: there is no key of this name */
export async function addCode(
  sql: Sql,
  { sha256, keyName, expiresMs }: { sha256: string; keyName: string; expiresMs: number },
): Promise<boolean> {
  await sql`delete from sign_in_codes where expires_at < now() - interval '1 day'`;
  const added = await sql`insert into sign_in_codes (sha256, key_name, key_hash, expires_at)
    select ${sha256}, name, hash, ${new Date(expiresMs)} from api_keys where name = ${keyName}`;
  return added.count === 1;
}

/** Uses a code up. @returns the key that it stands for; null: it is not known, was used, or is too old */
export async function takeCode(
  sql: Sql,
  sha256: string,
  { atMs }: { atMs: number },
): Promise<{ keyName: string; keyHash: string } | null> {
  const [row] =
    await sql`delete from sign_in_codes where sha256 = ${sha256} returning key_name, key_hash, expires_at`;
  if (!row || Date.parse(row.expiresAt) <= atMs) return null;
  return { keyName: row.keyName, keyHash: row.keyHash };
}
