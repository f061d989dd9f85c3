import { z } from "zod";
import { ObservationSummary } from "../../monitoring/observation_summary.ts";
import type { Sql } from "../connect.ts";
import type { Observation } from "../../monitoring/observation.ts";

/** Observations in brief, newest first by the moment they hold for. Uses index `observations_newest`. */
export async function listObservationSummaries(
  sql: Sql,
  { kind, model, beforeMs, limit = 100 }: {
    kind: Observation["kind"];
    /** null: looks at the events */
    model: string | null;
    /** only looks as of a moment strictly before this one */
    beforeMs?: number;
    limit?: number;
  },
): Promise<ObservationSummary[]> {
  const rows = await sql`select id, as_of, answer, report ->> 'text' as text from observations
    where kind = ${kind} and ${model === null ? sql`model is null` : sql`model = ${model}`}
      ${beforeMs === undefined ? sql`` : sql`and as_of < to_timestamp(${beforeMs}::float8 / 1000)`}
    order by as_of desc, at desc limit ${limit}`;
  return z.array(ObservationSummary).parse([...rows]);
}
