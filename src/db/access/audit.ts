import { z } from "zod";
import { maskPersonal } from "../../core/personal_text.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

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

/** A change to be written down. */
export type AuditEntry = Omit<AuditRow, "id" | "at" | "before" | "after"> & {
  before?: unknown;
  after?: unknown;
};

/** Writes a change down, once per request. */
export async function writeAudit(sql: Sql, row: AuditEntry): Promise<void> {
  const json = (value: unknown) => value === undefined ? null : sql.json(value as never);
  await sql`insert into audit (request_id, who, action, target, why, before, after)
    values (${row.requestId}, ${row.who}, ${row.action}, ${row.target}, ${maskPersonal(row.why)},
            ${json(row.before)}, ${json(row.after)})
    on conflict (request_id) do nothing`;
}

/** What the audit has besides changes: who got in, who was refused, who read or took what. */
export const ACCESS_ACTIONS = [
  "sign in",
  "sign-in refused",
  "first use of a key",
  "refused",
  "read of persons' data",
  "export",
] as const;

/** Selects rows. */
interface AuditFilter {
  who?: string;
  action?: string;
  /** left out: changes alone, unless an action is named */
  show?: "changes" | "accesses" | "all";
  /** only those written before the row of this id */
  before?: number;
  limit?: number;
}

/** Changes people made, newest first. */
export async function listAudit(sql: Sql, filter: AuditFilter | number = {}): Promise<AuditRow[]> {
  return (await pageOfAudit(sql, typeof filter === "number" ? { limit: filter } : filter)).changes;
}

/** Changes people made, newest first, and the `before` of the page after them; null: these were the last. Goes by the primary key. */
export async function pageOfAudit(
  sql: Sql,
  { who, action, before, show = action === undefined ? "changes" : "all", limit = 100 }: AuditFilter,
): Promise<{ changes: AuditRow[]; next: number | null }> {
  const accesses = sql`action = any(${[...ACCESS_ACTIONS]}::text[])`;
  const shown = { changes: sql`not ${accesses}`, accesses, all: sql`true` }[show];
  const rows = await sql`select id, request_id, at, who, action, target, why, before, after from audit
    where ${before ? sql`id < ${before}` : sql`true`} and ${shown} ${who ? sql`and who = ${who}` : sql``}
      ${action ? sql`and action = ${action}` : sql``}
    order by id desc limit ${limit + 1}`;
  const changes = readRows(AuditRow, rows.slice(0, limit));
  return { changes, next: rows.length > limit ? changes[limit - 1].id : null };
}

/** Lists who changed something, and the kinds of changes, in order. */
export async function auditNames(sql: Sql): Promise<{ who: string[]; actions: string[] }> {
  const [row] = await sql`select
    (select coalesce(array_agg(distinct who order by who), '{}') from audit) as who,
    (select coalesce(array_agg(distinct action order by action), '{}') from audit) as actions`;
  return { who: row.who, actions: row.actions };
}
