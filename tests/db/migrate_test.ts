import assert from "node:assert/strict";
import { connect } from "../../src/db/connect.ts";
import { migrate } from "../../src/db/migrate.ts";
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
