import type { Sql } from "./connect.ts";

/** The name of the key with this sha256, or null. */
export async function keyName(sql: Sql, sha256: string): Promise<string | null> {
  const [row] = await sql`select name from api_keys where sha256 = ${sha256}`;
  return row?.name ?? null;
}

/** Stores the sha256 of a key under its name, in place of an earlier one. */
export async function saveKey(sql: Sql, name: string, sha256: string): Promise<void> {
  await sql`insert into api_keys (name, sha256) values (${name}, ${sha256})
    on conflict (name) do update set sha256 = excluded.sha256`;
}

/** Stores the first key of an installation. False: somebody else stored a key of this name before. */
export async function addFirstKey(sql: Sql, name: string, sha256: string): Promise<boolean> {
  const added =
    await sql`insert into api_keys (name, sha256) values (${name}, ${sha256}) on conflict do nothing`;
  return added.count === 1;
}

/** Whether any key exists. */
export async function hasKeys(sql: Sql): Promise<boolean> {
  return (await sql`select 1 from api_keys limit 1`).count > 0;
}
