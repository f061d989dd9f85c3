import { z } from "zod";
import type { Sql } from "../connect.ts";

/** The version that one policy served at one cut-off, and its score. `version` null: the naive baseline. */
export const ReplayScore = z.object({
  replay: z.string(),
  model: z.string(),
  policy: z.string(),
  cutoff: z.iso.datetime(),
  version: z.int().nullable(),
  rows: z.int(),
  metrics: z.record(z.string(), z.number()),
});
export type ReplayScore = z.infer<typeof ReplayScore>;

/** Stores the scores of one cut-off; storing them again replaces them. */
export async function saveReplayScores(sql: Sql, scores: readonly ReplayScore[]): Promise<void> {
  for (const { replay, model, policy, cutoff, version, rows, metrics } of scores) {
    await sql`insert into replay_scores (replay, model, policy, cutoff, version, rows, metrics)
      values (${replay}, ${model}, ${policy}, ${cutoff}, ${version}, ${rows}, ${sql.json(metrics)})
      on conflict (replay, model, policy, cutoff) do update
      set version = excluded.version, rows = excluded.rows, metrics = excluded.metrics`;
  }
}

/** All scores of a replay, oldest cut-off first. */
export async function listReplayScores(sql: Sql, replay: string): Promise<ReplayScore[]> {
  const rows = await sql`select replay, model, policy, cutoff, version, rows, metrics from replay_scores
    where replay = ${replay} order by model, cutoff, policy`;
  return z.array(ReplayScore).parse([...rows]);
}

/** Returns the version that a policy served at the newest cut-off before `cutoff`; undefined: it has not begun. */
export async function servedBefore(
  sql: Sql,
  { replay, model, policy, cutoff }: Pick<ReplayScore, "replay" | "model" | "policy" | "cutoff">,
): Promise<number | null | undefined> {
  const [row] = await sql`select version from replay_scores where replay = ${replay} and model = ${model}
    and policy = ${policy} and cutoff < ${cutoff} order by cutoff desc limit 1`;
  return row?.version;
}

/** One answer that was given. */
export interface ServedPrediction {
  model: string;
  asOf: string;
  userKey: string;
  version: number | null;
  prediction: number;
}

/** Answers given as of the cut-offs of a replay, each shopper once per model and cut-off: the newest counts. */
export async function* servedPredictions(
  sql: Sql,
  cutoffs: readonly string[],
): AsyncGenerator<ServedPrediction> {
  const pages = sql`select distinct on (model, as_of, user_key) model, as_of, user_key, version, prediction
    from predictions where source = 'api' and as_of = any(${cutoffs as string[]}::timestamptz[])
    order by model, as_of, user_key, id desc`.cursor(5000);
  for await (const rows of pages) yield* rows as unknown as ServedPrediction[];
}
