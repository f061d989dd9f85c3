import assert from "node:assert/strict";
import { endCycle, findCycle, listCycles, openCycle, saveVerdict } from "../../src/db/cycles/cycles.ts";
import type { Database } from "../../src/db/connect.ts";
import { listVersions } from "../../src/db/models/versions.ts";
import { cycleText } from "../../src/retraining/cycle_text.ts";
import { evidence } from "../api/support.ts";
import { withDatabase } from "./database.ts";
import { addVersions, AS_OF } from "./models_support.ts";

const idOf = (number: number) => `retrainer/churn/cycle/${number}`;

async function addCycle(sql: Database, number: number): Promise<void> {
  const about = { model: "churn", trigger: "interval" as const, requestedBy: null, asOf: AS_OF };
  await openCycle(sql, {
    ...about,
    id: idOf(number),
    number,
    runId: `r${number}`,
    reasons: [],
    champion: null,
  });
  await saveVerdict(sql, idOf(number), "promote", evidence);
  await endCycle(sql, idOf(number), "rejected");
}

/** Writes past the constraints, as versions before them could. */
async function asBefore(sql: Database, constraint: string, write: (sql: Database) => Promise<unknown>) {
  const [table] = constraint.split("_finite");
  await sql.unsafe(`alter table ${table} drop constraint ${constraint}`);
  await write(sql);
}

for (const word of ["NaN", "Infinity", "-Infinity"]) {
  Deno.test(`the database refuses ${word} as a number, in columns and as a word in evidence`, () =>
    withDatabase(async (sql) => {
      await addCycle(sql, 1);
      await addVersions(sql, 1);
      const value = `"${word}"`;
      for (
        const write of [
          () =>
            sql`insert into predictions (model, version, user_key, as_of, prediction, fallback, feature_hash)
            values ('churn', 1, ${crypto.randomUUID()}, now(), ${word}::float8, false, 'f')`,
          () =>
            sql`update cycles set evidence = jsonb_set(evidence, '{difference,high}', ${value}::text::jsonb)`,
          () =>
            sql`update model_versions set manifest = jsonb_set(manifest, '{metrics,x}', ${value}::text::jsonb)`,
        ]
      ) {
        await assert.rejects(async () => await write(), /_finite/);
      }
    }));
}

Deno.test("a row that an older version wrote is shown as damaged, and hides no other one", () =>
  withDatabase(async (sql) => {
    for (const number of [1, 2, 3]) await addCycle(sql, number);
    await addVersions(sql, 2);
    await asBefore(sql, "cycles_finite", async (sql) => {
      await sql`update cycles set evidence = jsonb_set(evidence, '{difference,high}', '"Infinity"') where number = 1`;
      await sql`update cycles set evidence = jsonb_set(evidence, '{championLoss}', '"NaN"') where number = 2`;
    });
    await asBefore(sql, "model_versions_finite", async (sql) => {
      await sql`update model_versions set manifest = jsonb_set(manifest, '{targetCap}', '"NaN"') where version = 1`;
    });
    const cycles = await listCycles(sql, { sort: "asOf" });
    assert.deepEqual(cycles.map(({ number }) => number).sort(), [1, 2, 3]);
    const damaged = new Map(cycles.map((cycle) => [cycle.number, cycle]));
    assert.match(damaged.get(1)!.damaged!, /^evidence\.difference\.high: /);
    assert.equal(damaged.get(1)!.evidence!.difference.high, Infinity);
    assert.match(cycleText(damaged.get(2)!), /this row is damaged: evidence\.championLoss/);
    assert.deepEqual([damaged.get(2)!.evidence, damaged.get(3)!.damaged], [null, undefined]);
    assert.equal((await findCycle(sql, idOf(2)))!.outcome, "rejected");
    assert.deepEqual((await listVersions(sql, "churn")).map(({ damaged }) => damaged !== undefined), [
      false,
      true,
    ]);
  }));
