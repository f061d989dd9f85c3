import { NotFoundError } from "../../core/errors.ts";
import { Rollout, RolloutLook, type RolloutPause, type RolloutState } from "../../rollout/rollout.ts";
import type { ArmShare } from "../../rollout/plan.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

const columns = (sql: Sql) =>
  sql`id, model, cycle_id, champion, challengers, plan, state, step, shares, as_of, step_as_of, step_at, replayed, began_by, why,
      started_at, ended_at, ended_why, paused, paused_days`;

/** The facts that a rollout begins with. */
export type NewRollout = Omit<
  Rollout,
  "state" | "step" | "stepAsOf" | "stepAt" | "startedAt" | "endedAt" | "endedWhy" | "paused" | "pausedDays"
>;

/** Writes down a rollout that begins. */
export async function addRollout(
  tx: Sql,
  rollout: NewRollout,
): Promise<void> {
  const { id, model, cycleId, champion, challengers, plan, shares, asOf, replayed, beganBy, why } = rollout;
  await tx`insert into rollouts (id, model, cycle_id, champion, challengers, plan, state, step, shares, as_of,
      step_as_of, replayed, began_by, why)
    values (${id}, ${model}, ${cycleId}, ${champion}, ${challengers}, ${tx.json(plan)}, 'running', 0,
      ${tx.json([...shares])}, ${asOf}, ${asOf}, ${replayed}, ${beganBy}, ${why})`;
}

/** A rollout, or null where there is none of this id. */
export async function findRollout(sql: Sql, id: string): Promise<Rollout | null> {
  const [row] = await sql`select ${columns(sql)} from rollouts where id = ${id}`;
  return row ? Rollout.parse(row) : null;
}

/** @throws {NotFoundError} there is no such rollout */
export async function getRollout(sql: Sql, id: string): Promise<Rollout> {
  const rollout = await findRollout(sql, id);
  if (!rollout) throw new NotFoundError("rollout", id);
  return rollout;
}

/** The rollout of a model that runs, or null. Uses index `rollouts_one_runs`. */
export async function runningRollout(sql: Sql, model: string): Promise<Rollout | null> {
  const [row] = await sql`select ${columns(sql)} from rollouts where model = ${model} and state = 'running'`;
  return row ? Rollout.parse(row) : null;
}

/** Rollouts, newest first; of one model or in one state, or all. Uses index `rollouts_model`. */
export async function listRollouts(
  sql: Sql,
  { model, state, limit = 100 }: { model?: string; state?: RolloutState; limit?: number } = {},
): Promise<Rollout[]> {
  const rows = await sql`select ${columns(sql)} from rollouts
    where ${model ? sql`model = ${model}` : sql`true`} and ${state ? sql`state = ${state}` : sql`true`}
    order by started_at desc, id limit ${limit}`;
  return readRows(Rollout, rows);
}

/** Moves a rollout to a step, or gives its arms other shares within one. */
export async function saveStep(
  tx: Sql,
  { id, step, shares, asOf }: { id: string; step: number; shares: readonly ArmShare[]; asOf: string },
): Promise<void> {
  const sharesJson = tx.json([...shares]);
  await tx`update rollouts set step_as_of = case when step = ${step} then step_as_of else ${asOf} end,
      step_at = case when step = ${step} then step_at else now() end, step = ${step}, shares = ${sharesJson} where id = ${id} and state = 'running'`;
}

/** Pauses a rollout that runs; one that is paused stays as it was. */
export async function savePause(
  tx: Sql,
  { id, hours, by, why, asOf }: Pick<RolloutPause, "by" | "why" | "asOf"> & { id: string; hours: number },
): Promise<void> {
  await tx`update rollouts set paused = jsonb_build_object('at', ${iso(tx, tx`now()`)}, 'asOf', ${asOf}::text,
      'until', ${iso(tx, tx`now() + ${hours} * interval '1 hour'`)}, 'by', ${by}::text, 'why', ${why}::text)
    where id = ${id} and state = 'running' and paused is null`;
}

const iso = (sql: Sql, moment: ReturnType<Sql>) =>
  sql`to_char((${moment}) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Lets a paused rollout go on. @param days how long the pause lasted */
export async function endPause(tx: Sql, { id, days }: { id: string; days: number }): Promise<void> {
  await tx`update rollouts set paused = null, paused_days = paused_days + ${days}
    where id = ${id} and paused is not null`;
}

/** Whether a rollout that runs is paused for longer than was meant, by the wall clock. */
export async function isPauseOverdue(sql: Sql, id: string): Promise<boolean> {
  const rows = await sql`select from rollouts
    where id = ${id} and state = 'running' and (paused->>'until')::timestamptz < now()`;
  return rows.length > 0;
}

/** Ends a rollout; the first end stands. */
export async function endRollout(
  tx: Sql,
  { id, state, why }: { id: string; state: Exclude<RolloutState, "running">; why: string },
): Promise<void> {
  await tx`update rollouts set state = ${state}, ended_at = now(), ended_why = ${why}
    where id = ${id} and state = 'running'`;
}

const lookColumns = (sql: Sql) =>
  sql`rollout, number, as_of, step, shares, evidence, decision, code_version, at`;

/** The look that one call made, or null before it has. */
export async function findLook(sql: Sql, rollout: string, key: string): Promise<RolloutLook | null> {
  const [row] = await sql`select ${lookColumns(sql)} from rollout_looks
    where rollout = ${rollout} and key = ${key}`;
  return row ? RolloutLook.parse(row) : null;
}

/** Looks at a rollout, newest first. */
export async function listLooks(sql: Sql, rollout: string, limit = 100): Promise<RolloutLook[]> {
  const rows = await sql`select ${lookColumns(sql)} from rollout_looks where rollout = ${rollout}
    order by number desc limit ${limit}`;
  return readRows(RolloutLook, rows);
}

/** A look that changed nothing gives way to the next one within so long, so that a rollout of weeks keeps hundreds. */
const KEEP_EVERY_MINUTES = 60;

/** Writes a look down. */
export async function saveLook(
  tx: Sql,
  { rollout, key, asOf, step, shares, evidence, decision, codeVersion }:
    & Omit<RolloutLook, "number" | "at">
    & { key: string },
): Promise<void> {
  const [last] = await tx`select number, decision->>'kind' as kind, step,
      at > now() - ${KEEP_EVERY_MINUTES} * interval '1 minute' as fresh, number > 1 as later
    from rollout_looks where rollout = ${rollout} order by number desc limit 1`;
  const changesNothing = decision.kind === "keep collecting" || decision.kind === "paused";
  const isIdle = changesNothing && last?.kind === decision.kind && last.step === step &&
    last.fresh && last.later;
  if (isIdle) await tx`delete from rollout_looks where rollout = ${rollout} and number = ${last.number}`;
  const number = isIdle ? last.number : (last?.number ?? 0) + 1;
  await tx`insert into rollout_looks (rollout, number, key, as_of, step, shares, evidence, decision, code_version)
    values (${rollout}, ${number}, ${key}, ${asOf}, ${step}, ${tx.json([...shares])}, ${tx.json(evidence)},
      ${tx.json(decision)}, ${codeVersion})`;
}

/** The number of the newest look at a rollout; 0: there was none. */
export async function lastLookNumber(sql: Sql, rollout: string): Promise<number> {
  const [row] = await sql`select coalesce(max(substring(key from '^look ([0-9]+)$')::int), 0)::int as number
    from rollout_looks where rollout = ${rollout}`;
  return row.number;
}
