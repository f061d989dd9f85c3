import assert from "node:assert/strict";
import { connect } from "../../src/db/connect.ts";
import { migrate, migrateTo, schemaState, tryMigrations } from "../../src/db/migrate.ts";
import { freshDatabase } from "../support/installation.ts";
import { dumpSchema, SCHEMA_FILE } from "./dump_schema.ts";

Deno.test("migrate() brings the schema of schema.sql, also when several processes start at once", async () => {
  await using database = await freshDatabase();
  const pools = [1, 2, 3].map(() => connect(database.url, { max: 1 }));
  try {
    await Promise.all(pools.map(migrate));
    await migrate(pools[0]);
    const names = await pools[0]`select name from migrations order by name`;
    assert.equal(new Set(names.map(({ name }) => name)).size, names.length);
    assert.equal(
      await dumpSchema(pools[0]),
      await Deno.readTextFile(SCHEMA_FILE),
      "the schema changed: run `deno task db:schema` and review tests/db/schema.sql",
    );
  } finally {
    await Promise.all(pools.map((sql) => sql.end({ timeout: 5 })));
  }
});

for (
  const [name, prepare, told] of [
    [
      "of a newer version",
      "create table migrations (name text primary key, applied_at timestamptz not null default now()); insert into migrations values ('0099_from_the_future.sql')",
      ["newer Perennial", "0099_from_the_future.sql", "restore"],
    ],
    [
      "that was migrated half way",
      "create table migrations (name text primary key, applied_at timestamptz not null default now()); create table events (id int)",
      ["0001_events.sql", "already exists", "Nothing was changed", "pg_restore"],
    ],
    ["of another program", "create table orders (id int)", ["another program", "orders", "createdb"]],
    [
      "of another program that has migrations",
      "create table migrations (id int, batch int)",
      ["another program", "migrations", "DATABASE_URL"],
    ],
  ] as const
) {
  Deno.test(`migrate() refuses a database ${name}, changes nothing, and says what to do`, async () => {
    await using database = await freshDatabase();
    const sql = connect(database.url, { max: 1 });
    try {
      await sql.unsafe(prepare);
      const before = await dumpSchema(sql);
      await assert.rejects(migrate(sql), ({ name, message }) => {
        assert.equal(name, "UnusableDatabaseError");
        for (const words of told) assert.ok(message.includes(words), message);
        return true;
      });
      assert.equal(await dumpSchema(sql), before);
    } finally {
      await sql.end({ timeout: 5 });
    }
  });
}

/** A database as an older version left it, without the newest two migrations. */
async function withOlder(
  work: (sql: ReturnType<typeof connect>, missing: string[]) => Promise<void>,
): Promise<void> {
  await using database = await freshDatabase();
  const sql = connect(database.url, { max: 2 });
  try {
    const { missing: all } = await schemaState(sql);
    await sql.begin((tx) => migrateTo(tx, all.slice(0, -2)));
    await work(sql, all.slice(-2));
  } finally {
    await sql.end({ timeout: 5 });
  }
}

Deno.test("tryMigrations() tells what is missing and changes nothing, then migrate() applies the same", () =>
  withOlder(async (sql, missing) => {
    const before = await dumpSchema(sql);
    const tried = await tryMigrations(sql);
    assert.deepEqual(tried.map(({ name }) => name), missing);
    assert.ok(tried.every(({ ms }) => ms >= 0));
    assert.equal(await dumpSchema(sql), before);
    assert.deepEqual((await schemaState(sql)).missing, missing);
    assert.deepEqual((await migrate(sql)).map(({ name }) => name), missing);
    assert.deepEqual(await tryMigrations(sql), []);
    assert.equal(await dumpSchema(sql), await Deno.readTextFile(SCHEMA_FILE));
  }));

Deno.test("tryMigrations() waits for nobody who uses a table: it says so, and changes nothing", () =>
  withOlder(async (sql, missing) => {
    const holder = await sql.reserve();
    await holder`begin`;
    await holder`lock table migrations in access exclusive mode`;
    await assert.rejects(tryMigrations(sql, { lockMs: 50 }), {
      name: "UnusableDatabaseError",
      message: /in use/,
    });
    await holder`rollback`;
    holder.release();
    assert.deepEqual((await schemaState(sql)).missing, missing);
  }));
