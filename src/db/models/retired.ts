import { z } from "zod";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

/** A model that was taken out of use, by whom and why. */
export const RetiredModel = z.object({
  model: z.string(),
  at: z.iso.datetime(),
  by: z.string(),
  why: z.string(),
});
export type RetiredModel = z.infer<typeof RetiredModel>;

/** Processes hear on this channel that a model was retired or restored. */
export const MODELS_CHANNEL = "perennial_models";

/** Lists the retired models by name. */
export async function listRetired(sql: Sql): Promise<RetiredModel[]> {
  const rows = await sql`select model, retired_at as at, retired_by as by, retired_why as why from retrainers
    where retired_at is not null order by model`;
  return readRows(RetiredModel, rows);
}

/** Whether a model is retired. */
export async function isRetired(sql: Sql, model: string): Promise<boolean> {
  const rows = await sql`select from retrainers where model = ${model} and retired_at is not null`;
  return rows.length > 0;
}

/** Lists every model that ever had a retrainer and is not retired, by name. */
export async function modelsWithRetrainer(sql: Sql): Promise<string[]> {
  const rows = await sql`select model from retrainers where retired_at is null order by model`;
  return rows.map(({ model }) => model);
}

/** Takes a model out of use, and its automatic checks off. @returns false: it was retired already */
export async function saveRetired(
  tx: Sql,
  { model, by, why }: Pick<RetiredModel, "model" | "by" | "why">,
): Promise<boolean> {
  const { count } = await tx`insert into retrainers as r
      (model, active, desired_active, desired_at, retired_at, retired_by, retired_why)
    values (${model}, false, false, now(), now(), ${by}, ${why})
    on conflict (model) do update set desired_active = false, desired_at = now(), retired_at = now(),
      retired_by = excluded.retired_by, retired_why = excluded.retired_why
    where r.retired_at is null`;
  if (count > 0) await tx`select pg_notify(${MODELS_CHANNEL}, ${model})`;
  return count > 0;
}

/** Brings a model back into use; its automatic checks stay off. @returns false: it was not retired */
export async function saveRestored(tx: Sql, model: string): Promise<boolean> {
  const { count } = await tx`update retrainers set retired_at = null, retired_by = null, retired_why = null
    where model = ${model} and retired_at is not null`;
  if (count > 0) await tx`select pg_notify(${MODELS_CHANNEL}, ${model})`;
  return count > 0;
}
