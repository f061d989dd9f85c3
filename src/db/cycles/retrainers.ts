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
