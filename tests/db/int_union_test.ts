import assert from "node:assert/strict";
import fc from "fast-check";
import { connect, type Database } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
import { freshDatabase, freshName } from "../support/installation.ts";
import { withEvents } from "./events_support.ts";

async function unites(sql: Database): Promise<void> {
  const codes = fc.uniqueArray(fc.integer({ min: -5, max: 5 })).map((list) => list.toSorted((a, b) => a - b));
  await fc.assert(
    fc.asyncProperty(codes, codes, async (a, b) => {
      const [{ both }] = await sql`select int_union(${a}::int[], ${b}::int[]) as both`;
      assert.deepEqual([...both], [...new Set([...a, ...b])].sort((x, y) => x - y));
    }),
    { seed: 19, numRuns: 100 },
  );
}

Deno.test("int_union() unites sorted codes, by the extension", () =>
  withEvents(async (sql) => {
    assert.equal((await sql`select from pg_extension where extname = 'intarray'`).length, 1);
    await unites(sql);
  }));

Deno.test("int_union() unites sorted codes, where the role may not add extensions", async () => {
  await using database = await freshDatabase();
  const role = freshName("plain").replaceAll("-", "_");
  const admin = connect(database.url, { max: 1 });
  await admin.unsafe(`create role ${role}; grant all on schema public to ${role};
    alter database ${new URL(database.url).pathname.slice(1)} set role = ${role}`);
  const sql = connect(database.url, { max: 1 });
  try {
    await migrate(sql);
    assert.equal((await sql`select from pg_extension where extname = 'intarray'`).length, 0);
    await unites(sql);
  } finally {
    await sql.end({ timeout: 5 });
    await admin.unsafe(`drop owned by ${role}; drop role ${role}`);
    await admin.end({ timeout: 5 });
  }
});
