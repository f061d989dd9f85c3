import { z } from "zod";
import { Measured } from "../../performance/report.ts";
import type { Sql } from "../connect.ts";

/** One metric at one look; the metric and intervals alone, so that a long history is read at once. */
export const TrailPoint = z.object({
  asOf: z.iso.datetime(),
  version: z.int(),
  answer: z.string(),
  confidence: z.number(),
  waiting: z.int(),
  /** null: too few outcomes were known */
  measured: Measured.nullable(),
  /** of predictions whose outcomes were not known; null: none waited, or there was too little to go by */
  estimated: Measured.nullable(),
});
export type TrailPoint = z.infer<typeof TrailPoint>;

/**
 * The newest looks at what a model, or one version of it, answered, oldest first: a moment looked at twice counts once.
 * Uses index `observations_newest`.
 */
export async function performanceTrail(
  sql: Sql,
  { model, metric, untilMs, version, limit = 400 }: {
    model: string;
    metric: string;
    untilMs: number;
    version?: number;
    limit?: number;
  },
): Promise<TrailPoint[]> {
  const metricsOf = (part: "measured" | "estimated") =>
    sql`jsonb_path_query_first(report, ${`$.${part}.metrics[*] ? (@.metric == $metric)`}::jsonpath, jsonb_build_object('metric', ${metric}::text))`;
  const rows = await sql`
    select distinct on (as_of) as_of, (report -> 'version')::int as version, answer,
      (report -> 'confidence')::float8 as confidence, (report -> 'waiting')::int as waiting,
      ${metricsOf("measured")} as measured, ${metricsOf("estimated")} as estimated
    from (select as_of, at, answer, report from observations
      where kind = 'performance' and model = ${model} and as_of <= to_timestamp(${untilMs}::float8 / 1000)
        and ${version === undefined ? sql`true` : sql`(report -> 'version')::int = ${version}`}
      order by as_of desc, at desc limit ${limit}) newest
    order by as_of, at desc`;
  return z.array(TrailPoint).parse([...rows]);
}
