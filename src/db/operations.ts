import type { Sql } from "./connect.ts";

/** How far the work of a model has come. */
export interface ModelFacts {
  model: string;
  /** null: it never was */
  trainedAt: string | null;
  checkedAt: string | null;
  nextCheckAt: string | null;
  servingSince: string | null;
  /** what people asked for */
  active: boolean;
  cycleStartedAt: string | null;
  /** since when its running rollout is paused; null: none is */
  rolloutPausedAt: string | null;
  outcomesPending: number;
  trainings: number;
}

/** What waits, and how much there is. */
export interface QueueFacts {
  quarantined: number;
  changesUnsent: number;
  deliveriesUnsent: number;
  workersAlive: number;
  events: number;
  databaseBytes: number;
}

/** A number of things of one kind. */
export interface Count {
  name: string;
  n: number;
}

/** Reads when each model was last trained and checked, and what it waits for. @param options.sinceMs for trainings */
export async function modelFacts(sql: Sql, { sinceMs }: { sinceMs: number }): Promise<ModelFacts[]> {
  return await sql<ModelFacts[]>`
    select r.model, r.next_check_at, coalesce(r.desired_active, r.active) as active,
      (select max(created_at) from model_versions v where v.model = r.model and v.state <> 'reference') as trained_at,
      (select max(checked_at) from checks c where c.model = r.model) as checked_at,
      (select max(at) from serving_history h where h.model = r.model) as serving_since,
      (select min(started_at) from cycles c where c.model = r.model and c.ended_at is null) as cycle_started_at,
      (select paused->>'at' from rollouts o where o.model = r.model and o.state = 'running') as rollout_paused_at,
      (select count(*)::int from model_versions v
        where v.model = r.model and v.state <> 'reference' and v.created_at >= ${new Date(
    sinceMs,
  )}) as trainings,
      coalesce(p.n, 0) as outcomes_pending
    from retrainers r left join (
      select model, count(*)::int as n from predictions
      where outcome is null and horizon_days is not null group by model
    ) p using (model) order by r.model`;
}

/** Reads what waits and how much there is. */
export async function queueFacts(sql: Sql): Promise<QueueFacts> {
  const [row] = await sql<QueueFacts[]>`select
    (select count(*)::int from quarantine where replayed_at is null) as quarantined,
    (select count(*)::int from outbox where sent_at is null and given_up_at is null) as changes_unsent,
    (select count(*)::int from deliveries where delivered_at is null and given_up_at is null) as deliveries_unsent,
    (select count(*)::int from workers where seen_at > now() - interval '1 minute') as workers_alive,
    (select coalesce(sum(events), 0)::float8 from day_counts) as events,
    pg_database_size(current_database())::float8 as database_bytes`;
  return row;
}

/** Returns how large this database is. */
export async function databaseBytes(sql: Sql): Promise<number> {
  const [{ bytes }] = await sql`select pg_database_size(current_database())::float8 as bytes`;
  return bytes;
}

/** Counts the connections to this database, by what they do. */
export const countConnections = (sql: Sql): Promise<Count[]> =>
  sql<Count[]>`select coalesce(state, 'other') as name, count(*)::int as n from pg_stat_activity
    where datname = current_database() group by 1`;

/** Counts open alerts by severity. */
export const countAlerts = (sql: Sql): Promise<Count[]> =>
  sql<Count[]>`select severity as name, count(*)::int as n from alerts where closed_at is null group by 1`;

/** Counts the cycles of each model that have ended, by outcome. */
export const countCycles = (sql: Sql): Promise<(Count & { model: string })[]> =>
  sql<(Count & { model: string })[]>`select model, outcome as name, count(*)::int as n from cycles
    where outcome is not null group by 1, 2`;
