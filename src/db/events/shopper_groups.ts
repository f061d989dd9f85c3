import type { ShopperGroups } from "../../performance/groups.ts";
import type { Sql } from "../connect.ts";

/**
 * Reads the groups of shoppers at a moment, from their events of the days before it: the category they bought most
 * lines of, and the country they were last in. Uses index `events_at`.
 * @returns by pseudonym, everybody with an event in these days
 */
export async function shopperGroups(
  sql: Sql,
  { asOfMs, days }: { asOfMs: number; days: number },
): Promise<ReadonlyMap<string, ShopperGroups>> {
  const end = sql`to_timestamp(${asOfMs}::float8 / 1000)`;
  const rows = await sql<({ userKey: string } & ShopperGroups)[]>`
    select * from (
      select user_key, mode() within group (order by category collate "C") filter (where type = 'purchase') as category,
        (array_agg(country order by at desc, event_id) filter (where country is not null))[1] as country
      from events where at >= ${end} - ${days} * interval '24 hours' and at < ${end} and user_key is not null
      group by user_key) known
    order by user_key`;
  return new Map(rows.map(({ userKey, ...groups }) => [userKey, groups]));
}

/** Reads the country that each shopper was last in before a moment, by pseudonym; those of whom none is known are left out. */
export async function shopperCountries(
  sql: Sql,
  { asOfMs }: { asOfMs: number },
): Promise<ReadonlyMap<string, string>> {
  const rows = await sql<{ userKey: string; country: string }[]>`
    select distinct on (user_key) user_key, country from events
    where at < to_timestamp(${asOfMs}::float8 / 1000) and user_key is not null and country is not null
    order by user_key, at desc, event_id`;
  return new Map(rows.map(({ userKey, country }) => [userKey, country]));
}
