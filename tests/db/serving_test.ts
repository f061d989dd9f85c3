import assert from "node:assert/strict";
import { ConflictError } from "../../src/core/errors.ts";
import { inTransaction } from "../../src/db/connect.ts";
import {
  lastMove,
  moveOf,
  moveServing,
  servingHistory,
  servingState,
  servingVersion,
} from "../../src/db/models/serving.ts";
import { getVersion } from "../../src/db/models/versions.ts";
import { addVersions, deployment } from "./models_support.ts";
import { withDatabase } from "./database.ts";

const won = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.filter((r) => r.status === "fulfilled").length;
const reasons = (results: readonly PromiseSettledResult<unknown>[]) =>
  results.flatMap((r) => r.status === "rejected" ? [r.reason] : []);

Deno.test("moveServing() lets the first version serve and writes who served when", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 1);
    assert.deepEqual([await servingVersion(sql, "churn"), await lastMove(sql, "churn")], [null, null]);
    const moved = await moveServing(sql, deployment(1, null));
    assert.deepEqual([moved.version, moved.previous, moved.kind], [1, null, "deploy"]);
    assert.deepEqual(await servingState(sql, "churn"), {
      model: "churn",
      champion: 1,
      revision: 1,
      arms: [],
      salt: "",
    });
    assert.deepEqual(await servingHistory(sql, "churn"), [moved]);
    assert.equal((await getVersion(sql, "churn", 1)).state, "deployed");
  }));

Deno.test("moveServing() lets one of many parallel movers win, and tells the others what serves", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 9);
    await moveServing(sql, deployment(1, null));
    const rivals = Array.from({ length: 8 }, (_, i) => moveServing(sql, deployment(i + 2, 1)));
    const results = await Promise.allSettled(rivals);
    assert.equal(won(results), 1);
    const winner = await servingVersion(sql, "churn");
    for (const reason of reasons(results)) {
      assert.ok(reason instanceof ConflictError);
      assert.match(reason.message, new RegExp(`expected version 1, version ${winner} serves`));
    }
    const history = await servingHistory(sql, "churn");
    assert.deepEqual(history.map((m) => [m.version, m.previous]), [[winner, 1], [1, null]]);
    const now = await servingState(sql, "churn");
    assert.deepEqual([now?.champion, now?.revision], [winner, 2]);
  }));

Deno.test("moveServing() lets one of many parallel movers be the first ever", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 6);
    const results = await Promise.allSettled(
      [1, 2, 3, 4, 5, 6].map((v) => moveServing(sql, deployment(v, null))),
    );
    assert.equal(won(results), 1);
    assert.ok(reasons(results).every((reason) => reason instanceof ConflictError));
    assert.equal((await servingHistory(sql, "churn")).length, 1);
  }));

Deno.test("moveServing() repeated with its key changes nothing, at once or after others moved on", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 3);
    await moveServing(sql, deployment(1, null));
    const [first, ...again] = await Promise.all(
      Array.from({ length: 6 }, () => moveServing(sql, deployment(2, 1))),
    );
    for (const move of again) assert.deepEqual(move, first);
    await moveServing(sql, deployment(3, 2));
    assert.deepEqual(await moveServing(sql, deployment(2, 1)), first);
    assert.deepEqual(await moveOf(sql, "churn", first.key), first);
    assert.equal(await servingVersion(sql, "churn"), 3);
    assert.equal((await servingHistory(sql, "churn")).length, 3);
  }));

Deno.test("moveServing() moves each model by itself, also with the same key", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 1);
    await addVersions(sql, 1, { model: "spending" });
    await moveServing(sql, deployment(1, null, { key: "k" }));
    await moveServing(sql, deployment(1, null, { key: "k", model: "spending" }));
    assert.ok(await servingState(sql, "spending"));
  }));

Deno.test("moveServing() leaves no trace, when its version does not exist or its transaction fails", () =>
  withDatabase(async (sql) => {
    await addVersions(sql, 1);
    await assert.rejects(moveServing(sql, deployment(7, null)), /foreign key/);
    const cut = inTransaction(sql, async (tx) => {
      await moveServing(tx, deployment(1, null));
      throw new Error("the power went");
    });
    await assert.rejects(cut, /the power went/);
    assert.deepEqual([await servingState(sql, "churn"), await servingHistory(sql, "churn")], [null, []]);
    assert.equal((await getVersion(sql, "churn", 1)).state, "candidate");
  }));
