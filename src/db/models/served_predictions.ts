import type { Sql } from "../connect.ts";

/** One answer that was given. */
export interface ServedPrediction {
  model: string;
  asOf: string;
  userKey: string;
  version: number | null;
  prediction: number;
}

/** Answers given as of some moments, each shopper once per model and moment: the newest counts. */
export async function* servedPredictions(
  sql: Sql,
  moments: readonly string[],
): AsyncGenerator<ServedPrediction> {
  const pages = sql`select distinct on (model, as_of, user_key) model, as_of, user_key, version, prediction
    from predictions where source = 'api' and as_of = any(${moments as string[]}::timestamptz[])
    order by model, as_of, user_key, id desc`.cursor(5000);
  for await (const rows of pages) yield* rows as unknown as ServedPrediction[];
}
