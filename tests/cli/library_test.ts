import assert from "node:assert/strict";
import { ApiError, createClient, getRetrainer, UnreachableError } from "../../src/mod.ts";
import { NotFoundError } from "../../src/core/errors.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { addEndedCycle, byteAnswer, KEY, pseudonym } from "../api/support.ts";
import { withServed } from "./support.ts";

Deno.test("getRetrainer() starts, stops, asks, rolls back and promotes one model", () =>
  withServed(async ({ url, control, sql }) => {
    for (const number of [1, 2]) await addEndedCycle(sql, { number });
    const churn = await getRetrainer("churn", { url, apiKey: KEY });
    await churn.start();
    await churn.stop({ running: "cancel", why: "a sale" });
    await churn.forceRetrain({ why: "new season" });
    assert.deepEqual(control.told.map(([action, model]) => `${action} ${model}`), [
      "start churn",
      "stop churn",
      "force churn",
    ]);
    assert.deepEqual((await listAudit(sql)).map((row) => row.why), ["new season", "a sale", ""]);
    assert.deepEqual([
      (await churn.status()).serving?.version,
      (await churn.history({ limit: 1 })).cycles[0].number,
    ], [2, 2]);
    const { predictions } = await churn.predict(["17", 18], { asOf: "2011-06-01" });
    assert.deepEqual(
      predictions.map((p) => p.prediction),
      ["17", "18"].map((user) => byteAnswer(pseudonym(user))),
    );
    assert.equal((await churn.rollback({ why: "complaints" })).version, 1);
    assert.equal((await churn.promote(2)).version, 2);
  }));

Deno.test("forceRetrain() with wait answers with the ended cycle", () =>
  withServed(async ({ url, control, sql }) => {
    await addEndedCycle(sql, { number: 1 });
    control.force = async () => void await addEndedCycle(sql, { number: 2, outcome: "rejected" });
    const churn = await getRetrainer("churn", { url, apiKey: KEY });
    const cycle = await churn.forceRetrain({ wait: true, timeoutMs: 30_000, everyMs: 50 });
    assert.deepEqual([cycle.number, cycle.outcome, cycle.evidence?.difference.n], [2, "rejected", 1204]);
  }));

Deno.test("getRetrainer() refuses a model that the service does not have", () =>
  withServed(async ({ url }) => {
    await assert.rejects(getRetrainer("loyalty", { url, apiKey: KEY }), NotFoundError);
  }));

Deno.test("createClient() throws what the service said, and says when it does not answer", () =>
  withServed(async ({ url, app }) => {
    const stranger = createClient({ url });
    await assert.rejects(stranger.audit(), (error) => error instanceof ApiError && error.status === 401);
    const owner = createClient({ url, apiKey: KEY });
    await assert.rejects(
      owner.updateConfig({ confidence: 7 }),
      (error) => error instanceof ApiError && error.problem.field === "confidence",
    );
    await assert.rejects(
      owner.updateConfig({ seed: 2 }, 5),
      (error) => error instanceof ApiError && error.status === 412,
    );
    await assert.rejects(createClient({ url: "http://127.0.0.1:9" }).status(), UnreachableError);
    const inProcess = createClient({
      url: "http://localhost",
      apiKey: KEY,
      fetch: (at, init) => app.request(at, init),
    });
    assert.equal((await inProcess.models()).models.length, 2);
  }));

Deno.test("createClient() reads every answer by its own schema", () =>
  withServed(async ({ url, sql }) => {
    const id = await addEndedCycle(sql);
    const client = createClient({ url, apiKey: KEY });
    assert.equal((await client.ready()).ready, true);
    assert.equal((await client.cycle(id)).id, id);
    assert.equal((await client.config()).version, 0);
    assert.equal(
      (await client.sendEvents([{ type: "view", time: "2011-08-01T10:00:00Z" }, 1])).quarantined,
      1,
    );
    assert.equal((await client.quarantine()).events.length, 1);
    assert.deepEqual((await client.alerts()).alerts, []);
    assert.deepEqual((await client.checks({ model: "churn" })).checks, []);
    const key = "twice";
    assert.deepEqual(await client.force({}, key), await client.force({}, key));
    assert.equal((await client.serving("churn")).history.length, 1);
  }));
