import { ConflictError, NotFoundError } from "../../core/errors.ts";
import {
  Cycle,
  type CycleSort,
  firstOrder,
  Outcome,
  type SortOrder,
  type Stage,
  type Watch,
} from "../../retraining/cycle.ts";
import { type Evidence, Verdict } from "../../validation/verdict.ts";
import { arrayLiteral } from "../array_literal.ts";
import { inTransaction, type Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

/** Opens a cycle; a repeated call for the same run changes nothing. */
export async function openCycle(
  sql: Sql,
  cycle: Pick<
    Cycle,
    "id" | "model" | "number" | "runId" | "trigger" | "requestedBy" | "asOf" | "reasons" | "champion"
  >,
): Promise<void> {
  const reasonsJson = sql.json(cycle.reasons);
  await sql`insert into cycles (id, model, number, run_id, trigger, requested_by, as_of, stage, reasons, champion)
    values (${cycle.id}, ${cycle.model}, ${cycle.number}, ${cycle.runId}, ${cycle.trigger}, ${cycle.requestedBy},
            ${cycle.asOf}, 'check', ${reasonsJson}, ${cycle.champion}) on conflict (id) do nothing`;
}

/** Moves a cycle to `stage`: closes the stage before it in the timeline. Repeating it changes nothing. */
export async function enterStage(sql: Sql, id: string, stage: Stage): Promise<void> {
  await sql`update cycles set stage = ${stage}, progress = null, stages = (
      select coalesce(jsonb_agg(case when s->>'endedAt' is null then s || jsonb_build_object('endedAt', iso(now())) else s end
                                order by n), '[]') from jsonb_array_elements(stages) with ordinality as t(s, n))
      || jsonb_build_array(jsonb_build_object('stage', ${stage}::text, 'startedAt', iso(now()), 'endedAt', null))
    where id = ${id} and stage <> ${stage} and ended_at is null`;
}

/**
 * Moves a cycle to a stage of its work. @throws {ConflictError} it has ended: settled as lost, say, and reset in Temporal
 * afterwards
 */
export async function beginStage(sql: Sql, id: string, stage: Stage): Promise<void> {
  await needOpenCycle(sql, id);
  await enterStage(sql, id, stage);
}

/** Keeps a cycle from being ended until the transaction ends. @throws {ConflictError} it has ended */
export async function needOpenCycle(sql: Sql, id: string): Promise<void> {
  const [row] = await sql<{ outcome: string | null }[]>`
    select outcome from cycles where id = ${id} for share`;
  if (!row || row.outcome === null) return;
  throw new ConflictError(
    `Cannot go on with ${id}: it has ended already (${row.outcome}). Force another cycle in its place`,
  );
}

/** Says how far the running stage is; `fraction` 0..1. */
export async function saveProgress(
  sql: Sql,
  id: string,
  progress: { fraction: number; text: string },
): Promise<void> {
  await sql`update cycles set progress = ${sql.json(progress)} where id = ${id} and ended_at is null`;
}

/** Notes which snapshot the cycle trains on. */
export async function saveCycleSnapshot(sql: Sql, id: string, snapshotId: string): Promise<void> {
  await sql`update cycles set snapshot_id = ${snapshotId} where id = ${id}`;
}

/** Notes which version the cycle trained. */
export async function saveChallenger(sql: Sql, id: string, version: number): Promise<void> {
  await sql`update cycles set challenger = ${version} where id = ${id}`;
}

/** Notes what the validation said, with all it rests on. */
export async function saveVerdict(sql: Sql, id: string, verdict: Verdict, evidence: Evidence): Promise<void> {
  await sql`update cycles set verdict = ${verdict}, evidence = ${sql.json(evidence)} where id = ${id}`;
}

/** Notes what the first labelled window after the deployment said; a roll-back becomes the cycle's outcome. */
export async function saveWatch(sql: Sql, id: string, watch: Watch): Promise<void> {
  await sql`update cycles set watch = ${sql.json(watch)},
      outcome = ${watch.decision === "rolled back" ? sql`'rolled back'` : sql`outcome`} where id = ${id}`;
}

/** Ends a cycle; the first outcome stands. @returns whether this was the first */
export async function endCycle(
  sql: Sql,
  id: string,
  outcome: Outcome,
  error: string | null = null,
): Promise<boolean> {
  await enterStage(sql, id, "ended");
  const ended =
    await sql`update cycles set outcome = ${outcome}, error = ${error}, progress = null, ended_at = now()
    where id = ${id} and ended_at is null`;
  return ended.count > 0;
}

/**
 * Ends a cycle whose workflow is gone, by what it had done until then: what serves is not said to be lost.
 * @returns its outcome; null: it had ended
 */
export async function settleGone(
  sql: Sql,
  id: string,
  why: string,
): Promise<"deployed" | "rolling out" | "lost" | null> {
  return await inTransaction(sql, async (tx) => {
    const open = await tx`select from cycles where id = ${id} and ended_at is null for update`;
    if (open.length === 0) return null;
    const [row] = await tx<{ outcome: "deployed" | "rolling out" | "lost" }[]>`select case
      when exists (select from serving_history where key = ${id} and kind = 'deploy') then 'deployed'
      when exists (select from rollouts where cycle_id = ${id}) then 'rolling out'
      else 'lost' end as outcome`;
    await endCycle(tx, id, row.outcome, row.outcome === "lost" ? why : null);
    return row.outcome;
  });
}

/** Returns the cycles that have not ended. */
export async function openCycles(sql: Sql): Promise<{ id: string; model: string }[]> {
  const rows = await sql<{ id: string; model: string }[]>`
    select id, model from cycles where ended_at is null order by started_at`;
  return [...rows];
}

/** Returns ended rollouts whose cycle still says that they run, for so long. */
export async function unconcludedRollouts(sql: Sql, beforeMs: number): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`select r.id from rollouts r join cycles c on c.id = r.cycle_id
    where c.outcome = 'rolling out' and r.state <> 'running'
      and r.ended_at < ${new Date(beforeMs).toISOString()} order by r.ended_at`;
  return rows.map(({ id }) => id);
}

