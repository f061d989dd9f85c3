/** The plans of the statements that a busy shop sends most: as Postgres itself tells them, whatever the values are. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { DAY_MS } from "../../src/core/time.ts";
import { arrayTypes } from "../../src/db/array_types.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { lastEventsMs } from "../../src/db/events/last_events.ts";
import { readUserDays } from "../../src/db/events/user_days.ts";
import { migratedDatabase } from "../support/migrated_database.ts";
import { event, pseudonym } from "./events_support.ts";

const START_MS = Date.UTC(2024, 0, 1);
const SHOPPERS = 400;
const DAYS = 20;

/** Reads about one shopper, and the index by which Postgres has to find them. */
const READS: Readonly<Record<string, [index: string, (sql: Database, user: string) => Promise<unknown>]>> = {
  "the days of a shopper": [
    "user_days_pkey",
    (sql, user) => Array.fromAsync(readUserDays(sql, { asOfMs: START_MS + DAYS * DAY_MS, users: [user] })),
  ],
  "their newest session": [
    "user_days_pkey",
    (sql, user) =>
      Array.fromAsync(
        readUserDays(sql, { asOfMs: START_MS + DAYS * DAY_MS, users: [user], newest: "kept" }),
      ),
  ],
  "the newest event of a shopper": ["user_days_pkey", (sql, user) => lastEventsMs(sql, [user])],
};

/** Each shopper buys something on each day. */
async function fill(sql: Database): Promise<void> {
  for (let day = 0; day < DAYS; day++) {
    const events = Array.from(
      { length: SHOPPERS },
      (_, i) =>
        event({ id: `${day}-${i}`, userKey: pseudonym(`shopper ${i}`), atMs: START_MS + day * DAY_MS + i }),
    );
    await insertEvents(sql, events);
  }
  await sql`analyze`;
}

/** A connection on which Postgres tells the plan of each statement. */
async function explaining(url: string, told: string[]): Promise<Database> {
  const asText = { to: 1184, from: [1184], serialize: String, parse: String };
  const sql = postgres(url, {
    max: 1,
    fetch_types: false,
    types: { ...arrayTypes(asText) },
    onnotice: ({ message }) => told.push(message),
  }) as unknown as Database;
  await sql.unsafe(
    `load 'auto_explain'; set auto_explain.log_min_duration = 0; set client_min_messages = log`,
  );
  return sql;
}

Deno.test("what a prediction reads of a shopper is found by their key, planned for these values or for any", async (t) => {
  await using database = await migratedDatabase();
  const filling = connect(database.url, { max: 1 });
  await fill(filling);
  await filling.end();
  for (const mode of ["force_custom_plan", "force_generic_plan"]) {
    const told: string[] = [];
    const sql = await explaining(database.url, told);
    await sql.unsafe(`set plan_cache_mode = ${mode}`);
    for (const [what, [index, read]] of Object.entries(READS)) {
      await t.step(`${what}, ${mode}`, async () => {
        told.length = 0;
        await read(sql, pseudonym("shopper 7"));
        const plan = told.join("\n");
        assert.match(plan, new RegExp(`using ${index}|on ${index}`));
        assert.doesNotMatch(plan, /Seq Scan on (user_days|events)|user_days_day/);
      });
    }
    await sql.end();
  }
});
