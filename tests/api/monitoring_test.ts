import assert from "node:assert/strict";
import { type Database } from "../../src/db/connect.ts";
import { listAudit } from "../../src/db/access/audit.ts";
import { noteFindings } from "../../src/db/monitoring/quality_findings.ts";
import { DriftReport } from "../../src/drift/report.ts";
import { DriftLooks, PerformanceLooks, QualityLooks } from "../../src/monitoring/report.ts";
import { Trends } from "../../src/app/reports/trends.ts";
import { budgetOf } from "../../src/app/reports/monitoring.ts";
import {
  addLook,
  aDriftReport,
  aFinding,
  aPerformanceReport,
  aQualityReport,
} from "../monitoring/reports.ts";
import { addEndedCycle, NOW, withApp } from "./support.ts";

const onDay = (day: number) => `2011-08-${String(day).padStart(2, "0")}T00:00:00.000Z`;

/** Three looks at churn's inputs: two quiet ones and, last in time but stored first, one that found drift. */
async function threeLooks(sql: Database): Promise<void> {
  await addLook(sql, "drift", aDriftReport());
  for (const day of [1, 15]) {
    await addLook(sql, "drift", aDriftReport({ asOf: onDay(day), answer: "stable", text: `quiet ${day}` }));
  }
}

Deno.test("GET drift answers the newest report of each model whole, with a trail of those before it", () =>
  withApp(async ({ call, sql }) => {
    await threeLooks(sql);
    const { models, asOf } = DriftLooks.parse(await (await call("GET", "/monitoring/drift")).json());
    assert.equal(asOf, NOW);
    assert.deepEqual(models.map((m) => m.model), ["churn", "spending"]);
    const [churn] = models;
    assert.deepEqual([churn.newest?.report, churn.newest?.codeVersion], [aDriftReport(), "c1"]);
    assert.deepEqual(churn.earlier.map(({ asOf, answer, text }) => [asOf, answer, text]), [
      [onDay(15), "stable", "quiet 15"],
      [onDay(1), "stable", "quiet 1"],
    ]);
    assert.equal(churn.waiting, null);
  }));

Deno.test("GET drift answers the look that model, limit and asOf mean", (t) =>
  withApp(async ({ call, sql }) => {
    await threeLooks(sql);
    for (
      const [query, newest, earlier] of [
        ["model=churn", aDriftReport().asOf, [15, 1]],
        ["model=churn&limit=1", aDriftReport().asOf, [15]],
        [`model=churn&asOf=${onDay(15)}`, onDay(15), [1]],
        ["model=churn&asOf=2011-08-14", onDay(1), []],
        ["model=churn&asOf=2011-08-15T02:00:00%2B02:00", onDay(15), [1]],
      ] as const
    ) {
      await t.step(query, async () => {
        const { models } = DriftLooks.parse(await (await call("GET", `/monitoring/drift?${query}`)).json());
        assert.equal(models.length, 1);
        const found = [models[0].newest?.report.asOf, models[0].earlier.map((e) => e.asOf)];
        assert.deepEqual(found, [newest, earlier.map(onDay)]);
      });
    }
  }));

Deno.test("GET drift, performance and quality say why there is nothing yet, and when there will be", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql); // churn serves, spending does not
    const drift = DriftLooks.parse(await (await call("GET", "/monitoring/drift")).json());
    assert.deepEqual(drift.models.map((m) => [m.newest, m.earlier, m.waiting]), [
      [
        null,
        [],
        "Not evaluated yet; the monitor evaluates the inputs of churn once a day, and before each check",
      ],
      [
        null,
        [],
        "Not monitored yet (no version of spending is deployed)",
      ],
    ]);
    const performance = PerformanceLooks.parse(await (await call("GET", "/monitoring/performance")).json());
    assert.match(
      performance.models[0].waiting ?? "",
      /^Not evaluated yet; the monitor evaluates the performance of churn /,
    );
    await call("PATCH", "/retraining/config", { monitor_interval_hours: 6 });
    const quality = QualityLooks.parse(await (await call("GET", "/monitoring/quality")).json());
    assert.equal(
      quality.waiting,
      "Not evaluated yet; the monitor evaluates the events every 6 h, and before each check",
    );
    await threeLooks(sql);
    const before = await (await call("GET", "/monitoring/drift?model=churn&asOf=2011-07-01")).json();
    assert.equal(before.models[0].waiting, "No look as of 2011-07-01T00:00:00.000Z or before");
  }));

