import { RetrainerState } from "../../alerts/heartbeats.ts";
import { z } from "zod";
import type { Sql } from "../connect.ts";

/** Every retrainer that ever started, by model name. */
export async function listRetrainers(sql: Sql): Promise<RetrainerState[]> {
  const rows =
    await sql`select model, active, next_check_at, running_cycle, updated_at from retrainers order by model`;
  return z.array(RetrainerState).parse([...rows]);
}

/** Stores what a retrainer says of itself. */
export async function saveRetrainer(
  sql: Sql,
  state: Omit<RetrainerState, "updatedAt">,
): Promise<void> {
  const { model, active, nextCheckAt, runningCycle } = state;
  await sql`insert into retrainers (model, active, next_check_at, running_cycle)
    values (${model}, ${active}, ${nextCheckAt}, ${runningCycle})
    on conflict (model) do update set active = excluded.active, next_check_at = excluded.next_check_at,
      running_cycle = excluded.running_cycle, updated_at = now()`;
}

/** Notes that people want automatic checks on or off. */
export async function saveDesired(sql: Sql, model: string, active: boolean): Promise<void> {
  await sql`insert into retrainers (model, active, desired_active, desired_at)
    values (${model}, ${active}, ${active}, now())
    on conflict (model) do update set desired_active = excluded.desired_active, desired_at = now()`;
}

/** Returns whether a model's automatic checks are wanted; one that nobody was asked about yet gets `otherwise`. */
export async function ensureDesired(sql: Sql, model: string, otherwise: boolean): Promise<boolean> {
  const [row] = await sql`insert into retrainers as r (model, active, desired_active, desired_at)
    values (${model}, ${otherwise}, ${otherwise}, now())
    on conflict (model) do update set desired_active = coalesce(r.desired_active, excluded.desired_active),
      desired_at = coalesce(r.desired_at, now())
    returning desired_active`;
  return row.desiredActive;
}

/** Lists the models whose automatic checks are wanted. */
export async function activeModels(sql: Sql): Promise<string[]> {
  const rows = await sql`select model from retrainers where coalesce(desired_active, active) order by model`;
  return rows.map(({ model }) => model);
}

/** Returns whether a model's automatic checks are wanted, or null where nobody said so yet. */
export async function findDesired(sql: Sql, model: string): Promise<boolean | null> {
  const [row] = await sql`select desired_active from retrainers where model = ${model}`;
  return row?.desiredActive ?? null;
}

/** Returns the models whose retrainer says otherwise than what people asked for, for so long. */
export async function disobeyed(sql: Sql, beforeMs: number): Promise<{ model: string; active: boolean }[]> {
  const rows = await sql<
    { model: string; active: boolean }[]
  >`select model, desired_active as active from retrainers
    where desired_active <> active and desired_at < ${new Date(beforeMs).toISOString()} order by model`;
  return [...rows];
}