/** Returns how the cycle of the same model ended that ran before this one; null: there was none, or it was cancelled. */
export async function endingBefore(
  sql: Sql,
  id: string,
): Promise<{ outcome: string; error: string | null } | null> {
  const [row] = await sql`select before.outcome, before.error from cycles this
    join cycles before on before.model = this.model and before.started_at < this.started_at
    where this.id = ${id} and before.ended_at is not null order by before.started_at desc limit 1`;
  return row ? { outcome: row.outcome, error: row.error } : null;
}

/** Says how the rollout ended that a cycle began, with a word on why where its version does not serve. */
export async function settleCycle(
  sql: Sql,
  id: string,
  outcome: Extract<Outcome, "deployed" | "rolled back" | "inconclusive">,
  why: string,
): Promise<void> {
  await sql`update cycles set outcome = ${outcome}, error = ${outcome === "deployed" ? null : why}
    where id = ${id} and outcome = 'rolling out'`;
}

const columns = (sql: Sql) =>
  sql`id, model, number, run_id, trigger, requested_by, as_of, stage, progress, reasons, snapshot_id, champion,
      challenger, verdict, evidence, outcome, error, watch, stages, started_at, ended_at`;

/** A piece of a statement. */
type Fragment = ReturnType<typeof columns>;

/** A cycle, or null where there is none of this id: a person's request, a demo's reference policy or a drill made it. */
export async function findCycle(sql: Sql, id: string): Promise<Cycle | null> {
  const [row] = await sql`select ${columns(sql)} from cycles where id = ${id}`;
  return readRows(Cycle, row ? [row] : []).at(0) ?? null;
}

/** @throws {NotFoundError} if there is no such cycle */
export async function getCycle(sql: Sql, id: string): Promise<Cycle> {
  const cycle = await findCycle(sql, id);
  if (!cycle) throw new NotFoundError("cycle", id);
  return cycle;
}

/** Selects cycles, and their order; left out: all, newest first. */
interface CycleListQuery {
  model?: string;
  outcome?: string;
  trigger?: string;
  /** as of this day or later, and as of this day or earlier: as `2011-06-01` */
  from?: string;
  to?: string;
  /** beginnings of words in its number, version, error, reasons or in who asked for it, in capitals or not */
  text?: string;
  sort?: CycleSort;
  /** left out: as the sort is read first */
  order?: SortOrder;
  limit?: number;
  /** how many to skip */
  offset?: number;
}

/**
 * Cycles by filter and sort. Their places are found first, without what they hold: else a page far behind would read the
 * evidence of all before it. Uses index `cycles_newest`, which holds all that it goes by.
 */
