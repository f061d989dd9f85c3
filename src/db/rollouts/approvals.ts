import { z } from "zod";
import { NotFoundError } from "../../core/errors.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

/** A validated version that waits for a person, or waited. */
export const Approval = z.object({
  cycleId: z.string(),
  model: z.string(),
  version: z.int(),
  text: z.string().describe("what is asked, with what validation found"),
  askedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  reminders: z.int().describe("how often somebody was reminded"),
  decision: z.enum(["approved", "rejected", "expired"]).nullable().describe("null: it waits"),
  decidedBy: z.string().nullable(),
  decidedWhy: z.string().nullable(),
  decidedAt: z.iso.datetime().nullable(),
});
export type Approval = z.infer<typeof Approval>;

const columns = (sql: Sql) =>
  sql`cycle_id, model, version, text, asked_at, expires_at, reminders, decision, decided_by, decided_why, decided_at`;

/** Asks a person; a repeated call finds what was asked first. */
export async function askApproval(
  sql: Sql,
  { cycleId, model, version, text, expiresAt }: Pick<
    Approval,
    "cycleId" | "model" | "version" | "text" | "expiresAt"
  >,
): Promise<Approval> {
  await sql`insert into approvals (cycle_id, model, version, text, expires_at)
    values (${cycleId}, ${model}, ${version}, ${text}, ${expiresAt}) on conflict do nothing`;
  return await getApproval(sql, cycleId);
}

/** @throws {NotFoundError} nobody was asked about this cycle */
export async function getApproval(sql: Sql, cycleId: string): Promise<Approval> {
  const [row] = await sql`select ${columns(sql)} from approvals where cycle_id = ${cycleId}`;
  if (!row) throw new NotFoundError("approval of cycle", cycleId);
  return Approval.parse(row);
}

/** Lists the approvals that wait for a person, or all of them, newest first. Uses index `approvals_open`. */
export async function listApprovals(
  sql: Sql,
  { open = true, model, limit = 100 }: { open?: boolean; model?: string; limit?: number } = {},
): Promise<Approval[]> {
  const rows = await sql`select ${columns(sql)} from approvals
    where ${open ? sql`decision is null` : sql`true`} ${model ? sql`and model = ${model}` : sql``}
    order by asked_at desc limit ${limit}`;
  return readRows(Approval, rows);
}

/** A word on a version that waits. */
interface ApprovalDecision {
  cycleId: string;
  decision: NonNullable<Approval["decision"]>;
  by: string;
  why: string;
}

/** Decides; the first decision stands, and is what is returned. @throws {NotFoundError} nobody was asked */
export async function decideApproval(sql: Sql, approvalDecision: ApprovalDecision): Promise<Approval> {
  await decideIfAsked(sql, approvalDecision);
  return await getApproval(sql, approvalDecision.cycleId);
}

/** Decides where somebody was asked and nobody has answered. */
export async function decideIfAsked(
  sql: Sql,
  { cycleId, decision, by, why }: ApprovalDecision,
): Promise<void> {
  await sql`update approvals set decision = ${decision}, decided_by = ${by}, decided_why = ${why}, decided_at = now()
    where cycle_id = ${cycleId} and decision is null`;
}

/** Counts a reminder; the same number twice counts once. */
export async function noteReminder(sql: Sql, cycleId: string, reminders: number): Promise<void> {
  await sql`update approvals set reminders = greatest(reminders, ${reminders}) where cycle_id = ${cycleId}`;
}
