import fc from "fast-check";
import { connect, type Database } from "../../src/db/connect.ts";
import type { AcceptedEvent } from "../../src/events/event.ts";
import { createPseudonymizer } from "../../src/privacy/pseudonym.ts";
import { migratedDatabase } from "../support/migrated_database.ts";

export const pseudonym = createPseudonymizer("a secret only for these tests");

/** Runs `work` on a migrated database of its own. */
export async function withEvents(work: (sql: Database, url: string) => Promise<void>): Promise<void> {
  await using database = await migratedDatabase();
  const sql = connect(database.url);
  try {
    await work(sql, database.url);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** All of these events in any order, and after them some once more. */
export const inAnyOrder = (events: AcceptedEvent[]): fc.Arbitrary<AcceptedEvent[]> =>
  fc.tuple(
    fc.shuffledSubarray(events, { minLength: events.length, maxLength: events.length }),
    fc.shuffledSubarray(events),
  ).map(([all, again]) => [...all, ...again]);

/** The key of a shopper who came in through the front door. */
export async function keyOf(sql: Database, user: string, hashOf = pseudonym): Promise<string> {
  const [person] = await sql`select key from people where hash = ${hashOf(user)}`;
  return person.key;
}

/** Puts shoppers on the map under the key that tests gave them. */
export async function addPeople(sql: Database, keys: readonly string[]): Promise<void> {
  await sql`insert into people (hash, key) select key, key from unnest(${keys as string[]}::uuid[]) as key`;
}

let made = 0;

/** A purchase of one shopper, unless told otherwise. */
export function event(over: Partial<AcceptedEvent> = {}): AcceptedEvent {
  return {
    id: `e${++made}`,
    userKey: pseudonym("ann"),
    session: null,
    type: "purchase",
    product: "tea",
    category: null,
    country: null,
    price: 2,
    quantity: 3,
    amount: 6,
    atMs: Date.UTC(2024, 4, 1, 12),
    ...over,
  };
}
