import { z } from "zod";
import type { Sql } from "./connect.ts";

/** One change a person made. */
export const AuditRow = z.object({
  id: z.int(),
  requestId: z.string(),
  at: z.iso.datetime(),
  who: z.string(),
  action: z.string(),
  target: z.string(),
  why: z.string(),
  before: z.unknown(),
  after: z.unknown(),
});
export type AuditRow = z.infer<typeof AuditRow>;

/** Writes a change down, once per request. */
export async function writeAudit(
  sql: Sql,
  row: Omit<AuditRow, "id" | "at" | "before" | "after"> & { before?: unknown; after?: unknown },
): Promise<void> {
  const json = (value: unknown) => value === undefined ? null : sql.json(value as never);
  await sql`insert into audit (request_id, who, action, target, why, before, after)
    values (${row.requestId}, ${row.who}, ${row.action}, ${row.target}, ${row.why}, ${json(row.before)}, ${
    json(row.after)
  })
    on conflict (request_id) do nothing`;
}

/** Changes people made, newest first. */
export async function listAudit(sql: Sql, limit = 100): Promise<AuditRow[]> {
  const rows = await sql`select id, request_id, at, who, action, target, why, before, after
    from audit order by id desc limit ${limit}`;
  return z.array(AuditRow).parse([...rows]);
}
