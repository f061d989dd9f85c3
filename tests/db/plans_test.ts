/** The plans of the statements that a busy shop sends most: as Postgres itself tells them, whatever the values are. */
import assert from "node:assert/strict";
import postgres from "postgres";
import { DAY_MS } from "../../src/core/time.ts";
import { arrayTypes } from "../../src/db/array_types.ts";
import { connect, type Database } from "../../src/db/connect.ts";
import { checkOfCycle, checksSince, pageOfChecks } from "../../src/db/cycles/checks.ts";
import { listCycles } from "../../src/db/cycles/cycles.ts";
import { sealedShards } from "../../src/db/cycles/feature_shards.ts";
import { findFeatureBlock } from "../../src/db/cycles/snapshots.ts";
import { countEvents, insertEvents, newestEventMs } from "../../src/db/events/events.ts";
import { lastEventsMs } from "../../src/db/events/last_events.ts";
import { populationRanges, readLabelDays, readUserDays } from "../../src/db/events/user_days.ts";
import { findingsInForce } from "../../src/db/monitoring/findings_in_force.ts";
import { newestQuality } from "../../src/db/monitoring/newest_findings.ts";
import { driftedSince } from "../../src/db/monitoring/observations.ts";
import { countAged } from "../../src/db/retention.ts";
import { readRevisions } from "../../src/db/revisions.ts";
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

const AS_OF_MS = START_MS + DAYS * DAY_MS;
const POPULATION = { activeDays: 10, activity: "purchase" } as const;
const QUARTER = { from: pseudonymAt(0x40), to: pseudonymAt(0x80) };

/**
 * Statements over many rows, and the indexes that they need: those of a cut-off, a check, a night's deletion and the pages'
 * lists. In so small a shop a walk over a table is cheaper, so that it is forbidden here: where an index is gone, nothing
 * else is left.
 */
const WALKS: Readonly<Record<string, [indexes: readonly string[], (sql: Database) => Promise<unknown>]>> = {
  "a shard of a cut-off": [
    ["user_days_pkey", "events_at"],
    (sql) =>
      Array.fromAsync(readUserDays(sql, { asOfMs: AS_OF_MS + 1, population: POPULATION, range: QUARTER })),
  ],
  "the ranges of a cut-off": [
    ["user_days_day"],
    (sql) => populationRanges(sql, { asOfMs: AS_OF_MS, population: POPULATION, shoppers: 100 }),
  ],
  "the outcomes of a shard": [
    ["user_days_pkey", "events_at"],
    (sql) =>
      Array.fromAsync(
        readLabelDays(sql, {
          fromMs: AS_OF_MS - 2 * DAY_MS,
          toMs: AS_OF_MS,
          users: Array.from({ length: 150 }, (_, i) => pseudonym(`shopper ${i}`)),
        }),
      ),
  ],
  "a built cut-off": [["feature_blocks_pkey"], (sql) => findFeatureBlock(sql, "key", AS_OF_MS)],
  "the shards of an interrupted build": [
    ["feature_shards_pkey"],
    (sql) => sealedShards(sql, { key: "key", cutoffMs: AS_OF_MS, eventsSeen: 1 }),
  ],
  "events before a moment": [["events_at"], (sql) => countEvents(sql, { beforeMs: AS_OF_MS - DAY_MS / 2 })],
  "the newest event": [["events_at"], (sql) => newestEventMs(sql, { beforeMs: AS_OF_MS })],
  "events that are too old": [
    ["events_at"],
    (sql) => countAged(sql, "events", { beforeMs: START_MS + DAY_MS, asOfMs: AS_OF_MS }),
  ],
  "the newest cycles": [["cycles_newest"], (sql) => listCycles(sql, { model: "churn", limit: 20 })],
  "the newest checks": [["checks_newest"], (sql) => pageOfChecks(sql, {})],
  "a model's newest checks": [["checks_(model_at|newest)"], (sql) => pageOfChecks(sql, { model: "churn" })],
  "checks as of a moment": [
    ["checks_as_of"],
    (sql) => checksSince(sql, new Date(AS_OF_MS).toISOString(), 20),
  ],
  "the check that opened a cycle": [["checks_cycle"], (sql) => checkOfCycle(sql, "churn-1")],
  "the newest look at events": [["observations_of_events"], (sql) => newestQuality(sql)],
  "since when a model has drifted": [
    ["observations_newest"],
    (sql) => driftedSince(sql, { model: "churn", version: 1, beforeMs: AS_OF_MS }),
  ],
  "what looks have found": [
    ["observations_found"],
    (sql) => findingsInForce(sql, { asOfMs: AS_OF_MS, means: "broken" }),
  ],
  "whether there is anything new to show": [["observations_at"], (sql) => readRevisions(sql)],
};

/** The lowest key that begins with a byte. */
function pseudonymAt(byte: number): string {
  return `${byte.toString(16).padStart(2, "0")}000000-0000-0000-0000-000000000000`;
}

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

Deno.test("cut-offs, checks, nights and lists find their rows by index", async (t) => {
  await using database = await migratedDatabase();
  const filling = connect(database.url, { max: 1 });
  await fill(filling);
  await filling.end();
  const told: string[] = [];
  const sql = await explaining(database.url, told);
  await sql`set enable_seqscan = off`;
  for (const [what, [indexes, read]] of Object.entries(WALKS)) {
    await t.step(what, async () => {
      told.length = 0;
      await read(sql);
      const plan = told.join("\n");
      for (const index of indexes) assert.match(plan, new RegExp(`(using|on) ${index}\\b`));
      assert.doesNotMatch(plan, /Seq Scan on (user_days|events|checks|cycles|observations|feature_)/);
    });
  }
  await sql.end();
});

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