Deno.test("GET quality and performance answer what was stored, each of its own kind", () =>
  withApp(async ({ call, sql }) => {
    await addLook(sql, "quality", aQualityReport());
    await addLook(sql, "performance", aPerformanceReport());
    const quality = QualityLooks.parse(await (await call("GET", "/monitoring/quality")).json());
    assert.deepEqual(quality.newest?.report, aQualityReport());
    const performance = PerformanceLooks.parse(
      await (await call("GET", "/monitoring/performance?model=churn")).json(),
    );
    assert.deepEqual(performance.models.map((m) => m.newest?.report), [aPerformanceReport()]);
    const drift = DriftLooks.parse(await (await call("GET", "/monitoring/drift?model=churn")).json());
    assert.equal(drift.models[0].newest, null);
  }));

Deno.test("POST accept writes down who accepted a finding, once per Idempotency-Key, and who did so first stands", () =>
  withApp(async ({ call, sql }) => {
    const { key } = aFinding();
    await addLook(sql, "quality", aQualityReport());
    await noteFindings(sql, [aFinding()], NOW);
    const send = (why: string, headers = {}) =>
      call("POST", "/monitoring/quality/accept", { key, why }, headers);
    const once = { "Idempotency-Key": "k" };
    const first = await (await send("new price list", once)).json();
    assert.deepEqual([first.key, first.by, first.why], [key, "owner", "new price list"]);
    const again = await send("new price list", once);
    assert.deepEqual([await again.json(), again.headers.get("idempotent-replayed")], [first, "true"]);
    assert.deepEqual(await (await send("seen as well")).json(), first);
    const quality = QualityLooks.parse(await (await call("GET", "/monitoring/quality")).json());
    assert.deepEqual([quality.accepted, quality.withheld], [[first], []]);
    const rows = await listAudit(sql);
    assert.deepEqual(rows.map((r) => [r.who, r.action, r.target, r.why]), [
      ["owner", "accept finding", key, "seen as well"],
      ["owner", "accept finding", key, "new price list"],
    ]);
    assert.deepEqual([rows[1].before, rows[1].after], [null, first]);
  }));

Deno.test("POST accept answers 404 to a key that no look found, 422 without a reason, and writes neither down", () =>
  withApp(async ({ call, sql }) => {
    const send = (body: unknown) => call("POST", "/monitoring/quality/accept", body);
    assert.equal((await send({ key: "nothing", why: "x" })).status, 404);
    for (
      const [body, field] of [[{ key: "k" }, "why"], [{ key: "k", why: " " }, "why"], [{ why: "x" }, "key"]]
    ) {
      const response = await send(body);
      assert.deepEqual([response.status, (await response.json()).field], [422, field]);
    }
    assert.deepEqual(await listAudit(sql), []);
  }));

Deno.test("GET quality tells what earlier looks found broken and nobody accepted, beside what the newest found", () =>
  withApp(async ({ call, sql }) => {
    const [ended, changed] = [aFinding({ key: "ended" }), aFinding({ key: "changed", means: "changed" })];
    await addLook(sql, "quality", aQualityReport({ asOf: onDay(1), findings: [ended, changed] }));
    await addLook(sql, "quality", aQualityReport());
    const { withheld, accepted } = QualityLooks.parse(
      await (await call("GET", "/monitoring/quality")).json(),
    );
    assert.deepEqual([withheld, accepted], [[ended], []]);
  }));

