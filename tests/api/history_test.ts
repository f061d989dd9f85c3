import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { z } from "zod";
import { saveCheck } from "../../src/db/cycles/checks.ts";
import { History } from "../../src/api/messages.ts";
import { Cycle } from "../../src/retraining/cycle.ts";
import { saveVerdict } from "../../src/db/cycles/cycles.ts";
import { addEndedCycle, evidence, NOW, withApp } from "./support.ts";

Deno.test("GET history pages newest first, and filters by model and outcome", () =>
  withApp(async ({ call, sql }) => {
    for (const number of [1, 2, 3]) {
      await addEndedCycle(sql, { number, outcome: number === 2 ? "rejected" : "inconclusive" });
    }
    await addEndedCycle(sql, { model: "spending" });
    const page = async (query: string) =>
      History.parse(await (await call("GET", `/retraining/history?${query}`)).json());
    const ids = (history: History) => history.cycles.map((c) => `${c.model} ${c.number}`);
    assert.deepEqual(ids(await page("")), ["spending 1", "churn 3", "churn 2", "churn 1"]);
    const first = await page("limit=3");
    assert.deepEqual([ids(first), first.next], [["spending 1", "churn 3", "churn 2"], 3]);
    const last = await page("limit=3&offset=3");
    assert.deepEqual([ids(last), last.next], [["churn 1"], null]);
    assert.deepEqual(ids(await page("model=churn&outcome=rejected")), ["churn 2"]);
  }));

Deno.test("GET history filters by trigger and sorts, also as CSV, and names the field that it cannot read", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql, { number: 1, outcome: "deployed", trigger: "force" });
    await addEndedCycle(sql, { number: 2, outcome: "rejected" });
    await addEndedCycle(sql, { number: 3, outcome: "failed" });
    const numbers = async (query: string) =>
      History.parse(await (await call("GET", `/retraining/history?${query}`)).json()).cycles.map((c) =>
        c.number
      );
    assert.deepEqual(await numbers("trigger=force"), [1]);
    assert.deepEqual(await numbers("sort=outcome&limit=2"), [1, 2]);
    assert.deepEqual(await numbers("sort=started&order=asc"), [1, 2, 3]);
    const csv = await (await call("GET", "/retraining/history?format=csv&sort=outcome&order=desc")).text();
    assert.deepEqual((parse(csv, { columns: true }) as { number: string }[]).map((r) => r.number), [
      "3",
      "2",
      "1",
    ]);
    for (
      const [query, field] of [["trigger=nobody", "trigger"], ["sort=size", "sort"], ["order=up", "order"]]
    ) {
      const res = await call("GET", `/retraining/history?${query}`);
      const found = await res.json();
      assert.equal(res.status, 422, query);
      assert.match(res.headers.get("content-type") ?? "", /^application\/problem\+json/);
      assert.match(JSON.stringify(found), new RegExp(`"field":"${field}"`), query);
    }
  }));

Deno.test("GET history answers CSV by format and by Accept, with the same cycles", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql);
    await addEndedCycle(sql, { number: 2, outcome: "failed", error: '=cmd() said "no",\nthen stopped' });
    const byFormat = await call("GET", "/retraining/history?format=csv");
    const byAccept = await call("GET", "/retraining/history", undefined, {
      Accept: "text/csv, application/json;q=0.5",
    });
    assert.match(byFormat.headers.get("content-type") ?? "", /^text\/csv/);
    const text = await byFormat.text();
    assert.equal(await byAccept.text(), text);
    const rows = parse(text, { columns: true }) as Record<string, string>[];
    assert.deepEqual(rows.map((r) => [r.id, r.outcome]), [["retrainer/churn/cycle/2", "failed"], [
      "retrainer/churn/cycle/1",
      "deployed",
    ]]);
    assert.deepEqual([rows[1].difference, rows[1].rows, rows[0].difference], ["-0.02", "1204", ""]);
    assert.equal(rows[0].error, `'=cmd() said "no",\nthen stopped`); // no spreadsheet runs it
    const asJson = await call("GET", "/retraining/history?format=json", undefined, { Accept: "text/csv" });
    assert.match(asJson.headers.get("content-type") ?? "", /json/);
  }));

