import assert from "node:assert/strict";
import { connect } from "../../src/db/connect.ts";
import { putSetting } from "../../src/db/settings.ts";
import { currentAsOf, currentMoment, pinMoment } from "../../src/app/as_of.ts";
import { migratedDatabase } from "../support/migrated_database.ts";

Deno.test("currentMoment() is the clock's, until the installation's clock is pinned", async () => {
  await using database = await migratedDatabase();
  const sql = connect(database.url, { max: 2 });
  try {
    assert.deepEqual(await currentMoment(sql, () => 5), { asOfMs: 5, clock: "wall" });
    await pinMoment(sql, 1_000_000);
    assert.deepEqual(await currentMoment(sql, () => 5), { asOfMs: 1_000_000, clock: "pinned" });
    await putSetting(sql, "pinned_as_of", 7);
    assert.equal(await currentAsOf(sql, () => 5), 7);
    await putSetting(sql, "pinned_as_of", "yesterday");
    await assert.rejects(currentAsOf(sql, () => 5));
  } finally {
    await sql.end({ timeout: 5 });
  }
});
