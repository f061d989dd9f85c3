/** What can go by its age, and its deletion. Each condition leaves what a living cycle, rollout or version needs. */
import type postgres from "postgres";
import type { Database, Sql } from "./connect.ts";
import { inTransaction } from "./connect.ts";
import { getSetting, putSetting } from "./settings.ts";

/** Tables with rows that go by their age. */
export const AGEING_TABLES = [
  "events",
  "user_days",
  "predictions",
  "serving_minutes",
  "feature_blocks",
  "label_blocks",
  "feature_shards",
  "quarantine",
  "deliveries",
  "alerts",
  "idempotency_keys",
] as const;
export type AgeingTable = (typeof AGEING_TABLES)[number];

/** Rows that go, and their size. */
export interface Freed {
  rows: number;
  bytes: number;
}

/** The end of what can go, ms since the epoch: of the data's time for what shoppers did, else of the wall clock's. */
export interface Cut {
  beforeMs: number;
  /** the moment that the installation stands at */
  asOfMs: number;
}

const DAY_MS = 86_400_000;
const ROWS_AT_ONCE = 20_000;
const at = (ms: number): string => new Date(ms).toISOString();

type Fragment = postgres.PendingQuery<postgres.Row[]>;

/** Which rows of a table can go. */
function conditionOf(sql: Sql, table: AgeingTable, { beforeMs, asOfMs }: Cut): Fragment {
  const before = at(beforeMs);
  const rolloutSince =
    sql`coalesce((select min(started_at) from rollouts where state = 'running'), 'infinity')`;
  switch (table) {
    case "events":
      return sql`at < ${at(wholeDay(beforeMs))}`;
    case "user_days": // whole shoppers, so that nobody's history is cut in two
      return sql`user_key in (select user_key from user_days group by user_key
        having max(day) < ${wholeDay(beforeMs) / DAY_MS}::int)`;
    case "predictions": // not those that still wait for their outcome, nor those of a rollout that runs
      return sql`at < ${before} and at < ${rolloutSince}
        and (outcome is not null or horizon_days is null
          or as_of + horizon_days * interval '1 day' < ${at(asOfMs - 30 * DAY_MS)})`;
    case "serving_minutes":
      return sql`minute < ${before} and minute < ${rolloutSince}`;
    case "feature_blocks":
    case "label_blocks": {
      const part = table === "feature_blocks" ? "features" : "labels";
      return sql`built_at < ${before} and sha256 not in (select block ->> ${part} from snapshots,
        jsonb_array_elements(blocks) block where block ->> ${part} is not null)`;
    }
    case "feature_shards":
      return sql`built_at < ${before}`;
    case "quarantine":
      return sql`received_at < ${before}`;
    case "deliveries":
      return sql`alert_id in (select id from alerts where closed_at < ${before})`;
    case "alerts":
      return sql`closed_at < ${before}`;
    case "idempotency_keys":
      return sql`at < ${before}`;
  }
}

/** The beginning of a moment's day: days are kept whole. */
const wholeDay = (ms: number): number => Math.floor(ms / DAY_MS) * DAY_MS;

/** Counts the rows that can go. */
export async function countAged(sql: Sql, table: AgeingTable, cut: Cut): Promise<Freed> {
  const condition = conditionOf(sql, table, cut);
  const [row] =
    await sql`select count(*)::float8 as rows, coalesce(sum(pg_column_size(t.*)), 0)::float8 as bytes
    from ${sql(table)} t where ${condition}`;
  return { rows: row.rows, bytes: row.bytes };
}

/** Deletes the rows that can go, some at a time: nobody waits long for a lock. */
export async function deleteAged(sql: Database, table: AgeingTable, cut: Cut): Promise<Freed> {
  const freed = { rows: 0, bytes: 0 };
  if (table === "events" && await isAnyAged(sql, table, cut)) {
    await keepEventsFrom(sql, wholeDay(cut.beforeMs));
  }
  while (true) {
    const condition = conditionOf(sql, table, cut);
    const [row] = await sql`with gone as (
        delete from ${sql(table)} as t where ctid = any(array(
          select ctid from ${sql(table)} where ${condition} limit ${ROWS_AT_ONCE}))
        returning pg_column_size(t.*) as bytes)
      select count(*)::float8 as rows, coalesce(sum(bytes), 0)::float8 as bytes from gone`;
    freed.rows += row.rows;
    freed.bytes += row.bytes;
    if (row.rows < ROWS_AT_ONCE && !(table === "user_days" && row.rows > 0)) break;
  }
  if (table === "events") await forgetNewest(sql, wholeDay(cut.beforeMs) / DAY_MS);
  return freed;
}

