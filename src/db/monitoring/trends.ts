import type { Sql } from "../connect.ts";

/** A cycle with what it cost. */
export interface CycleRow {
  id: string;
  number: number;
  trigger: string;
  asOf: string;
  outcome: string | null;
  evidence: Record<string, unknown> | null;
  stages: { stage: string; startedAt: string; endedAt: string | null }[];
  rows: number | null;
}

/** Cycles of a model that ended, newest first, with the rows of their snapshots. */
export async function endedCycles(sql: Sql, model: string, limit: number): Promise<CycleRow[]> {
  return [
    ...await sql<CycleRow[]>`
    select c.id, c.number, c.trigger, c.as_of, c.outcome, c.evidence, c.stages, s.rows
    from cycles c left join snapshots s on s.id = c.snapshot_id
    where c.model = ${model} and c.ended_at is not null order by c.as_of desc, c.number desc limit ${limit}`,
  ];
}

/** Lists the durations within each ended cycle of a model, newest first. */
export async function endedStages(
  sql: Sql,
  model: string,
  limit: number,
): Promise<Pick<CycleRow, "id" | "stages">[]> {
  return [
    ...await sql<Pick<CycleRow, "id" | "stages">[]>`
    select id, stages from cycles where model = ${model} and ended_at is not null
    order by as_of desc, number desc limit ${limit}`,
  ];
}

/** A check that called for something, with the looks it rests on that found something. */
export interface AlarmedCheck {
  id: string;
  asOf: string;
  answer: string;
  looks: { kind: string; answer: string; report: Record<string, unknown> }[];
}

/** Checks that answered "retrain" or "fix data first" on looks that found something, newest first. */
export async function alarmedChecks(sql: Sql, model: string, limit: number): Promise<AlarmedCheck[]> {
  return [
    ...await sql<AlarmedCheck[]>`
    select c.id, c.as_of, c.answer,
      jsonb_agg(jsonb_build_object('kind', o.kind, 'answer', o.answer, 'report', o.report) order by o.kind) as looks
    from checks c join observations o on o.id = any (c.observations)
    where c.model = ${model} and c.answer in ('retrain', 'fix data first')
      and o.answer in ('broken', 'changed', 'drifted', 'fell')
    group by c.id order by c.as_of desc limit ${limit}`,
  ];
}

/** The first of the looks at a model that gave the same answer one after the other up to a moment. */
export async function firstOfRun(
  sql: Sql,
  { model, kind, answer, asOf }: { model: string; kind: string; answer: string; asOf: string },
): Promise<string | null> {
  const [row] = await sql<{ first: string | null }[]>`
    with before as (select as_of, answer from observations
      where kind = ${kind} and model = ${model} and as_of <= ${asOf})
    select min(as_of) as first from before
    where as_of > coalesce((select max(as_of) from before where answer <> ${answer}), '-infinity')`;
  return row.first;
}

/** The first alarm of a version's streams that came before a moment and did not say that errors fell. */
export async function firstStreamAlarm(
  sql: Sql,
  { model, version, asOf }: { model: string; version: number; asOf: string },
): Promise<string | null> {
  const [row] = await sql<{ first: string | null }[]>`select min(as_of) as first from stream_alarms
    where model = ${model} and version = ${version} and direction <> 'down' and as_of <= ${asOf}`;
  return row.first;
}
