/** Questions of `perennial doctor` that no other part asks. Nothing here changes a row. */
import type { Sql } from "./connect.ts";

/** The server's clock, ms since the epoch. */
export async function serverClockMs(sql: Sql): Promise<number> {
  const [row] = await sql`select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms`;
  return row.ms;
}

/**
 * How many events were taken in, and put aside, since a moment. Those taken in are counted by when they happened, for
 * there is no index of when they came; uses `events_at` and `quarantine_received`.
 */
export async function intakeSince(
  sql: Sql,
  sinceMs: number,
): Promise<{ quarantined: number; accepted: number }> {
  const since = new Date(sinceMs).toISOString();
  const [row] = await sql`select
    (select count(*) from quarantine where replayed_at is null and received_at >= ${since})::float8 as quarantined,
    (select count(*) from events where at >= ${since})::float8 as accepted`;
  return { quarantined: row.quarantined, accepted: row.accepted };
}

/** Counts the deliveries of open alerts that were given up. */
export async function undeliveredAlerts(sql: Sql): Promise<{ alerts: number; lastError: string | null }> {
  const [row] = await sql`select count(distinct a.id)::int as alerts, max(d.last_error) as last_error
    from deliveries d join alerts a on a.id = d.alert_id
    where a.closed_at is null and d.given_up_at is not null and d.delivered_at is null`;
  return { alerts: row.alerts, lastError: row.lastError };
}

/** The files that nothing names, as the newest sweep listed them. */
export async function listedOrphans(
  sql: Sql,
): Promise<{ files: number; bytes: number; oldest: string | null }> {
  const [row] = await sql`select count(*)::int as files, coalesce(sum(bytes), 0)::float8 as bytes,
    min(found_at) as oldest from artefact_orphans`;
  return { files: row.files, bytes: row.bytes, oldest: row.oldest };
}

/** Names the evidence of the newest look of each kind and model, and of each model's newest impact. */
export async function newestEvidence(sql: Sql): Promise<{ what: string; sha256: string }[]> {
  const rows = await sql<{ what: string; sha256: string }[]>`
    select what, sha256 from (
      select distinct on (kind, model) kind || coalesce(' of ' || model, '') || ' as of ' || iso(as_of) as what,
        evidence_sha256 as sha256
      from observations order by kind, model, as_of desc, at desc) looks
    union all
    select what, sha256 from (
      select distinct on (model) 'impact of ' || cycle_id as what, evidence_sha256 as sha256
      from impacts where evidence_sha256 is not null order by model, at desc) impacts`;
  return [...rows];
}

/** When the newest thing was written down that always is: a worker's sign of life, or a row of the audit. */
export async function newestWriteMs(sql: Sql): Promise<number | null> {
  const [row] = await sql`select greatest((select max(seen_at) from workers),
    (select at from audit order by id desc limit 1)) as newest`;
  return row.newest === null ? null : Date.parse(row.newest);
}

/** Whether rows were made with the secret of the pseudonyms, and signed with the signing key. */
export async function usesOfSecrets(sql: Sql): Promise<{ pseudonyms: boolean; signatures: boolean }> {
  const [row] = await sql`select exists (select 1 from user_days) as pseudonyms,
    exists (select 1 from model_versions where signature is not null) or exists (select 1 from audit_checkpoints)
      as signatures`;
  return { pseudonyms: row.pseudonyms, signatures: row.signatures };
}
