import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import type { Database } from "../../src/db/connect.ts";
import { saveCheck } from "../../src/db/cycles/checks.ts";
import {
  findObservation,
  getObservations,
  listObservations,
  pruneObservations,
  saveObservation,
} from "../../src/db/monitoring/observations.ts";
import { type Observation } from "../../src/monitoring/observation.ts";
import { withDatabase } from "./database.ts";

const NOW = Date.UTC(2024, 5, 1);
const observation = (over: Partial<Observation> = {}): Omit<Observation, "at"> => ({
  id: crypto.randomUUID(),
  kind: "drift",
  model: "churn",
  key: "k1",
  asOf: new Date(NOW).toISOString(),
  answer: "stable",
  report: { text: "nothing" },
  evidenceSha256: "e1",
  codeVersion: "c1",
  ...over,
});

const stamped = (sql: Database, ids: readonly string[], days: number) =>
  sql`update observations set at = now() - make_interval(days => ${days}) where id = any(${ids as string[]}::uuid[])`;

Deno.test("saveObservation() stores a look once per kind, model and key, also where the model is null", () =>
  withDatabase(async (sql) => {
    for (const model of ["churn", null]) {
      const first = await saveObservation(sql, observation({ model }));
      const again = await saveObservation(sql, observation({ model, answer: "drifted" }));
      assert.deepEqual(again, first);
      assert.deepEqual(await findObservation(sql, { kind: "drift", model, key: "k1" }), first);
    }
    assert.equal(await findObservation(sql, { kind: "quality", model: null, key: "k1" }), null);
  }));

Deno.test("listObservations() gives the newest moment first, and only what is strictly before the one asked for", () =>
  withDatabase(async (sql) => {
    for (const days of [2, 0, 1]) {
      const asOf = new Date(NOW - days * DAY_MS).toISOString();
      await saveObservation(sql, observation({ key: `${days}`, asOf }));
    }
    await saveObservation(sql, observation({ key: "other", model: "spending" }));
    const keys = async (beforeMs?: number) =>
      (await listObservations(sql, { kind: "drift", model: "churn", beforeMs })).map((o) => o.key);
    assert.deepEqual(await keys(), ["0", "1", "2"]);
    assert.deepEqual(await keys(NOW), ["1", "2"]);
  }));

Deno.test("pruneObservations() keeps what is young, what a check rests on, and the newest of each kind", () =>
  withDatabase(async (sql) => {
    const at = (days: number) => new Date(NOW - days * DAY_MS).toISOString();
    const [newest, oldGone, oldUsed, shared] = [0, 3, 2, 1].map((days) =>
      observation({ key: `${days}`, asOf: at(days), evidenceSha256: `e${days}` })
    );
    shared.evidenceSha256 = newest.evidenceSha256;
    const only = observation({ kind: "quality", model: null, evidenceSha256: "q" });
    for (const one of [newest, oldGone, oldUsed, shared, only]) await saveObservation(sql, one);
    await stamped(sql, [newest, oldGone, oldUsed, shared, only].map((o) => o.id), 100);
    await saveCheck(sql, {
      id: crypto.randomUUID(),
      model: "churn",
      workflowRun: "r1",
      asOf: at(2),
      trigger: "interval",
      answer: "wait",
      reasons: [],
      cycleId: null,
      observations: [oldUsed.id],
    });
    const dayAgo = Date.now() - 90 * DAY_MS;
    assert.deepEqual(await pruneObservations(sql, { beforeMs: Date.now() - 200 * DAY_MS }), []);
    assert.deepEqual(await pruneObservations(sql, { beforeMs: dayAgo }), [oldGone.evidenceSha256]);
    const left = await getObservations(sql, [newest, oldGone, oldUsed, shared, only].map((o) => o.id));
    assert.deepEqual(left.map((o) => o.id).sort(), [newest, oldUsed, only].map((o) => o.id).sort());
  }));
