import { z } from "zod";
import { ImpactStage } from "../../impact/impact_evidence.ts";
import { Reason } from "../../retraining/check.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

/** A version that came to serve everyone, by which cycle, and in place of what. */
export const Deployment = z.object({
  cycleId: z.string(),
  number: z.int(),
  version: z.int(),
  previous: z.int().nullable(),
  asOf: z.iso.datetime(),
  trigger: z.string(),
  outcome: z.string().nullable(),
  reasons: z.array(Reason),
  measured: z.array(ImpactStage).describe("stages that were measured already, or could not be"),
});
export type Deployment = z.infer<typeof Deployment>;

/** The first time that each version of a model became its champion, newest first, up to a moment. */
export async function listDeployments(
  sql: Sql,
  { model, asOf, limit }: { model: string; asOf: string; limit: number },
): Promise<Deployment[]> {
  const rows = await sql`
    select c.id as cycle_id, c.number, c.trigger, c.outcome, c.reasons, h.version, h.previous, h.as_of,
      array(select stage from impacts i where i.cycle_id = c.id) as measured
    from (select distinct on (version) id, model, version, previous, as_of from serving_history
          where model = ${model} and kind in ('deploy', 'promote') order by version, id) h
    join model_versions v on v.model = h.model and v.version = h.version
    join cycles c on c.id = v.cycle_id
    where h.as_of <= ${asOf} order by h.id desc limit ${limit}`;
  return readRows(Deployment, rows);
}
