import { DAY_MS } from "../../core/time.ts";
import type { Sql } from "../connect.ts";

/** A stored prediction whose outcome is due. */
export interface DuePrediction {
  id: number;
  userKey: string;
  asOfMs: number;
  horizonDays: number;
}

/** A stored prediction of one version, as a look reads it. */
interface StoredPrediction {
  id: number;
  userKey: string;
  asOfMs: number;
  prediction: number;
  /** of several classes: of each; null: a prediction is one number */
  probabilities: number[] | null;
  segment: string | null;
}
export interface MetPrediction extends StoredPrediction {
  outcome: number;
}

/** The predictions of a version that a look is about. */
export interface OfVersion {
  model: string;
  version: number;
  /** what came true, and what was predicted, after this moment is not seen */
  asOfMs: number;
}

const moment = (sql: Sql, ms: number) => sql`to_timestamp(${ms}::float8 / 1000)`;
const asMs = (sql: Sql) => sql`(extract(epoch from as_of) * 1000)::float8 as "asOfMs"`;
/** When the outcome is complete; hours, since a day of a session's time zone may have 23. */
const complete = (sql: Sql) => sql`as_of + horizon_days * interval '24 hours'`;

/** Predictions of a model whose outcomes are complete at a moment and not stored, oldest first. Uses index `predictions_due`. */
export async function duePredictions(
  sql: Sql,
  { model, asOfMs, limit }: { model: string; asOfMs: number; limit: number },
): Promise<DuePrediction[]> {
  const knownAt = moment(sql, asOfMs);
  return [
    ...await sql<DuePrediction[]>`
    select id, user_key, ${asMs(sql)}, horizon_days from predictions
    where model = ${model} and outcome is null and horizon_days is not null and ${complete(sql)} <= ${knownAt}
    order by as_of, id limit ${limit}`,
  ];
}

/** Stores outcomes, as known at `asOfMs`; one that is stored already stands. @returns how many are new */
export async function saveOutcomes(
  sql: Sql,
  { asOfMs, outcomes }: { asOfMs: number; outcomes: readonly { id: number; outcome: number }[] },
): Promise<number> {
  const { count } = await sql`update predictions set outcome = o, met_at = ${asOfMs}
    from unnest(${outcomes.map(({ id }) => id)}::bigint[],
                ${outcomes.map(({ outcome }) => outcome)}::float8[]) as t(i, o)
    where id = i and outcome is null`;
  return count;
}

/**
 * Selects the predictions that represent a version: the monitor's, a sample of the population; where it stored none,
 * those that were asked for. Never both: who is asked about often would count twice.
 */
async function sourceOf(sql: Sql, { model, version, asOfMs }: OfVersion): Promise<"monitor" | "api"> {
  const [row] =
    await sql`select exists (select 1 from predictions where model = ${model} and version = ${version}
    and source = 'monitor' and as_of <= ${moment(sql, asOfMs)}) as monitored`;
  return row.monitored ? "monitor" : "api";
}

/** Predictions of a version that met their outcomes, newest first, and how many there are in all. */
export async function metPredictions(
  sql: Sql,
  { limit, madeByMs, ...ofVersion }: OfVersion & { limit: number; madeByMs?: number },
): Promise<{ rows: MetPrediction[]; total: number }> {
  const { model, version, asOfMs } = ofVersion;
  const knownAt = moment(sql, madeByMs ?? asOfMs);
  const where = sql`model = ${model} and version = ${version} and source = ${await sourceOf(sql, ofVersion)}
    and outcome is not null and met_at <= ${moment(sql, asOfMs)} and as_of <= ${knownAt}`;
  const rows = await sql<MetPrediction[]>`
    select id, user_key, ${asMs(sql)}, prediction, probabilities, segment, outcome
    from predictions where ${where} order by as_of desc, id desc limit ${limit}`;
  const [{ n }] = await sql`select count(*)::int as n from predictions where ${where}`;
  return { rows: [...rows], total: n };
}

/**
 * The newest predictions of all versions that met their outcomes, newest first, of one horizon: the monitor's, where it
 * stored any. Uses index `predictions_asof`, from where outcomes are complete.
 */
export async function servedPredictions(
  sql: Sql,
  { model, asOfMs, horizonDays, limit }: {
    model: string;
    asOfMs: number;
    horizonDays: number;
    limit: number;
  },
): Promise<(MetPrediction & { version: number })[]> {
  const [sinceMs, untilMs] = [2, 1].map((horizons) => asOfMs - horizons * horizonDays * DAY_MS);
  const made = sql`model = ${model} and version is not null
    and as_of > ${moment(sql, sinceMs)} and as_of <= ${moment(sql, untilMs)}`;
  return [
    ...await sql<(MetPrediction & { version: number })[]>`
    select id, user_key, version, ${asMs(sql)}, prediction, probabilities, segment, outcome
    from predictions where ${made} and outcome is not null and met_at <= ${moment(sql, asOfMs)}
      and source = case when exists (select from predictions where ${made} and source = 'monitor')
                   then 'monitor' else 'api' end
    order by as_of desc, id desc limit ${limit}`,
  ];
}

/** Predictions of a version that wait for their outcomes, newest first; how many there are, and when the next are complete. */
export async function waitingPredictions(
  sql: Sql,
  { limit, ...ofVersion }: OfVersion & { limit: number },
): Promise<{ rows: StoredPrediction[]; total: number; outcomesNext: string | null }> {
  const { model, version, asOfMs } = ofVersion;
  const asOf = moment(sql, asOfMs);
  const where = sql`model = ${model} and version = ${version} and source = ${await sourceOf(sql, ofVersion)}
    and horizon_days is not null and as_of <= ${asOf} and (met_at is null or met_at > ${asOf})`;
  const rows = await sql<StoredPrediction[]>`
    select id, user_key, ${asMs(sql)}, prediction, probabilities, segment
    from predictions where ${where} order by as_of desc, id desc limit ${limit}`;
  const [{ n, next }] = await sql`select count(*)::int as n, min(${complete(sql)}) as next
    from predictions where ${where}`;
  return { rows: [...rows], total: n, outcomesNext: next };
}

/**
 * Errors that a stream has not read: of each shopper one prediction per horizon, so that no outcome is read twice under
 * two names, in the order in which they were made. A shopper's horizons begin at a day of its own, which spreads the
 * shoppers over the days.
 * @param after the newest that was read; null: none yet
 */
export async function unreadOutcomes(
  sql: Sql,
  { after, ...ofVersion }: OfVersion & { after: { asOf: string; id: number } | null },
): Promise<MetPrediction[]> {
  const { model, version, asOfMs } = ofVersion;
  const since = after === null
    ? sql`true`
    : sql`(as_of, id) > (${after.asOf}::timestamptz, ${after.id}::bigint)`;
  return [
    ...await sql<MetPrediction[]>`
    select id, user_key, ${asMs(sql)}, prediction, probabilities, segment, outcome from (
      select distinct on (user_key, turn) * from (
        select *, floor((extract(epoch from as_of) / 86400 + ('x' || left(user_key::text, 7))::bit(28)::int % horizon_days)
                        / horizon_days) as turn
        from predictions
        where model = ${model} and version = ${version} and source = ${await sourceOf(sql, ofVersion)}
          and outcome is not null and met_at <= ${moment(sql, asOfMs)}) met
      order by user_key, turn, as_of, id) once
    where ${since} order by as_of, id`,
  ];
}
