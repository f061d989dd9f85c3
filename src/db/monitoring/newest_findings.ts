import { z } from "zod";
import { type Measured, PerformanceReport } from "../../performance/report.ts";
import { type Finding, QualityReport } from "../../quality/report.ts";
import type { Sql } from "../connect.ts";

const Findings = QualityReport.pick({ answer: true, text: true, events: true, findings: true });

/** The newest evaluation of the events, in brief; null where there is none. Uses index `observations_newest`. */
export async function newestQuality(sql: Sql): Promise<z.infer<typeof Findings> | null> {
  const [row] = await sql`select answer, report ->> 'text' as text, (report -> 'events')::int as events,
      report -> 'findings' as findings
    from observations where kind = 'quality' and model is null order by as_of desc, at desc limit 1`;
  return row ? Findings.parse(row) : null;
}

/** Returns those of these findings that a person has accepted since they were found. */
export async function acceptedOf(sql: Sql, findings: readonly Finding[]): Promise<{ key: string }[]> {
  if (findings.length === 0) return [];
  return await sql<{ key: string }[]>`select key from quality_findings
    where key = any(${findings.map(({ key }) => key)}::text[]) and accepted_at is not null`;
}

/** What outcomes said when they last said something: of one version, or of all that served, the newest of which it names. */
export interface NewestMeasured {
  version: number;
  /** where it is of all that served: which they were */
  versions?: number[];
  asOf: string;
  metrics: Measured[];
}

const Newest = z.object({
  version: z.int(),
  versions: z.array(z.int()).optional(),
  asOf: z.iso.datetime(),
  metrics: PerformanceReport.shape.measured.unwrap().shape.metrics,
});

/** How many evaluations are looked back over: one without outcomes follows a deployment for a horizon. */
const LOOKED_BACK = 60;

/** Returns the newest measured metrics of a model; null where no outcome was known. Uses index `observations_newest`. */
export async function newestMeasured(sql: Sql, model: string): Promise<NewestMeasured | null> {
  const [row] =
    await sql`select (report -> 'version')::int as version, as_of, report -> 'measured' -> 'metrics' as metrics,
      report -> 'served' as served
    from (select as_of, at, report from observations where kind = 'performance' and model = ${model}
      order by as_of desc, at desc limit ${LOOKED_BACK}) newest
    where report -> 'measured' ->> 'rows' is not null or report -> 'served' is not null
    order by as_of desc, at desc limit 1`;
  if (!row) return null;
  const { asOf, version, metrics, served } = row;
  return Newest.parse(
    metrics ? { asOf, version, metrics } : {
      asOf,
      version: served.versions.at(-1),
      versions: served.versions,
      metrics: served.metrics,
    },
  );
}

const NewestOf = Newest.extend({ confidence: z.number() });

/** Returns the newest measured metrics of one version; null where no outcome was known. Uses index `observations_newest`. */
export async function newestMeasuredOf(
  sql: Sql,
  model: string,
  version: number,
): Promise<z.infer<typeof NewestOf> | null> {
  const [row] = await sql`select ${version}::int as version, as_of,
      report -> 'measured' -> 'metrics' as metrics, (report -> 'confidence')::float8 as confidence
    from observations where kind = 'performance' and model = ${model}
      and (report -> 'version')::int = ${version} and report -> 'measured' ->> 'rows' is not null
    order by as_of desc, at desc limit 1`;
  return row ? NewestOf.parse(row) : null;
}
