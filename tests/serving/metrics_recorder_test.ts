import assert from "node:assert/strict";
import { addServingMinutes, type ServingMinute } from "../../src/db/models/serving_minutes.ts";
import { createMetricsRecorder } from "../../src/serving/metrics_recorder.ts";
import { withDatabase } from "../db/database.ts";

const AT = Date.UTC(2024, 4, 10, 12, 0, 30);
const log = () => undefined;
const one = (version: number, errors = 0) => new Map([[version, { answers: 2, errors, fallbacks: errors }]]);

Deno.test("createMetricsRecorder() adds counts by version and minute to what is stored", () =>
  withDatabase(async (sql) => {
    const opened = () => {
      const write = (minutes: readonly ServingMinute[]) => addServingMinutes(sql, minutes);
      return createMetricsRecorder({ clock: () => AT, process: "a", write, log });
    };
    for (let i = 0; i < 2; i++) {
      const metrics = opened();
      metrics.count("churn", one(4));
      metrics.observeLatency("churn", [4], 0.4);
      metrics.observeLatency("churn", [4], 7);
      metrics.observeLatency("churn", [4], 1e6);
      await metrics.close();
    }
    const rows = await sql`select * from serving_minutes`;
    assert.deepEqual({ ...rows[0] }, {
      model: "churn",
      version: 4,
      minute: "2024-05-10T12:00:00.000Z",
      process: "a",
      answers: 4,
      errors: 0,
      fallbacks: 0,
      latency: { "1": 2, "10": 2, "60000": 2 },
    });
    assert.equal(rows.length, 1);
  }));

Deno.test("createMetricsRecorder() keeps what it could not write for the next time", async () => {
  const written: (readonly ServingMinute[])[] = [];
  let works = false;
  const write = (minutes: readonly ServingMinute[]) =>
    works ? Promise.resolve(void written.push(minutes)) : Promise.reject(new Error("away"));
  const metrics = createMetricsRecorder({ clock: () => AT, process: "a", write, everyMs: 5, log });
  metrics.count("churn", one(4, 1));
  metrics.observeLatency("churn", [4], 3);
  await new Promise((done) => setTimeout(done, 30));
  metrics.count("churn", one(4, 1));
  works = true;
  await metrics.close();
  const counted = written.flat();
  assert.deepEqual(counted.map(({ answers, errors, latency }) => [answers, errors, latency]), [[4, 2, {
    "5": 1,
  }]]);
});
