import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import type { Database } from "../../src/db/connect.ts";
import { saveCheck } from "../../src/db/cycles/checks.ts";
import {
  driftedSince,
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

Deno.test("pruneObservations() takes a moment, however many looks and checks there are", () =>
  withDatabase(async (sql) => {
    await sql`insert into observations (id, kind, model, key, as_of, answer, report, evidence_sha256, code_version)
      select gen_random_uuid(), 'drift', 'churn', n::text, to_timestamp(n), 'stable', '{}', 'e' || n, 'c1'
      from generate_series(1, 12000) n`;
    await sql`insert into checks (id, model, workflow_run, as_of, trigger, answer, reasons, observations)
      select gen_random_uuid(), 'churn', key, as_of, 'interval', 'wait', '[]', array[id] from observations`;
    await sql`analyze`;
    const gone = await sql.begin(async (tx) => {
      await tx`set local statement_timeout = '10s'`; // pair by pair it takes minutes
      return await pruneObservations(tx, { beforeMs: Date.now() + DAY_MS });
    });
    assert.deepEqual(gone, []);
  }));

Deno.test("driftedSince() goes back to the first of the newest looks at a version that found drift", () =>
  withDatabase(async (sql) => {
    const since = (version: number, beforeMs = NOW) =>
      driftedSince(sql, { model: "churn", version, beforeMs });
    assert.equal(await since(2), null, "no look yet");
    const answers = [["drifted", 2], ["stable", 2], ["drifted", 1], ["drifted", 2], ["drifted", 2]] as const;
    const at = (days: number) => new Date(NOW - days * DAY_MS).toISOString();
    for (const [i, [answer, version]] of answers.entries()) {
      const look = observation({ key: `${i}`, asOf: at(5 - i), answer, report: { text: "", version } });
      await saveObservation(sql, look);
    }
    assert.equal(await since(2), at(2));
    assert.equal(await since(1), null, "the newest look was at another version");
    assert.equal(await since(1, NOW - 2 * DAY_MS), at(3));
    assert.equal(await since(2, NOW - 3.5 * DAY_MS), null, "the newest found none");
    assert.equal(await since(2, NOW - 4.5 * DAY_MS), at(5));
  }));
