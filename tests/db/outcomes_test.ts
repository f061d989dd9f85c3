import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import type { Sql } from "../../src/db/connect.ts";
import { inTransaction } from "../../src/db/connect.ts";
import {
  duePredictions,
  metPredictions,
  saveOutcomes,
  servedPredictions,
  unreadOutcomes,
  waitingPredictions,
} from "../../src/db/monitoring/outcomes.ts";
import { savePredictions } from "../../src/db/models/predictions.ts";
import { saveStream, streamSummaries, withStreams } from "../../src/db/monitoring/streams.ts";
import { pseudonym } from "./events_support.ts";
import { withDatabase } from "./database.ts";

const START_MS = Date.UTC(2024, 2, 1);
const at = (day: number) => START_MS + day * DAY_MS;
const iso = (day: number) => new Date(at(day)).toISOString();
const ann = pseudonym("ann");
const bob = pseudonym("bob");

/** Stores predictions of version 1 for ann and bob as of a day. */
const predict = (
  sql: Sql,
  day: number,
  { source = "monitor", version = 1, horizonDays = 28 }: {
    source?: "monitor" | "api";
    version?: number | null;
    horizonDays?: number;
  } = {},
) =>
  savePredictions(sql, {
    model: "churn",
    version,
    asOf: iso(day),
    fallback: false,
    featureHash: "f",
    horizonDays,
    source,
    predictions: [{ userKey: ann, prediction: 0.2, segment: "one basket" }, {
      userKey: bob,
      prediction: 0.7,
    }],
  });

/** Gives everything that is due an outcome of 1. */
async function meet(sql: Sql, day: number): Promise<number> {
  const due = await duePredictions(sql, { model: "churn", asOfMs: at(day), limit: 100 });
  return await saveOutcomes(sql, { asOfMs: at(day), outcomes: due.map(({ id }) => ({ id, outcome: 1 })) });
}

const of = (day: number, version = 1) => ({ model: "churn", version, asOfMs: at(day) });

Deno.test("duePredictions() are those whose horizon has passed to the ms, whatever the session's time zone", () =>
  withDatabase(async (sql) => {
    await predict(sql, 20); // in Berlin the hour from 2 to 3 is missing on the 31st of March
    await inTransaction(sql, async (tx) => {
      await tx`set local time zone 'Europe/Berlin'`;
      const due = (ms: number) => duePredictions(tx, { model: "churn", asOfMs: ms, limit: 10 });
      assert.equal((await due(at(48) - 1)).length, 0);
      assert.deepEqual((await due(at(48))).map(({ asOfMs, horizonDays }) => [asOfMs, horizonDays]), [
        [at(20), 28],
        [at(20), 28],
      ]);
      assert.equal((await duePredictions(tx, { model: "churn", asOfMs: at(48), limit: 1 })).length, 1);
      assert.deepEqual(await duePredictions(tx, { model: "spending", asOfMs: at(48), limit: 10 }), []);
    });
  }));

Deno.test("saveOutcomes() lets the first outcome stand", () =>
  withDatabase(async (sql) => {
    await predict(sql, 0);
    const [{ id }] = await duePredictions(sql, { model: "churn", asOfMs: at(28), limit: 1 });
    assert.equal(await saveOutcomes(sql, { asOfMs: at(28), outcomes: [{ id, outcome: 0 }] }), 1);
    assert.equal(await saveOutcomes(sql, { asOfMs: at(30), outcomes: [{ id, outcome: 1 }] }), 0);
    const { rows } = await metPredictions(sql, { ...of(30), limit: 9 });
    assert.deepEqual(rows.map(({ outcome, userKey, segment }) => [outcome, userKey, segment]), [
      [0, ann, "one basket"],
    ]);
  }));

Deno.test("servedPredictions() are of whichever versions served a horizon ago, the monitor's where it stored any", () =>
  withDatabase(async (sql) => {
    await predict(sql, 0);
    await predict(sql, 14, { version: 2 });
    await predict(sql, 14, { version: 2, source: "api" });
    await predict(sql, 15, { version: null });
    await predict(sql, 28, { version: 3 });
    await meet(sql, 46);
    const served = async (day: number) =>
      (await servedPredictions(sql, { model: "churn", asOfMs: at(day), horizonDays: 28, limit: 9 }))
        .map(({ version, asOfMs }) => [version, (asOfMs - START_MS) / DAY_MS]);
    assert.deepEqual(await served(46), [[2, 14], [2, 14], [1, 0], [1, 0]]);
    assert.deepEqual(await served(45), [], "the outcomes came on day 46");
    await meet(sql, 57);
    assert.deepEqual(
      await served(57),
      [[3, 28], [3, 28], [2, 14], [2, 14]],
      "version 1 is of the horizon before",
    );
  }));