Deno.test("GET trends answers looks and cycles of one model, oldest first", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql);
    for (const day of [15, 1]) await addLook(sql, "performance", aPerformanceReport({ asOf: onDay(day) }));
    const trends = Trends.parse(await (await call("GET", "/monitoring/trends?model=churn")).json());
    assert.deepEqual([trends.metric, trends.looks.map((l) => [l.asOf, l.value])], [
      "accuracy",
      [[onDay(1), 0.7123], [onDay(15), 0.7123]],
    ]);
    assert.deepEqual(trends.cycles.map((c) => [c.number, c.outcome]), [[1, "deployed"]]);
    assert.deepEqual((await (await call("GET", "/monitoring/trends?model=spending")).json()).looks, []);
  }));

Deno.test("GET drift answers 500 and tells nothing, when a stored report is none", () =>
  withApp(async ({ call, sql, logged }) => {
    await addLook(sql, "drift", { ...aDriftReport(), alpha: "much" } as unknown as DriftReport);
    const response = await call("GET", "/monitoring/drift");
    assert.deepEqual([response.status, (await response.json()).type], [
      500,
      "urn:perennial:problem:internal",
    ]);
    assert.match(logged.join(), /alpha/);
  }));

Deno.test("GET drift tells the budget that was configured, and what a day's looks at one model may spend", () =>
  withApp(async ({ call }) => {
    await call("PATCH", "/retraining/config", { false_alarm_days: 60 });
    const { budget } = DriftLooks.parse(await (await call("GET", "/monitoring/drift")).json());
    assert.deepEqual([budget.falseAlarmDays, budget.models, budget.shares.map((s) => s.watched)], [
      60,
      2,
      ["features", "together"],
    ]);
    assert.equal(budget.shares[0].perDay, 0.35 / 2 / 60);
  }));

Deno.test("budgetOf() spends no more a day, over all that is watched at every model, than one alarm in its days", () => {
  const models = 3;
  const falseAlarmDays = 30;
  const each = budgetOf(["features", "together", "performance", "streams"], { falseAlarmDays, models });
  const events = budgetOf(["quality"], { falseAlarmDays, models });
  const perDay = each.shares.reduce((sum, s) => sum + models * s.perDay, events.shares[0].perDay);
  assert.ok(Math.abs(perDay - 1 / falseAlarmDays) < 1e-12, `${perDay}`);
});

const REFUSED = [
  ["/monitoring/drift?model=weather", 404, undefined],
  ["/monitoring/performance?model=weather", 404, undefined],
  ["/monitoring/drift?limit=0", 422, "limit"],
  ["/monitoring/quality?limit=many", 422, "limit"],
  ["/monitoring/performance?asOf=yesterday", 422, "asOf"],
  ["/monitoring/trends", 422, "model"],
  ["/monitoring/trends?model=weather", 404, undefined],
  ["/retraining/checks?model=weather", 404, undefined],
  ["/retraining/checks?answer=maybe", 422, "answer"],
  ["/retraining/checks?before=soon", 422, "before"],
  ["/retraining/checks/7", 422, "check"],
  ["/retraining/checks/7/explain", 422, "check"],
  ["/retraining/checks/7b0c2a52-4a4e-4f0c-9d38-6a3d0f0f6d11", 404, undefined],
  ["/retraining/checks/7b0c2a52-4a4e-4f0c-9d38-6a3d0f0f6d11/explain", 404, undefined],
] as const;

Deno.test("GET monitoring and checks answer with problem+json, naming the field, to what they cannot do", (t) =>
  withApp(async ({ call }) => {
    for (const [path, status, field] of REFUSED) {
      await t.step(`${path}: ${status}`, async () => {
        const response = await call("GET", path);
        const problem = await response.json();
        assert.deepEqual([response.status, problem.status, problem.field], [status, status, field]);
        assert.match(response.headers.get("content-type") ?? "", /^application\/problem\+json/);
      });
    }
  }));
