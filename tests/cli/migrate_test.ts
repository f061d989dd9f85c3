import assert from "node:assert/strict";
import { connect } from "../../src/db/connect.ts";
import { schemaState } from "../../src/db/migrate.ts";
import { freshDatabase } from "../support/installation.ts";
import { runWith } from "./support.ts";

Deno.test("perennial migrate --dry-run says what would be applied and applies nothing, migrate applies it", async () => {
  await using database = await freshDatabase();
  const sql = connect(database.url, { max: 1 });
  const run = (...args: string[]) => runWith(["migrate", ...args], { env: { DATABASE_URL: database.url } });
  try {
    const { missing } = await schemaState(sql);
    const tried = await run("--dry-run");
    assert.equal(tried.code, 0, tried.err);
    for (const name of missing) assert.ok(tried.out.includes(name), tried.out);
    assert.match(tried.out, /would be applied; all were tried and rolled back, nothing was changed/);
    assert.deepEqual((await schemaState(sql)).missing, missing);
    const applied = JSON.parse((await run("--json")).out);
    assert.equal(applied.dryRun, false);
    assert.deepEqual(applied.migrations.map(({ name }: { name: string }) => name), missing);
    assert.deepEqual((await schemaState(sql)).missing, []);
    assert.match((await run("--dry-run")).out, /^Nothing to do: the database has the schema of Perennial /);
  } finally {
    await sql.end({ timeout: 5 });
  }
});

Deno.test("perennial migrate refuses a database of another program by name", async () => {
  await using database = await freshDatabase();
  const sql = connect(database.url, { max: 1 });
  await sql`create table orders (id int)`;
  await sql.end({ timeout: 5 });
  const { code, err } = await runWith(["migrate", "--dry-run"], { env: { DATABASE_URL: database.url } });
  assert.notEqual(code, 0);
  assert.match(err, /another program \(orders\)/);
});
