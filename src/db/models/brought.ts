import { maskPersonal } from "../../core/personal_text.ts";
import { BroughtCandidate } from "../../registry/brought_candidate.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

/** Lists the models that people brought to a model, oldest first. */
export async function listBrought(sql: Sql, model: string): Promise<BroughtCandidate[]> {
  const rows = await sql`select model, name, recipe->'inputs' as inputs, recipe->'missing' as missing,
      recipe->>'trainedUntil' as trained_until, file_sha256, by, why, at, challenged_by
    from brought_candidates where model = ${model} order by at, name`;
  return readRows(BroughtCandidate, rows);
}

/** Adds one. @returns false: there is one of its name */
export async function addBrought(
  sql: Sql,
  { model, name, inputs, missing, trainedUntil, fileSha256, by, why }: Omit<
    BroughtCandidate,
    "at" | "challengedBy"
  >,
): Promise<boolean> {
  const recipe = sql.json({ inputs, missing, trainedUntil });
  const added = await sql`insert into brought_candidates (model, name, recipe, file_sha256, by, why)
    values (${model}, ${name}, ${recipe}, ${fileSha256}, ${by}, ${maskPersonal(why)}) on conflict do nothing`;
  return added.count === 1;
}

/** Takes one away. @returns false: there is none of its name */
export async function deleteBrought(sql: Sql, model: string, name: string): Promise<boolean> {
  const deleted = await sql`delete from brought_candidates where model = ${model} and name = ${name}`;
  return deleted.count === 1;
}

/** Writes down which cycle put it to the gate; the first one stays. */
export async function saveChallenged(
  sql: Sql,
  { model, name, cycleId }: Record<"model" | "name" | "cycleId", string>,
) {
  await sql`update brought_candidates set challenged_by = ${cycleId}
    where model = ${model} and name = ${name} and challenged_by is null`;
}