export async function listCycles(
  sql: Sql,
  query: CycleListQuery,
): Promise<Cycle[]> {
  const { model, outcome, trigger, sort = "started", order = firstOrder(sort), limit = 100, offset = 0 } =
    query;
  const direction = order === "asc" ? sql`asc` : sql`desc`;
  const by = sql`${sortKey(sql, sort)} ${direction} nulls last, started_at desc, id`;
  const isWithin = within(sql, query);
  const hasText = holds(sql, query);
  const hasOutcome = outcome ? sql`outcome = ${outcome}` : sql`true`;
  const rows = await sql`select ${columns(sql)} from cycles join (
      select id from cycles
      where ${model ? sql`model = ${model}` : sql`true`} and ${hasOutcome}
        and ${trigger ? sql`trigger = ${trigger}` : sql`true`} and ${isWithin} and ${hasText}
      order by ${by} limit ${limit} offset ${offset}) page using (id)
    order by ${by}`;
  return readRows(Cycle, rows);
}

/** Whole days of the data, in UTC. */
function within(sql: Sql, { from, to }: Pick<CycleListQuery, "from" | "to">) {
  const since = from ? sql`as_of >= ${from}::date at time zone 'UTC'` : sql`true`;
  const until = to ? sql`as_of < (${to}::date + 1)::timestamp at time zone 'UTC'` : sql`true`;
  return sql`${since} and ${until}`;
}

/** Words of what people read of a cycle begin with each of these. Uses index `cycles_words`. */
function holds(sql: Sql, { text = "" }: Pick<CycleListQuery, "text">) {
  if (text.trim() === "") return sql`true`;
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)); // others stand in no index
  if (words.length === 0) return sql`false`;
  const quoted = words.map((word) => `'${word.replaceAll(/['\\]/g, "$&$&")}':*`);
  return sql`words @@ to_tsquery('simple', ${quoted.join(" & ")})`;
}

/** Sort expressions of cycles. */
function sortKey(sql: Sql, sort: CycleSort) {
  const placeIn = (values: readonly string[], column: Fragment) =>
    sql`array_position(${arrayLiteral(values)}::text::text[], ${column})`;
  const keys: Record<CycleSort, Fragment> = {
    started: sql`started_at`,
    model: sql`model`,
    asOf: sql`as_of`,
    trigger: sql`trigger`,
    verdict: placeIn(Verdict.options, sql`verdict`),
    outcome: placeIn(Outcome.options, sql`outcome`),
    change: sql`loss_change`,
    took: sql`ended_at - started_at`,
  };
  return keys[sort];
}

/** Counts the cycles of a model by outcome. */
export async function countOutcomes(sql: Sql, model: string): Promise<Record<string, number>> {
  const rows = await sql`select coalesce(outcome, 'running') as outcome, count(*)::int as n from cycles
    where model = ${model} group by 1`;
  return Object.fromEntries(rows.map(({ outcome, n }) => [outcome, n]));
}

/** The number that the next cycle of a model takes. */
export async function nextCycleNumber(sql: Sql, model: string): Promise<number> {
  const [row] =
    await sql`select coalesce(max(number), 0)::int + 1 as next from cycles where model = ${model}`;
  return row.next;
}

/** Seconds that replayed cycles as of some moments spent in training, by model. */
export async function replayTrainingSeconds(
  sql: Sql,
  moments: readonly string[],
): Promise<Map<string, number>> {
  const rows = await sql<{ model: string; seconds: number }[]>`
    select model, sum(extract(epoch from (s ->> 'endedAt')::timestamptz - (s ->> 'startedAt')::timestamptz))::float8 as seconds
    from cycles, jsonb_array_elements(stages) s
    where trigger = 'replay' and as_of = any(${moments as string[]}::timestamptz[])
      and s ->> 'stage' in ('train', 'refit') and s ->> 'endedAt' is not null group by model`;
  return new Map(rows.map(({ model, seconds }) => [model, seconds]));
}

/** Cycles as of a moment or later that came to a verdict, newest first. */
export async function judgedCyclesSince(sql: Sql, asOf: string): Promise<Cycle[]> {
  const rows = await sql`select ${columns(sql)} from cycles
    where as_of >= ${asOf} and verdict is not null and evidence is not null order by as_of desc, started_at desc`;
  return readRows(Cycle, rows);
}
