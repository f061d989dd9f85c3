import { z } from "zod";
import { Finding } from "../monitoring/quality_report.ts";
import type { Sql } from "./connect.ts";

/**
 * Broken data that looks as of a moment or before it found, in its newest description, and that no person accepted.
 * Each look describes what is new to it; what earlier ones found stays affected until it is accepted.
 */
export async function brokenFindings(sql: Sql, { asOfMs }: { asOfMs: number }): Promise<Finding[]> {
  const rows = await sql`
    select distinct on (f ->> 'key') f as finding
    from observations o cross join lateral jsonb_array_elements(o.report -> 'findings') f
    where o.kind = 'quality' and o.as_of <= to_timestamp(${asOfMs}::float8 / 1000) and f ->> 'means' = 'broken'
      and not exists (select 1 from quality_findings q where q.key = f ->> 'key' and q.accepted_at is not null)
    order by f ->> 'key', o.as_of desc, o.at desc`;
  return z.array(Finding).parse(rows.map((row) => row.finding));
}
