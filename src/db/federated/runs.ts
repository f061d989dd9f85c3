import { ConflictError, NotFoundError } from "../../core/errors.ts";
import { FederatedRun, FederatedRunDetail } from "../../federated/run.ts";
import type { Summed } from "../../federated/spent.ts";
import type { Outcome } from "../../retraining/cycle.ts";
import type { Sql } from "../connect.ts";
import { readRows } from "../read_rows.ts";

const columns = (sql: Sql) =>
  sql`id, model, plan, state, cycle_id, participants, requested_by, why, error, created_at, ended_at`;

/**
 * Writes down that a model is to be trained in rounds; a repeated call changes nothing.
 * @throws {ConflictError} one waits or runs already   Uses index `federated_runs_open`.
 */
export async function addFederatedRun(
  sql: Sql,
  { id, model, plan, requestedBy, why }: Pick<FederatedRun, "id" | "model" | "plan" | "requestedBy" | "why">,
): Promise<void> {
  await sql`insert into federated_runs (id, model, plan, requested_by, why)
    values (${id}, ${model}, ${sql.json(plan)}, ${requestedBy}, ${why}) on conflict do nothing`;
  const [row] = await sql`select 1 from federated_runs where id = ${id}`;
  if (!row) throw new ConflictError(`A federated training of ${model} waits or runs already`);
}

/** Takes the run that waits for a model's next cycle. @returns its id, the same for the same cycle; null: none waits */
export async function claimFederatedRun(
  sql: Sql,
  { model, cycleId }: { model: string; cycleId: string },
): Promise<string | null> {
  await sql`update federated_runs set state = 'running', cycle_id = ${cycleId}
    where model = ${model} and state = 'waiting'
      and not exists (select 1 from federated_runs where cycle_id = ${cycleId})`;
  const [row] = await sql<{ id: string }[]>`select id from federated_runs where cycle_id = ${cycleId}`;
  return row?.id ?? null;
}

/**
 * Withdraws the run that waits for a model's next cycle. @returns its id
 * @throws {ConflictError} none waits: one that runs ends with its cycle
 */
export async function withdrawFederatedRun(
  sql: Sql,
  { model, by, why }: { model: string; by: string; why: string },
): Promise<string> {
  const error = `withdrawn by ${by}${why && `: ${why}`}`;
  const [row] = await sql<{ id: string }[]>`update federated_runs
    set state = 'withdrawn', error = ${error}, ended_at = now()
    where model = ${model} and state = 'waiting' returning id`;
  if (!row) {
    throw new ConflictError(`No federated training of ${model} waits: one that runs ends with its cycle`);
  }
  return row.id;
}

/** @throws {NotFoundError} there is no such run */
export async function getFederatedRun(sql: Sql, id: string): Promise<FederatedRun> {
  const [run] = readRows(
    FederatedRun,
    await sql`select ${columns(sql)} from federated_runs where id = ${id}`,
  );
  if (!run) throw new NotFoundError("federated training", id);
  return run;
}

/** Runs with their rounds, newest first. */
export async function listFederatedRuns(
  sql: Sql,
  { model, limit }: { model?: string; limit: number },
): Promise<FederatedRunDetail[]> {
  const rows = await sql`select ${columns(sql)}, (
      select coalesce(jsonb_agg(jsonb_build_object('round', round, 'attempt', attempt,
          'members', coalesce(jsonb_array_length(roster -> 'keys'), 0),
          'summed', coalesce(jsonb_array_length(summed), 0),
          'loss', loss, 'epsilon', epsilon, 'closedAt', iso(closed_at)) order by round), '[]')
      from (select distinct on (round) * from federated_rounds where run = federated_runs.id
            order by round, attempt desc) newest) as rounds
    from federated_runs where ${model === undefined ? sql`true` : sql`model = ${model}`}
    order by created_at desc, id limit ${limit}`;
  return readRows(FederatedRunDetail, rows);
}

/** Writes down who takes part; the first answer stands. @returns it */
export async function saveParticipants(sql: Sql, id: string, names: readonly string[]): Promise<string[]> {
  const namesJson = sql.json([...names]);
  const [row] = await sql<{ participants: string[] }[]>`update federated_runs
    set participants = coalesce(participants, ${namesJson}) where id = ${id} returning participants`;
  return row.participants;
}

/**
 * Ends the run of a cycle as the cycle ended, and lets its messages go; nothing happens where it has none. A run whose
 * rounds were not all closed has failed, whatever its cycle came to.
 */
export async function endFederatedRun(
  sql: Sql,
  { cycleId, outcome, error }: { cycleId: string; outcome: Outcome; error: string | null },
): Promise<void> {
  const isFailed = outcome === "failed" || outcome === "cancelled" || outcome === "lost";
  const why = error ?? `its cycle ended: ${outcome}`;
  const ended = await sql<{ id: string }[]>`update federated_runs f
    set state = case when done then 'done' else 'failed' end, error = case when done then null else ${why} end,
        ended_at = now()
    from (select id as run, not ${isFailed}::boolean and exists (select 1 from federated_rounds r
            where r.run = id and r.round = (plan ->> 'rounds')::int and checkpoint is not null) as done
          from federated_runs) rounds
    where rounds.run = f.id and f.cycle_id = ${cycleId} and f.state = 'running' returning f.id`;
  for (const { id } of ended) await sql`delete from federated_messages where run = ${id}`;
}

/** How often each run summed, lost attempts included: what its participants told the server. */
export async function summedRounds(sql: Sql): Promise<(Summed & { run: string })[]> {
  const rows = await sql<(Summed & { run: string })[]>`
    select f.id as run, f.plan, count(*) filter (where r.round = 0)::int as moments,
      count(*) filter (where r.round > 0)::int as rounds
    from federated_runs f join federated_rounds r on r.run = f.id and r.summed is not null
    group by f.id, f.plan order by f.id`;
  return [...rows];
}
