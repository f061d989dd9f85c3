import assert from "node:assert/strict";
import { connect } from "../../src/db/connect.ts";
import { migratedDatabase } from "../support/migrated_database.ts";

Deno.test("connect() has the server plan a statement once where it is told so, and else as it sees fit", async () => {
  const database = await migratedDatabase();
  try {
    for (const [plansOnce, mode] of [[true, "force_generic_plan"], [false, "auto"]] as const) {
      const pool = connect(database.url, { max: 1, plansOnce });
      const [found] = await pool`show plan_cache_mode`.finally(() => pool.end());
      assert.deepEqual({ ...found }, { planCacheMode: mode });
    }
  } finally {
    await database.dispose();
  }
});
