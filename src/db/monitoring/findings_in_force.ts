import { z } from "zod";
import { Finding } from "../../quality/report.ts";
import type { Sql } from "../connect.ts";

/**
 * Returns the findings in the data of looks up to a moment, each in its newest description, that no person accepted.
 * Each look describes what is new to it; what earlier ones found of the past stays true. Uses index `observations_found`.
 * @param endedAfterMs only what lasted beyond this moment
 */
export async function findingsInForce(
  sql: Sql,
  { asOfMs, means, endedAfterMs = 0 }: { asOfMs: number; means: Finding["means"]; endedAfterMs?: number },
): Promise<Finding[]> {
  const rows = await sql`
    select distinct on (f ->> 'key') f as finding
    from observations o cross join lateral jsonb_array_elements(o.report -> 'findings') f
    where o.kind = 'quality' and o.model is null and o.report -> 'findings' <> '[]'
      and o.as_of <= to_timestamp(${asOfMs}::float8 / 1000) and f ->> 'means' = ${means}
      and not exists (select 1 from quality_findings q where q.key = f ->> 'key' and q.accepted_at is not null)
    order by f ->> 'key', o.as_of desc, o.at desc`;
  const findings = z.array(Finding).parse(rows.map((row) => row.finding));
  return findings.filter(({ to }) => Date.parse(to) > endedAfterMs);
}
