import type { Sql } from "../connect.ts";

/** The importance of each feature to a version: the relative rise of its loss when the feature is shuffled. */
export type Importance = Record<string, number>;

/** Returns the stored importance, or null. */
export async function findImportance(sql: Sql, model: string, version: number): Promise<Importance | null> {
  const [row] =
    await sql`select importance from model_versions where model = ${model} and version = ${version}`;
  return row?.importance ?? null;
}

/** Keeps what was found out first. @returns what is kept */
export async function saveImportance(
  sql: Sql,
  model: string,
  version: number,
  importance: Importance,
): Promise<Importance> {
  const [row] = await sql`update model_versions set importance = coalesce(importance, ${sql.json(importance)})
    where model = ${model} and version = ${version} returning importance`;
  return row.importance;
}
