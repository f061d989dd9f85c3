import type { Sql } from "./connect.ts";

/** One answer that was given, to meet its outcome later. */
export interface Prediction {
  userKey: string;
  prediction: number;
}

/** Stores answers given by one version as of one moment. `version` null: the baseline spoke. */
export async function savePredictions(
  sql: Sql,
  { model, version, asOf, fallback, featureHash, predictions }: {
    model: string;
    version: number | null;
    asOf: string;
    fallback: boolean;
    featureHash: string;
    predictions: readonly Prediction[];
  },
): Promise<void> {
  await sql`insert into predictions (model, version, user_key, as_of, prediction, fallback, feature_hash)
    select ${model}, ${version}, k, ${asOf}, p, ${fallback}, ${featureHash}
    from unnest(${sql.array(predictions.map((p) => p.userKey))}::uuid[],
                ${sql.array(predictions.map((p) => p.prediction))}::float8[]) as t(k, p)`;
}
