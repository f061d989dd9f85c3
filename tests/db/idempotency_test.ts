import assert from "node:assert/strict";
import { ConflictError, InvalidInputError } from "../../src/core/errors.ts";
import { claimKey, releaseKey, storeAnswer } from "../../src/db/access/idempotency.ts";
import { withDatabase } from "./database.ts";

const answer = { status: 202, response: { requestId: "r1" } };

Deno.test("claimKey() lets one request through and gives its answer to equal ones", () =>
  withDatabase(async (sql) => {
    assert.equal(await claimKey(sql, "k", "stop churn"), null);
    await assert.rejects(claimKey(sql, "k", "stop churn"), ConflictError);
    await storeAnswer(sql, "k", answer);
    assert.deepEqual(await claimKey(sql, "k", "stop churn"), answer);
  }));

Deno.test("claimKey() lets one of many parallel requests through", () =>
  withDatabase(async (sql) => {
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, () => claimKey(sql, "k", "force churn")),
    );
    assert.equal(results.filter((r) => r.status === "fulfilled").length, 1);
    for (const r of results) if (r.status === "rejected") assert.ok(r.reason instanceof ConflictError);
  }));

Deno.test("claimKey() refuses a key that was used for another request", () =>
  withDatabase(async (sql) => {
    await claimKey(sql, "k", "stop churn");
    await assert.rejects(claimKey(sql, "k", "start churn"), InvalidInputError);
  }));

Deno.test("claimKey() lets a caller try again after a failure, and after a process that died", () =>
  withDatabase(async (sql) => {
    await claimKey(sql, "k", "stop churn");
    await releaseKey(sql, "k");
    assert.equal(await claimKey(sql, "k", "stop churn"), null);
    await sql`update idempotency_keys set at = now() - interval '61 seconds'`;
    assert.equal(await claimKey(sql, "k", "stop churn"), null);
    await assert.rejects(claimKey(sql, "k", "stop churn"), ConflictError);
  }));

Deno.test("releaseKey() never gives an answered key back", () =>
  withDatabase(async (sql) => {
    await claimKey(sql, "k", "stop churn");
    await storeAnswer(sql, "k", answer);
    await releaseKey(sql, "k");
    assert.deepEqual(await claimKey(sql, "k", "stop churn"), answer);
  }));