Deno.test("savePredictions() of the monitor happen once, those of the API as often as they are asked for", () =>
  withDatabase(async (sql) => {
    for (let i = 0; i < 2; i++) await predict(sql, 0);
    for (let i = 0; i < 2; i++) await predict(sql, 0, { source: "api" });
    const [{ n }] = await sql`select count(*)::int as n from predictions`;
    assert.equal(n, 6);
  }));

Deno.test("metPredictions() and waitingPredictions() see what was known at their moment, newest first", () =>
  withDatabase(async (sql) => {
    for (const day of [0, 14, 28]) await predict(sql, day);
    await predict(sql, 14, { version: 2 });
    assert.deepEqual([await meet(sql, 28), await meet(sql, 42)], [2, 4]);
    const days = (rows: { asOfMs: number }[]) => rows.map(({ asOfMs }) => (asOfMs - START_MS) / DAY_MS);
    const met = async (day: number) => days((await metPredictions(sql, { ...of(day), limit: 9 })).rows);
    const wait = async (day: number) => {
      const { rows, total, outcomesNext } = await waitingPredictions(sql, { ...of(day), limit: 9 });
      return [days(rows), total, outcomesNext];
    };
    assert.deepEqual([await met(27), await met(28), await met(42)], [[], [0, 0], [14, 14, 0, 0]]);
    assert.deepEqual(await wait(15), [[14, 14, 0, 0], 4, iso(28)]);
    assert.deepEqual(await wait(28), [[28, 28, 14, 14], 4, iso(42)]);
    assert.deepEqual(await wait(42), [[28, 28], 2, iso(56)]);
    const cut = await metPredictions(sql, { ...of(42), limit: 3 });
    assert.deepEqual([days(cut.rows), cut.total], [[14, 14, 0], 4]);
    const early = await metPredictions(sql, { ...of(42), limit: 9, madeByMs: at(13) });
    assert.deepEqual(days(early.rows), [0, 0]);
  }));

Deno.test("metPredictions() are those of the API, when the monitor stored none", () =>
  withDatabase(async (sql) => {
    await predict(sql, 0, { source: "api" });
    await predict(sql, 0, { source: "api" });
    await meet(sql, 28);
    assert.equal((await metPredictions(sql, { ...of(28), limit: 9 })).total, 4);
    await predict(sql, 1);
    assert.equal((await metPredictions(sql, { ...of(29), limit: 9 })).total, 0); // from now on the monitor's count
  }));

Deno.test("unreadOutcomes() are one a shopper and horizon, in order, after the one read last", () =>
  withDatabase(async (sql) => {
    for (let day = 0; day < 56; day += 7) await predict(sql, day);
    await meet(sql, 90);
    const all = await unreadOutcomes(sql, { ...of(90), after: null });
    const perShopper = [ann, bob].map((user) =>
      all.filter((row) => row.userKey === user).map((row) => row.asOfMs)
    );
    for (const moments of perShopper) {
      assert.ok(moments.length === 2 || moments.length === 3, `${moments.length} in eight weeks`);
      assert.equal(moments[0], at(0));
    }
    const order = all.map(({ asOfMs, id }) => [asOfMs, id]);
    assert.deepEqual(order, order.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
    const after = { asOf: new Date(all[1].asOfMs).toISOString(), id: all[1].id };
    assert.deepEqual(await unreadOutcomes(sql, { ...of(90), after }), all.slice(2));
    assert.deepEqual(await unreadOutcomes(sql, { ...of(20), after: null }), []);
  }));

Deno.test("withStreams() undoes what was stored, when the work fails", () =>
  withDatabase(async (sql) => {
    const stream = { detector: "d", seen: 3, lastAsOf: iso(1), lastId: 7, state: { sum: 2 } };
    const key = { model: "churn", version: 1 };
    await assert.rejects(
      withStreams(sql, key, async (tx) => {
        await saveStream(tx, key, stream, []);
        throw new Error("killed");
      }),
      /killed/,
    );
    assert.deepEqual(await withStreams(sql, key, (_, streams) => Promise.resolve(streams)), []);
    await saveStream(sql, key, stream, [
      { seen: 1, asOf: iso(0), direction: "down" },
      { seen: 2, asOf: iso(1), direction: "up" },
      { seen: 3, asOf: iso(9), direction: "either" },
    ]);
    assert.deepEqual(await withStreams(sql, key, (_, streams) => Promise.resolve(streams)), [stream]);
    const summary = async (day: number) => await streamSummaries(sql, { ...key, madeByMs: at(day) });
    assert.deepEqual(await summary(20), [{ detector: "d", seen: 3, alarms: 2, lastAlarm: iso(9) }]);
    assert.deepEqual(await summary(5), [{ detector: "d", seen: 3, alarms: 1, lastAlarm: iso(1) }]);
  }));
