import assert from "node:assert/strict";
import { listAudit, writeAudit } from "../../src/db/access/audit.ts";
import { moveServing, servingHistory } from "../../src/db/models/serving.ts";
import { withDatabase } from "./database.ts";
import { addVersions, deployment } from "./models_support.ts";

const change = {
  requestId: "r1",
  who: "ann",
  action: "stop",
  target: "churn",
  why: "sale",
  before: { active: true },
  after: { active: false },
};

Deno.test("audit and serving_history refuse every change of what is written", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 1);
    await moveServing(sql, deployment(1, null));
    await writeAudit(sql, change);
    const before = [await listAudit(sql), await servingHistory(sql, "churn")];
    for (const table of ["audit", "serving_history"]) {
      for (const statement of ["update % set why = 'another'", "delete from %", "truncate %"]) {
        await assert.rejects(
          sql.unsafe(statement.replace("%", table)),
          /append-only/,
          `${statement} ${table}`,
        );
      }
    }
    assert.deepEqual([await listAudit(sql), await servingHistory(sql, "churn")], before);
  }));

Deno.test("writeAudit() writes a request down once, and listAudit() reads the newest first", () =>
  withDatabase(async (sql) => {
    await writeAudit(sql, change);
    await writeAudit(sql, { ...change, why: "again" });
    await writeAudit(sql, { ...change, requestId: "r2", before: undefined, after: undefined });
    const rows = await listAudit(sql);
    assert.deepEqual(rows.map((row) => [row.requestId, row.why, row.before]), [
      ["r2", "sale", null],
      ["r1", "sale", { active: true }],
    ]);
    assert.equal((await listAudit(sql, 1)).length, 1);
  }));