Deno.test("GET history answers Parquet, of the same cycles, with types that need no guessing", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql);
    await addEndedCycle(sql, { number: 2, outcome: "failed", error: "=cmd()" });
    const byFormat = await call("GET", "/retraining/history?format=parquet");
    const type = "application/vnd.apache.parquet";
    assert.equal(byFormat.headers.get("content-type"), type);
    const byAccept = await call("GET", "/retraining/history", undefined, { Accept: type });
    const file = await byFormat.arrayBuffer();
    assert.deepEqual(await byAccept.arrayBuffer(), file);
    const [{ cycles }, rows] = [
      History.parse(await (await call("GET", "/retraining/history")).json()),
      await parquetReadObjects({ file }),
    ];
    assert.deepEqual(rows.map((r) => [r.id, r.number, r.error, r.difference, r.rows]), [
      ["retrainer/churn/cycle/2", 2, "=cmd()", null, null],
      ["retrainer/churn/cycle/1", 1, null, -0.02, 1204],
    ]);
    assert.deepEqual(rows.map((r) => (r.started_at as Date).toISOString()), cycles.map((c) => c.startedAt));
    const types = new Map(parquetMetadata(file).schema.map((column) => [column.name, column]));
    assert.equal(types.get("number")!.type, "INT32");
    assert.equal(types.get("started_at")!.converted_type, "TIMESTAMP_MILLIS");
  }));

Deno.test("GET history/schema describes what the history answers, and refuses what it never does", () =>
  withApp(async ({ call, sql }) => {
    await addEndedCycle(sql);
    const response = await call("GET", "/retraining/history/schema");
    assert.equal(response.headers.get("content-type"), "application/schema+json");
    const schema = z.fromJSONSchema(await response.json());
    const history = await (await call("GET", "/retraining/history")).json();
    assert.ok(schema.safeParse(history).success);
    for (
      const wrong of [{ number: "7" }, { outcome: "won" }, { startedAt: "yesterday" }, { text: undefined }]
    ) {
      const cycles = [{ ...history.cycles[0], ...wrong }];
      assert.ok(!schema.safeParse({ ...history, cycles }).success, JSON.stringify(wrong));
    }
  }));

Deno.test("GET cycles/:id takes the id as a path and URL-encoded", () =>
  withApp(async ({ call, sql }) => {
    const id = await addEndedCycle(sql, { number: 7, outcome: "rejected" });
    for (const path of [id, encodeURIComponent(id)]) {
      const response = await call("GET", `/retraining/cycles/${path}`);
      assert.equal(response.status, 200, path);
      const cycle = Cycle.parse(await response.json());
      assert.deepEqual([cycle.id, cycle.evidence?.difference.n], [id, 1204]);
    }
  }));

Deno.test("GET checks shows answers with their reasons", () =>
  withApp(async ({ call, sql }) => {
    const reasons = [
      { code: "new samples", speaks: "against", text: "3 of 100", evidence: { have: 3, need: 100 } } as const,
    ];
    for (const model of ["churn", "spending"]) {
      await saveCheck(sql, {
        id: crypto.randomUUID(),
        model,
        workflowRun: model,
        asOf: NOW,
        trigger: "interval",
        answer: "wait",
        reasons,
        cycleId: null,
      });
    }
    const { checks } = await (await call("GET", "/retraining/checks?model=churn")).json();
    assert.equal(checks.length, 1);
    assert.deepEqual([checks[0].answer, checks[0].reasons], ["wait", reasons]);
  }));

Deno.test("GET history, its CSV and its cycle answer, when a cycle was compared on one shopper alone", () =>
  withApp(async ({ call, sql }) => {
    const id = await addEndedCycle(sql, { number: 1, outcome: "inconclusive" });
    await addEndedCycle(sql, { model: "spending" });
    const alone = { ...evidence.difference, low: -Infinity, high: Infinity, clusters: 1 };
    await saveVerdict(sql, id, "inconclusive", { ...evidence, difference: alone });
    for (const path of ["/retraining/history", "/retraining/history?format=csv"]) {
      const answer = await call("GET", path);
      assert.equal(answer.status, 200, path);
    }
    const { cycles } = History.parse(await (await call("GET", "/retraining/history")).json());
    assert.equal(cycles.length, 2);
  }));
