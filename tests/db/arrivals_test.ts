import assert from "node:assert/strict";
import { DAY_MS } from "../../src/core/time.ts";
import { dayCounts, daysInBrief, newestArrivals, repeatsBySource } from "../../src/db/events/arrivals.ts";
import { insertEvents } from "../../src/db/events/events.ts";
import { performanceTrail } from "../../src/db/monitoring/performance_trail.ts";
import { saveObservation, shapesOf } from "../../src/db/monitoring/observations.ts";
import { readQualityEvidence } from "../../src/db/events/quality.ts";
import { countRepeats } from "../../src/db/events/repeats.ts";
import { readDataView } from "../../src/dashboard/reads/data.ts";
import { trailOf } from "../dashboard/monitoring_fixture.ts";
import { event, withEvents } from "./events_support.ts";

const DAY = 19_844;
const NOON = DAY * DAY_MS + 12 * 3_600_000;

Deno.test("readDataView() counts by day, hour and type, and tells how late events came", () =>
  withEvents(async (sql) => {
    const weeks = Array.from({ length: 5 }, (_, w) => NOON - 7 * w * DAY_MS);
    await insertEvents(sql, weeks.flatMap((atMs) => [event({ atMs }), event({ atMs, type: "view" })]));
    await countRepeats(sql, { source: "api", events: 3, nowMs: NOON });
    const asOfMs = NOON + DAY_MS;
    await readQualityEvidence(sql, { asOfMs }); // a look makes the profiles of days that are over
    const data = await readDataView({ sql, clock: () => asOfMs });
    assert.deepEqual(data.days.filter(({ day }) => day === DAY).map((d) => [d.type, d.events]), [[
      "purchase",
      1,
    ], [
      "view",
      1,
    ]]);
    const hour = data.hours.find(({ at }) => Date.parse(at) === NOON)!;
    assert.deepEqual([hour.events, hour.usual], [2, { low: 2, middle: 2, high: 2, weeks: 4 }]);
    assert.equal(data.brief.find(({ day }) => day === DAY)!.late, 2); // received now, years after
    assert.equal(Date.parse(data.newest.at!), NOON);
    assert.ok(data.newest.lagMiddle! > 0);
    assert.deepEqual(data.repeats, [{ source: "api", events: 3, lastDay: DAY }]);
  }));

Deno.test("readDataView() has nothing to tell of a shop without events", () =>
  withEvents(async (sql) => {
    const data = await readDataView({ sql, clock: () => NOON });
    assert.deepEqual([data.days, data.hours, data.brief, data.reasons, data.imports], [[], [], [], [], []]);
    assert.deepEqual([data.newest.at, data.newest.lagMiddle], [null, null]);
    assert.deepEqual(await dayCounts(sql, { from: 0, to: 99_999 }), []);
    assert.deepEqual(await daysInBrief(sql, { from: 0, to: 99_999 }), []);
    assert.equal((await newestArrivals(sql, { asOfMs: NOON })).events, 0);
    assert.deepEqual(await repeatsBySource(sql, { from: 0 }), []);
  }));

Deno.test("performanceTrail() tells one metric look by look up to a moment, a moment once, the newest look of it", () =>
  withEvents(async (sql) => {
    const trail = trailOf("churn", NOON, 3);
    const look = (i: number, key: string, value?: number) => {
      const { asOf, answer, measured, estimated, ...rest } = trail[i];
      const other = { ...trail[1].measured!, metric: "auc" };
      const of = (m: typeof measured) => m && { metrics: [other, { ...m, value: value ?? m.value }] };
      return saveObservation(sql, {
        id: crypto.randomUUID(),
        kind: "performance",
        model: "churn",
        key,
        asOf,
        answer,
        report: { ...rest, measured: of(measured), estimated: of(estimated) },
        evidenceSha256: "e",
        codeVersion: "c1",
      });
    };
    for (const i of [0, 1, 2]) await look(i, `look ${i}`);
    await look(1, "looked again", 0.5);
    const found = await performanceTrail(sql, {
      model: "churn",
      metric: "accuracy",
      untilMs: Date.parse(trail[1].asOf),
    });
    assert.deepEqual(found.map(({ asOf, measured }) => [asOf, measured?.value ?? null]), [
      [trail[0].asOf, null],
      [trail[1].asOf, 0.5],
    ]);
    assert.equal(found[0].estimated!.metric, "accuracy");
  }));

Deno.test("shapesOf() gives back what a look kept, and null of one that kept none", () =>
  withEvents(async (sql) => {
    const pair = { reference: 0, current: 1 };
    const shapes = { orders: { edges: [0, 1], reference: [2], current: [3], above: pair, missing: pair } };
    const kept = async (key: string, over: object) => {
      const { id } = await saveObservation(sql, {
        id: crypto.randomUUID(),
        kind: "drift",
        model: "churn",
        key,
        asOf: new Date(NOON).toISOString(),
        answer: "stable",
        report: {},
        evidenceSha256: "e",
        codeVersion: "c1",
        ...over,
      });
      return await shapesOf(sql, id);
    };
    assert.deepEqual(await kept("a", { shapes }), shapes);
    assert.equal(await kept("b", {}), null);
  }));
