import type { Sql } from "../connect.ts";

/** Counts and latencies of a version in one minute, in one process. */
export interface ServingMinute {
  model: string;
  /** the version that should have spoken */
  version: number;
  /** ISO 8601, the beginning of the minute */
  minute: string;
  process: string;
  answers: number;
  errors: number;
  fallbacks: number;
  /** requests by the ms they took at most */
  latency: Readonly<Record<string, number>>;
}

/** Adds to what is stored of the same minutes. */
export async function addServingMinutes(sql: Sql, minutes: readonly ServingMinute[]): Promise<void> {
  if (minutes.length === 0) return;
  const minutesJson = sql.json(minutes as never);
  await sql`insert into serving_minutes
    select model, version, minute, process, answers, errors, fallbacks, latency
    from jsonb_to_recordset(${minutesJson}) as t(model text, version int, minute timestamptz, process text,
      answers bigint, errors bigint, fallbacks bigint, latency jsonb)
    on conflict (model, version, minute, process) do update set
      answers = serving_minutes.answers + excluded.answers,
      errors = serving_minutes.errors + excluded.errors,
      fallbacks = serving_minutes.fallbacks + excluded.fallbacks,
      latency = (select jsonb_object_agg(key, n) from (
        select key, sum(value::bigint) as n from (
          select * from jsonb_each_text(serving_minutes.latency)
          union all select * from jsonb_each_text(excluded.latency)) both_of_them group by key) summed)`;
}
