import assert from "node:assert/strict";
import { ConflictError, NotFoundError } from "../../../src/core/errors.ts";
import { listAudit } from "../../../src/db/access/audit.ts";
import { moveServing, servingHistory, servingVersion } from "../../../src/db/models/serving.ts";
import type { Database } from "../../../src/db/connect.ts";
import { markDamaged, markRemoved } from "../../../src/db/models/versions.ts";
import { knownGood, promote, rollBack, rollBackTo } from "../../../src/app/registry/moves.ts";
import { withDatabase } from "../../db/database.ts";
import { addVersions, AS_OF, deployment } from "../../db/models_support.ts";

const request = (requestId: string) => ({
  model: "churn",
  requestId,
  by: "ann",
  why: "complaints",
  asOf: AS_OF,
});

/** A model whose versions 1 to `count` were deployed one after the other. */
const withVersions = (count: number, work: (sql: Database) => Promise<void>) =>
  withDatabase(async (sql) => {
    await addVersions(sql, count);
    for (let v = 1; v <= count; v++) await moveServing(sql, deployment(v, v === 1 ? null : v - 1));
    await work(sql);
  });

Deno.test("rollBack() goes back version by version, until none is left", () =>
  withVersions(3, async (sql) => {
    assert.equal((await rollBack(sql, request("r1"))).version, 2);
    assert.equal((await rollBack(sql, request("r2"))).version, 1);
    await assert.rejects(rollBack(sql, request("r3")), ConflictError);
    assert.equal(await servingVersion(sql, "churn"), 1);
    const audit = await listAudit(sql);
    assert.deepEqual(audit.map((a) => [a.who, a.action, a.before, a.after]), [
      ["ann", "roll back", { version: 2 }, { version: 1 }],
      ["ann", "roll back", { version: 3 }, { version: 2 }],
    ]);
  }));

Deno.test("rollBack() asked again for the same request answers the same, also when nothing is left to go back to", () =>
  withVersions(2, async (sql) => {
    const first = await rollBack(sql, request("r1"));
    assert.deepEqual(await rollBack(sql, request("r1")), first);
    assert.deepEqual([(await servingHistory(sql, "churn")).length, (await listAudit(sql)).length], [3, 1]);
  }));

Deno.test("rollBack() passes over versions whose file is damaged or not kept", () =>
  withVersions(4, async (sql) => {
    await markDamaged(sql, "churn", 3);
    await markRemoved(sql, "churn", 2);
    assert.equal(await knownGood(sql, "churn"), 1);
    await assert.rejects(rollBack(sql, { ...request("r1"), to: 3 }), ConflictError);
    assert.equal((await rollBack(sql, request("r2"))).version, 1);
  }));

Deno.test("rollBack() and promote() take any kept version that is named", () =>
  withVersions(3, async (sql) => {
    assert.equal((await rollBack(sql, { ...request("r1"), to: 1 })).version, 1);
    assert.equal((await promote(sql, { ...request("r2"), version: 3 })).previous, 1);
    await assert.rejects(promote(sql, { ...request("r3"), version: 9 }), NotFoundError);
    assert.equal((await listAudit(sql)).length, 2);
  }));

Deno.test("rollBackTo() does nothing, when another version serves by now", () =>
  withVersions(3, async (sql) => {
    const move = { model: "churn", version: 1, expected: 2, key: "cycle 2/watch", why: "worse", asOf: AS_OF };
    await assert.rejects(rollBackTo(sql, move), ConflictError);
    assert.equal(await servingVersion(sql, "churn"), 3);
    const done = await rollBackTo(sql, { ...move, version: 2, expected: 3 });
    assert.deepEqual(await rollBackTo(sql, { ...move, version: 2, expected: 3 }), done);
  }));
