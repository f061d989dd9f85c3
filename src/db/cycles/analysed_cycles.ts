import { z } from "zod";
import { Interval } from "../../validation/verdict.ts";
import { Reason, Trigger } from "../../retraining/check.ts";
import { Outcome } from "../../retraining/cycle.ts";
import type { Sql } from "../connect.ts";

/** A cycle that ended, with when it was called for and when its version came to serve everyone. */
export const AnalysedRow = z.object({
  id: z.string(),
  number: z.int(),
  trigger: Trigger,
  asOf: z.iso.datetime(),
  outcome: Outcome,
  champion: z.int().nullable(),
  challenger: z.int().nullable(),
  reasons: z.array(Reason),
  compared: z.object({
    loss: z.string(),
    against: z.enum(["champion", "baseline"]),
    championLoss: z.number(),
    difference: Interval,
    margin: z.number(),
  }).nullable(),
  stages: z.array(z.object({ stage: z.string(), startedAt: z.string(), endedAt: z.string().nullable() })),
  rows: z.int().nullable(),
  calledAt: z.iso.datetime(),
  deployedAt: z.iso.datetime().nullable(),
});
export type AnalysedRow = z.infer<typeof AnalysedRow>;

/** The newest cycles of a model that ended, newest first, without what a chart of many does not need. */
export async function analysedCycles(sql: Sql, model: string, limit: number): Promise<AnalysedRow[]> {
  const rows = await sql`
    select c.id, c.number, c.trigger, c.as_of, c.outcome, c.champion, c.challenger, c.reasons, c.stages, s.rows,
      case when c.evidence is not null then jsonb_build_object('loss', c.evidence -> 'loss',
        'against', c.evidence -> 'against', 'championLoss', c.evidence -> 'championLoss',
        'difference', c.evidence -> 'difference', 'margin', c.evidence -> 'margin') end as compared,
      least(c.started_at, k.at) as called_at, d.at as deployed_at
    from (select id from cycles where model = ${model} and ended_at is not null and outcome is not null
      order by as_of desc, number desc limit ${limit}) newest -- first, so that the evidence of no other is opened
    join cycles c using (id)
    left join snapshots s on s.id = c.snapshot_id
    left join (select cycle_id, min(checked_at) as at from checks
      where model = ${model} and cycle_id is not null group by cycle_id) k
      on k.cycle_id = c.id
    left join (select distinct on (version) version, at from serving_history
      where model = ${model} and kind in ('deploy', 'promote') order by version, id) d on d.version = c.challenger
    order by c.as_of desc, c.number desc`;
  return z.array(AnalysedRow).parse([...rows]);
}
