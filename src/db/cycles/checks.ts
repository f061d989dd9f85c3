import { type Answer, Check, StoredCheck } from "../../retraining/check.ts";
import { z } from "zod";
import { NotFoundError } from "../../core/errors.ts";
import type { Findings } from "../../retraining/findings.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

const columns = (sql: Sql) =>
  sql`id, model, as_of, trigger, answer, reasons, cycle_id, observations, code_version, checked_at`;

/** Stores a check once per workflow run; a repeated call returns the one that was stored first. */
export async function saveCheck(
  sql: Sql,
  { id, model, workflowRun, asOf, trigger, answer, reasons, cycleId, ...evidence }:
    & Omit<z.input<typeof Check>, "checkedAt">
    & { workflowRun: string; findings?: Findings },
): Promise<Check> {
  const { findings = null, observations = [], codeVersion = null } = evidence;
  await sql`insert into checks
      (id, model, workflow_run, as_of, trigger, answer, reasons, cycle_id, findings, observations, code_version)
    values (${id}, ${model}, ${workflowRun}, ${asOf}, ${trigger}, ${answer}, ${sql.json(reasons)}, ${cycleId},
            ${findings && sql.json(findings)}, ${observations}::uuid[], ${codeVersion})
    on conflict (workflow_run) do nothing`;
  const [row] = await sql`select ${columns(sql)} from checks where workflow_run = ${workflowRun}`;
  return Check.parse(row);
}

/** Selects checks. */
interface ChecksFilter {
  model?: string;
  answer?: Answer;
  /** only checks made strictly before this moment, ISO 8601 */
  before?: string;
  limit?: number;
}

/** Past checks, newest first. Uses index `checks_model_at`. */
export async function listChecks(sql: Sql, filter: ChecksFilter): Promise<Check[]> {
  return (await pageOfChecks(sql, filter)).checks;
}

/** Past checks, newest first, and the `before` of the page after them; null: these were the last. */
export async function pageOfChecks(
  sql: Sql,
  { model, answer, before, limit = 100 }: ChecksFilter,
): Promise<{ checks: Check[]; next: string | null }> {
  // a moment leaves the database in milliseconds; where the page ends is told in its microseconds, so that none is lost
  const rows = await sql`select ${columns(sql)},
      to_char(checked_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as made_at
    from checks
    where ${model ? sql`model = ${model}` : sql`true`}
      ${answer ? sql`and answer = ${answer}` : sql``}
      ${before ? sql`and checked_at < ${before}` : sql``}
    order by checked_at desc limit ${limit + 1}`;
  const page = rows.slice(0, limit);
  return { checks: readRows(Check, page), next: rows.length > limit ? page[limit - 1].madeAt : null };
}

/** One check with what it decided on. @throws {NotFoundError} there is none of this id */
export async function getCheck(sql: Sql, id: string): Promise<StoredCheck> {
  const [row] = await sql`select ${columns(sql)}, findings from checks where id = ${id}`;
  if (!row) throw new NotFoundError("check", id);
  return StoredCheck.parse(row);
}

/** The check that opened a cycle, with what it decided on; null: there is none. */
export async function checkOfCycle(sql: Sql, cycleId: string): Promise<StoredCheck | null> {
  const [row] = await sql`select ${columns(sql)}, findings from checks where cycle_id = ${cycleId}`;
  return row ? StoredCheck.parse(row) : null;
}

/** Checks as of a moment or later, with what they decided on, newest first. */
export async function checksSince(sql: Sql, asOf: string, limit: number): Promise<StoredCheck[]> {
  const rows = await sql`select ${columns(sql)}, findings from checks where as_of >= ${asOf}
    order by as_of desc, checked_at desc limit ${limit}`;
  return readRows(StoredCheck, rows);
}

/** When a model was checked last, ms since the epoch; null: never. Uses index `checks_model_at`. */
export async function lastCheckMs(sql: Sql, model: string): Promise<number | null> {
  const [row] = await sql`select max(checked_at) as at from checks where model = ${model}`;
  return row.at === null ? null : Date.parse(row.at);
}

/** What a check under the policy "worth" weighed, and the version that its cycle made. */
export interface WeighedCheck {
  asOf: string;
  worth: unknown;
  version: number | null;
}

/** Checks of a model that weighed the worth of a training, newest first. @param options.beforeMs as of earlier than that */
export async function weighedChecks(
  sql: Sql,
  model: string,
  { beforeMs, limit }: { beforeMs: number; limit: number },
): Promise<WeighedCheck[]> {
  const before = new Date(beforeMs).toISOString();
  return [
    ...await sql<WeighedCheck[]>`
    select c.as_of, c.findings -> 'worth' as worth, v.version
    from checks c left join model_versions v on v.cycle_id = c.cycle_id and v.model = c.model
    where c.model = ${model} and c.as_of < ${before} and jsonb_typeof(c.findings -> 'worth') = 'object'
    order by c.as_of desc, c.checked_at desc limit ${limit}`,
  ];
}