/** Days keep their counts, and no single event. */
async function forgetNewest(sql: Database, beforeDay: number): Promise<void> {
  while (true) {
    const { count } = await sql`update user_days set newest = null where ctid = any(array(
      select ctid from user_days where day < ${beforeDay}::int and newest is not null limit ${ROWS_AT_ONCE}))`;
    if (count < ROWS_AT_ONCE) return;
  }
}

async function isAnyAged(sql: Sql, table: AgeingTable, cut: Cut): Promise<boolean> {
  const condition = conditionOf(sql, table, cut);
  return (await sql`select 1 from ${sql(table)} where ${condition} limit 1`).count > 0;
}

const EVENTS_FROM = "events_kept_from";

/** Notes from when on events are kept: one that was deleted and is sent again would count twice in the sums of its day. */
async function keepEventsFrom(sql: Database, fromMs: number): Promise<void> {
  await inTransaction(sql, async (tx) => {
    const known = await eventsKeptFrom(tx);
    if (known === null || known < fromMs) await putSetting(tx, EVENTS_FROM, at(fromMs));
  });
}

/** From when on events are kept, ms since the epoch; null: none were ever deleted. */
export async function eventsKeptFrom(sql: Sql): Promise<number | null> {
  const from = await getSetting(sql, EVENTS_FROM);
  return from === null ? null : Date.parse(String(from));
}

/** Where evidence of a look was let go: its sha256 is this word, which names no file. */
export const EVIDENCE_GONE = "let go";

const oldEvidence = (sql: Sql, beforeMs: number): Fragment =>
  sql`o.at < ${at(beforeMs)} and o.evidence_sha256 <> ${EVIDENCE_GONE}
    and o.id not in (select distinct on (kind, model) id from observations order by kind, model, as_of desc, at desc)`;

/** Lists evidence that only looks older than a moment rest on; the newest look of a kind and model keeps its own. */
export async function agedEvidence(sql: Sql, beforeMs: number): Promise<string[]> {
  const before = at(beforeMs);
  const rows = await sql<{ sha256: string }[]>`select distinct o.evidence_sha256 as sha256 from observations o
    where ${oldEvidence(sql, beforeMs)} and not exists (select 1 from observations young
      where young.evidence_sha256 = o.evidence_sha256 and young.at >= ${before})`;
  return rows.map(({ sha256 }) => sha256);
}

/** Lets the evidence of looks older than a moment go: the looks stay, with what they said. @returns how many */
export async function letEvidenceGo(sql: Sql, beforeMs: number): Promise<number> {
  const result = await sql`update observations o set evidence_sha256 = ${EVIDENCE_GONE}
    where ${oldEvidence(sql, beforeMs)}`;
  return result.count;
}

/** A version whose file can go. */
export interface OldVersion {
  model: string;
  version: number;
  artefactSha256: string;
}

/** Lists versions that never served, whose cycle ended before a moment, and that no rollout or approval asks for. */
export async function neverServed(sql: Sql, beforeMs: number): Promise<OldVersion[]> {
  const before = at(beforeMs);
  const rows = await sql<OldVersion[]>`select v.model, v.version, v.artefact_sha256 from model_versions v
    join cycles c on c.id = v.cycle_id
    where v.state in ('rejected', 'candidate') and v.artefact_removed_at is null and c.ended_at < ${before}
      and not exists (select 1 from serving s where s.model = v.model
        and (s.version = v.version or s.arms @> jsonb_build_array(jsonb_build_object('version', v.version))))
      and not exists (select 1 from rollouts r where r.model = v.model and r.state = 'running'
        and (r.champion = v.version or v.version = any(r.challengers)))
      and not exists (select 1 from approvals a where a.model = v.model and a.version = v.version and a.decision is null)
    order by v.model, v.version`;
  return [...rows];
}

/** Whether another version keeps the same file. */
export async function isFileShared(
  sql: Sql,
  { model, version, artefactSha256 }: OldVersion,
): Promise<boolean> {
  const [row] = await sql`select exists (select 1 from model_versions v
    where v.artefact_removed_at is null and not (v.model = ${model} and v.version = ${version})
      and (v.artefact_sha256 = ${artefactSha256} or v.manifest -> 'tested' ->> 'sha256' = ${artefactSha256})) as shared`;
  return row.shared;
}
