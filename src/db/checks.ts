import { z } from "zod";
import { Check } from "../monitoring/check.ts";
import type { Sql } from "./connect.ts";

/** Stores a check once per workflow run; a repeated call returns the one that was stored first. */
export async function saveCheck(
  sql: Sql,
  check: Omit<Check, "checkedAt"> & { workflowRun: string },
): Promise<Check> {
  await sql`insert into checks (id, model, workflow_run, as_of, trigger, answer, reasons, cycle_id)
    values (${check.id}, ${check.model}, ${check.workflowRun}, ${check.asOf}, ${check.trigger}, ${check.answer},
            ${sql.json(check.reasons)}, ${check.cycleId}) on conflict (workflow_run) do nothing`;
  const [row] = await sql`select id, model, as_of, trigger, answer, reasons, cycle_id, checked_at
    from checks where workflow_run = ${check.workflowRun}`;
  return Check.parse(row);
}

/** Past checks, newest first. Uses index `checks_model_at`. */
export async function listChecks(
  sql: Sql,
  { model, limit = 100 }: { model?: string; limit?: number },
): Promise<Check[]> {
  const rows = await sql`select id, model, as_of, trigger, answer, reasons, cycle_id, checked_at from checks
    where ${model ? sql`model = ${model}` : sql`true`} order by checked_at desc limit ${limit}`;
  return z.array(Check).parse([...rows]);
}
