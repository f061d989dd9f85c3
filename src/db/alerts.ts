import { z } from "zod";
import type { Sql } from "./connect.ts";

/** Something a person should know about; open until its cause is gone. */
export const Alert = z.object({
  id: z.int(),
  key: z.string(),
  model: z.string().nullable(),
  title: z.string(),
  detail: z.record(z.string(), z.unknown()),
  openedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().nullable(),
});
export type Alert = z.infer<typeof Alert>;

/** Opens an alert unless one with this key is open already. */
export async function openAlert(
  sql: Sql,
  { key, model, title, detail }: Pick<Alert, "key" | "model" | "title" | "detail">,
): Promise<void> {
  await sql`insert into alerts (key, model, title, detail) values (${key}, ${model}, ${title}, ${
    sql.json(detail as never)
  })
    on conflict (key) where closed_at is null do nothing`;
}

/** Closes the alert with this key, if one is open. */
export async function closeAlert(sql: Sql, key: string): Promise<void> {
  await sql`update alerts set closed_at = now() where key = ${key} and closed_at is null`;
}

/** Closes every alert of a model: a new version serves, so what was said of the old one no longer holds. */
export async function closeAlertsOf(sql: Sql, model: string): Promise<void> {
  await sql`update alerts set closed_at = now() where model = ${model} and closed_at is null`;
}

/** Alerts, newest first. */
export async function listAlerts(sql: Sql, { open = true, limit = 100 } = {}): Promise<Alert[]> {
  const rows = await sql`select id, key, model, title, detail, opened_at, closed_at from alerts
    where ${open ? sql`closed_at is null` : sql`true`} order by opened_at desc limit ${limit}`;
  return z.array(Alert).parse([...rows]);
}
