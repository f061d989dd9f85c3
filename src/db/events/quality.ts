import { z } from "zod";
import { DAY_MS } from "../../core/time.ts";
import { Finding } from "../../quality/report.ts";
import type { QualityEvidence, Refused } from "../../quality/quality_evidence.ts";
import { DayProfile, PROFILE_VERSION } from "../../quality/profile.ts";
import type { Sql } from "../connect.ts";
import { purchaseMoney } from "./money.ts";
import { mondayOf, profileDays } from "./quality_days.ts";

/** Days that are read: history, and as far back as one look judges. */
const DAYS = 150;
/** So many of the newest events put aside are read. */
const REFUSED_MAX = 100_000;

/** Reads the evidence about events strictly before a moment: all that is judged but features and the budget. */
export async function readQualityEvidence(
  sql: Sql,
  { asOfMs }: { asOfMs: number },
): Promise<Omit<QualityEvidence, "alpha" | "previousMs" | "features">> {
  const days = await readProfiles(sql, { asOfMs });
  const [refused, repeats, known, money] = await Promise.all([
    readRefused(sql, { asOfMs }),
    readRepeats(sql, { asOfMs }),
    knownFindings(sql, { asOfMs }),
    purchaseMoney(sql, { beforeMs: asOfMs }),
  ]);
  return { asOfMs, days, refused, repeats, known, money };
}

/**
 * Profiles of the days before a moment. A day that is over is made once and kept, and made again when events of it
 * arrived since; the last one is cut at the moment and made every time.
 */
async function readProfiles(sql: Sql, { asOfMs }: { asOfMs: number }): Promise<DayProfile[]> {
  const today = Math.floor(asOfMs / DAY_MS);
  const from = today - DAYS;
  const rows = await sql<{ day: number; events: number; profile: unknown }[]>`
    select c.day, c.events, q.profile
    from (select day, sum(events)::bigint as events from day_counts where day >= ${from}::int and day < ${today}::int group by day) c
      left join quality_days q on q.day = c.day and q.events = c.events and q.made_by = ${PROFILE_VERSION}::int
    order by c.day`;
  const madeProfiles = await makeProfiles(sql, rows.filter(({ profile }) => profile === null));
  const days = rows.map(({ day, profile }) => madeProfiles.get(day) ?? DayProfile.parse(profile));
  const cut = await profileDays(sql, { fromMs: today * DAY_MS, toMs: asOfMs });
  return [...days, ...cut];
}

/** Makes profiles of whole days week by week, and keeps them. */
async function makeProfiles(
  sql: Sql,
  wanted: readonly { day: number; events: number }[],
): Promise<Map<number, DayProfile>> {
  const profiles = new Map<number, DayProfile>();
  for (const days of Map.groupBy(wanted, ({ day }) => mondayOf(day * DAY_MS)).values()) {
    const fromMs = days[0].day * DAY_MS;
    const toMs = (days[days.length - 1].day + 1) * DAY_MS;
    for (const profile of await profileDays(sql, { fromMs, toMs })) profiles.set(profile.day, profile);
  }
  const rows = wanted.flatMap(({ day, events }) =>
    profiles.has(day) ? [{ day, events, profile: profiles.get(day)! }] : []
  );
  if (rows.length > 0) {
    await sql`
      insert into quality_days (day, made_by, events, profile)
      select day, ${PROFILE_VERSION}::int, events, profile::jsonb
      from unnest(${rows.map(({ day }) => day)}::int[], ${rows.map(({ events }) => events)}::bigint[],
                  ${rows.map(({ profile }) => JSON.stringify(profile))}::text[]) as made(day, events, profile)
      order by day
      on conflict (day) do update set made_by = excluded.made_by, events = excluded.events, profile = excluded.profile`;
  }
  return profiles;
}

/**
 * Events put aside, by the day they happened on where their time can be read (also where it was sent in seconds; a zone is
 * passed over), else by the day they were received. Reads the newest ones by primary key.
 */
async function readRefused(sql: Sql, { asOfMs }: { asOfMs: number }): Promise<Refused[]> {
  const time = sql`body ->> 'time'`;
  const windowStartMs = asOfMs - DAYS * DAY_MS;
  return await sql`
    with newest as (select * from quarantine where replayed_at is null order by id desc limit ${REFUSED_MAX}::int),
    timed as (
      select field, reason, coalesce(body ->> 'session', body ->> 'user', id::text) as visit,
        coalesce(
          case when ${time} ~ '^[0-9]{12,13}$' then to_timestamp((${time})::float8 / 1000)
               when ${time} ~ '^[0-9]{9,10}$' then to_timestamp((${time})::float8)
               when ${time} ~ '^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]'
                 then ((left(${time}, 7) || '-01')::timestamp + make_interval(days => substr(${time}, 9, 2)::int - 1,
                   hours => substr(${time}, 12, 2)::int, mins => substr(${time}, 15, 2)::int)) at time zone 'utc' end,
          received_at) as at
      from newest
    )
    select floor(extract(epoch from at) / 86400)::int as day, field, reason, count(distinct visit)::int as visits,
      count(*)::int as events
    from timed where at < to_timestamp(${asOfMs}::float8 / 1000) and at >= to_timestamp(${windowStartMs}::float8 / 1000)
    group by 1, 2, 3 order by 1, 2, 3`;
}

/** Ids sent again, by day of receipt and source. */
async function readRepeats(sql: Sql, { asOfMs }: { asOfMs: number }): Promise<QualityEvidence["repeats"]> {
  const today = Math.floor(asOfMs / DAY_MS);
  return await sql`
    select day, source, sum(events)::float8 as events from repeats
    where day <= ${today}::int and day >= ${today - DAYS}::int group by day, source order by day, source`;
}

/**
 * Reads the findings of looks as of earlier moments, each in its newest description, and whether a person accepted it.
 * Uses index `observations_found`.
 */
async function knownFindings(sql: Sql, { asOfMs }: { asOfMs: number }): Promise<Finding[]> {
  const rows = await sql`
    select distinct on (f ->> 'key') f || jsonb_build_object('accepted', exists (
      select 1 from quality_findings q where q.key = f ->> 'key' and q.accepted_at is not null)) as finding
    from observations o cross join lateral jsonb_array_elements(o.report -> 'findings') f
    where o.kind = 'quality' and o.model is null and o.report -> 'findings' <> '[]'
      and o.as_of < to_timestamp(${asOfMs}::float8 / 1000)
      and o.as_of >= to_timestamp(${asOfMs - DAYS * DAY_MS}::float8 / 1000)
    order by f ->> 'key', o.as_of desc, o.at desc`;
  return z.array(Finding).parse(rows.map((row) => row.finding));
}
