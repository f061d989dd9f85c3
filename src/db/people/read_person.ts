import { z } from "zod";
import type { Sql } from "../connect.ts";

/** Everything that is kept of one shopper. */
export const PersonData = z.object({
  key: z.uuid().describe("stands for the shopper in every table"),
  knownSince: z.iso.datetime(),
  objectsSince: z.iso.datetime().nullable().describe("since when they object to being profiled"),
  events: z.array(z.record(z.string(), z.unknown())),
  days: z.array(z.record(z.string(), z.unknown())),
  predictions: z.array(z.record(z.string(), z.unknown())),
  quarantined: z.array(z.record(z.string(), z.unknown())),
});
export type PersonData = z.infer<typeof PersonData>;

/** Reads what is kept of the shopper with this key. */
export async function readPerson(sql: Sql, key: string): Promise<PersonData> {
  const [person] = await sql`select key, made_at as known_since, objected_at as objects_since from people
    where key = ${key}`;
  const events = await sql`select e.event_id as id, e.at, e.type, e.product, e.category, e.country, e.price,
      e.quantity, e.amount, e.fields, e.session_code as session, e.import_id as import, e.received_at
    from events e join user_days d on d.user_key = e.user_key
      and e.at >= to_timestamp(d.day::float8 * 86400) and e.at < to_timestamp((d.day + 1)::float8 * 86400)
    where d.user_key = ${key} order by e.at, e.event_id`;
  const days =
    await sql`select date '1970-01-01' + day as date, first_at, last_at, last_purchase_at, views, carts, purchases,
      returns, others, units, spend, priced, returned, cardinality(sessions) as sessions, newest
      from user_days where user_key = ${key} order by day`;
  const predictions =
    await sql`select model, version, as_of, prediction, probabilities, arm, shown, fallback, segment, source, at,
      horizon_days, outcome, met_at from predictions where user_key = ${key} order by id`;
  const quarantined = await sql`select body, reason, field, source, received_at from quarantine
    where body ->> 'user' = ${key} order by id`;
  return PersonData.parse({
    ...person,
    events: [...events],
    days: [...days],
    predictions: [...predictions],
    quarantined: [...quarantined],
  });
}
