import type { Sql } from "./connect.ts";

/** The value stored under `name`, or null. */
export async function getSetting(sql: Sql, name: string): Promise<unknown> {
  const [row] = await sql`select value from settings where name = ${name}`;
  return row?.value ?? null;
}

/** Stores `value` (plain JSON) under `name`, in place of what was there. */
export async function putSetting(sql: Sql, name: string, value: unknown): Promise<void> {
  await sql`insert into settings (name, value) values (${name}, ${sql.json(value as never)})
            on conflict (name) do update set value = excluded.value, updated_at = now()`;
}

/** Stores `value` under `name` where nothing is stored yet. @returns what is stored: of several at once the first one's */
export async function claimSetting(sql: Sql, name: string, value: unknown): Promise<unknown> {
  const known = await getSetting(sql, name);
  if (known !== null) return known;
  await sql`insert into settings (name, value) values (${name}, ${sql.json(value as never)})
            on conflict (name) do nothing`;
  return await getSetting(sql, name);
}

/** Forgets what is stored under `name`. */
export async function deleteSetting(sql: Sql, name: string): Promise<void> {
  await sql`delete from settings where name = ${name}`;
}

/** Whether the server takes no changes now, as a standby or by its settings. @throws where it does not answer */
export async function isReadOnly(sql: Sql): Promise<boolean> {
  const [row] = await sql`select current_setting('transaction_read_only') = 'on' as read_only`;
  return row.readOnly;
}
