import type { Sql } from "../connect.ts";

/** Selects the predictions of a rollout: made from a moment on, with the outcomes known at another. */
interface RolloutWindow {
  model: string;
  fromAsOf: string;
  metBy: string;
}

/** The answers of champion and challenger about one shopper at the same moment. */
export interface AnsweredByBoth {
  userKey: string;
  champion: number;
  challenger: number;
  /** of several classes: of each; null: a prediction is one number */
  probabilities: { champion: number[]; challenger: number[] } | null;
  segment: string | null;
  /** null: the horizon has not passed yet */
  outcome: number | null;
}

/**
 * Of each shopper whom two versions answered about at the same moment the first such pair, so that a shopper counts
 * once. Uses index `predictions_asof`.
 */
export async function answeredByBoth(
  sql: Sql,
  { model, fromAsOf, metBy, champion, challenger }: RolloutWindow & { champion: number; challenger: number },
): Promise<AnsweredByBoth[]> {
  const answersOf = (version: number) =>
    sql`select distinct on (user_key, as_of) user_key, as_of, prediction, probabilities, segment, outcome, met_at from predictions
      where model = ${model} and version = ${version} and as_of >= ${fromAsOf}
        and not fallback order by user_key, as_of, id`;
  return [
    ...await sql<AnsweredByBoth[]>`
    select distinct on (user_key) user_key, ours.prediction as champion, theirs.prediction as challenger,
      case when ours.probabilities is not null and theirs.probabilities is not null then
        jsonb_build_object('champion', ours.probabilities, 'challenger', theirs.probabilities) end as probabilities,
      coalesce(ours.segment, theirs.segment) as segment,
      case when greatest(ours.met_at, theirs.met_at) <= ${metBy} then ours.outcome end as outcome
    from (${answersOf(champion)}) ours join (${answersOf(challenger)}) theirs using (user_key, as_of)
    order by user_key, as_of`,
  ];
}

/** The first answer that each shopper was shown, and its outcome. */
export interface ShownAnswer {
  userKey: string;
  version: number;
  asOfMs: number;
  prediction: number;
  probabilities: number[] | null;
  outcome: number | null;
}

/**
 * Of each shopper the first answer that was shown to them; who was moved from one arm to another counts for the first.
 * Uses index `predictions_asof`.
 */
export async function shownAnswers(
  sql: Sql,
  { model, fromAsOf, metBy }: RolloutWindow,
): Promise<ShownAnswer[]> {
  return [
    ...await sql<ShownAnswer[]>`
    select distinct on (user_key) user_key, version, (extract(epoch from as_of) * 1000)::float8 as "asOfMs",
      prediction, probabilities, case when met_at <= ${metBy} then outcome end as outcome
    from predictions where model = ${model} and as_of >= ${fromAsOf}
      and source = 'api' and shown and version is not null
    order by user_key, as_of, id`,
  ];
}

/** Counts the different shoppers that each version was shown to. */
export async function shoppersShown(
  sql: Sql,
  { model, fromAsOf }: Pick<RolloutWindow, "model" | "fromAsOf">,
): Promise<ReadonlyMap<number, number>> {
  const rows = await sql<{ version: number; n: number }[]>`
    select version, count(distinct user_key)::int as n from predictions
    where model = ${model} and as_of >= ${fromAsOf} and source = 'api' and shown
      and version is not null group by version`;
  return new Map(rows.map(({ version, n }) => [version, n]));
}

/** Returns the serving counts of a version since a moment of the wall clock. */
export interface ServedCounts {
  answers: number;
  errors: number;
  fallbacks: number;
  /** requests by the upper bound of their bucket, ms */
  latency: Record<string, number>;
}

/** Uses index `serving_minutes_minute`; minutes are added up for all processes. */
export async function servedCounts(
  sql: Sql,
  { model, since }: { model: string; since: string },
): Promise<ReadonlyMap<number, ServedCounts>> {
  const rows = await sql<({ version: number } & ServedCounts)[]>`
    with mine as (select * from serving_minutes
      where model = ${model} and minute >= date_trunc('minute', ${since}::timestamptz))
    select version, sum(answers)::float8 as answers, sum(errors)::float8 as errors,
      sum(fallbacks)::float8 as fallbacks,
      coalesce((select jsonb_object_agg(bucket, n) from (
        select key as bucket, sum(value::float8) as n from mine m, jsonb_each_text(m.latency)
        where m.version = mine.version group by key) b), '{}') as latency
    from mine group by version`;
  return new Map(rows.map(({ version, ...counts }) => [version, counts]));
}

/**
 * Reads the days after an answer: whether shoppers bought, and what they spent less returns. The rest of
 * the answer's own UTC day counts for purchases, not for money: what was spent before and after it is not told apart.
 */
export async function rewardsAfter(
  sql: Sql,
  { reward, answers, days }: {
    reward: "purchase" | "spend";
    answers: readonly { userKey: string; asOfMs: number }[];
    days: number;
  },
): Promise<number[]> {
  const value = reward === "purchase"
    ? sql`max((last_purchase_at >= at and last_purchase_at < at + ${days} * interval '24 hours')::int)`
    : sql`sum(case when first_at >= at and last_at < at + ${days} * interval '24 hours' then spend - returned end)`;
  const rows = await sql<{ value: number }[]>`
    select coalesce(${value}, 0)::float8 as value
    from unnest(${answers.map((a) => a.userKey)}::uuid[],
                ${answers.map((a) => a.asOfMs)}::float8[]) with ordinality as a(k, ms, i)
    cross join lateral (select to_timestamp(ms / 1000) as at) t
    left join user_days on user_key = k and last_at >= at and first_at < at + ${days} * interval '24 hours'
    group by i order by i`;
  return rows.map((row) => row.value);
}
