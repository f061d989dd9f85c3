/** What an operator sees of a whole service: its metrics, and one trace from a request to the statements it led to. */
import assert from "node:assert/strict";
import { freePort } from "../../src/embedded/ports.ts";
import { runProgram } from "../../src/embedded/programs.ts";
import { waitUntil } from "../../src/embedded/waiting.ts";
import { pinMoment } from "../../src/app/as_of.ts";
import { listCycles } from "../../src/db/cycles/cycles.ts";
import { withSmallShop } from "../e2e/small_shop.ts";
import { findPromtool } from "../support/promtool.ts";
import { startCollector } from "./support.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const DEPLOYED = ["grafana/perennial.json", "prometheus/perennial.rules.yml"].map((path) =>
  new URL(`../../deploy/${path}`, import.meta.url)
);
/** Metrics that are there once they have something to tell. */
const OPTIONAL = new Set(["perennial_model_training_budget", "perennial_ingested_events_total"]);
const options = { sanitizeOps: false, sanitizeResources: false }; // the SDK keeps its native runtime for the process

Deno.test("a forced cycle is one trace from its request on, and /metrics tells of it", options, async (t) => {
  const collector = startCollector();
  const promtool = await findPromtool();
  const settings = {
    PERENNIAL_PORT: String(await freePort()),
    PERENNIAL_API_KEY: "pk_a-key-for-tests-only",
    PERENNIAL_UNSIGNED_SIGNALS: "obey",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
  };
  await withSmallShop(async ({ service: { sql, url } }) => {
    await pinMoment(sql, Date.parse("2011-06-21"));
    const answer = await fetch(`${url}/retraining/force`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-api-key": settings.PERENNIAL_API_KEY,
        traceparent: `00-${TRACE}-b7ad6b7169203331-01`,
      },
      body: JSON.stringify({ model: "churn", why: "to see it" }),
    });
    assert.equal(answer.status, 202, await answer.text());
    const ended = async () =>
      (await listCycles(sql, { model: "churn", limit: 1 }))[0]?.outcome === "deployed";
    assert.ok(await waitUntil(ended, { withinMs: 300_000, everyMs: 100 }), "the cycle is deployed");
    const text = await (await fetch(`${url}/metrics`)).text();

    await t.step("the trace goes from HTTP over the workflow to activities and SQL", async () => {
      const traced = () => collector.spans.filter(({ traceId }) => traceId === TRACE);
      const isWhole = () => Promise.resolve(traced().some(({ name }) => name === "workflow retrainingCycle"));
      assert.ok(await waitUntil(isWhole, { withinMs: 300_000, everyMs: 100 }), names(traced()));
      for (
        const name of ["POST /retraining/force", "signal force", "activity trainChallenger", "SQL INSERT"]
      ) {
        assert.ok(traced().some((span) => span.name === name), `${name} in ${names(traced())}`);
      }
      const training = traced().find(({ name }) => name === "activity trainChallenger")!;
      assert.equal(training.attributes["perennial.cycle"], "retrainer/churn/cycle/1");
      const statements = traced().filter(({ parentSpanId }) => parentSpanId === training.spanId);
      assert.ok(statements.length > 0, "statements of the training are within it");
    });

    await t.step("the metrics say what was trained, what serves, what waits", () => {
      assert.match(text, /^perennial_model_trainings_in_quarter\{model="churn"\} [12]$/m);
      assert.match(text, /^perennial_cycles_ended\{model="churn",outcome="deployed"\} 1$/m);
      assert.match(text, /^perennial_model_training_age_seconds\{model="churn"\} \d/m);
      assert.match(
        text,
        /^perennial_http_request_duration_seconds_count\{.*route="\/retraining\/force".*\} 1$/m,
      );
      assert.match(text, /^perennial_activity_duration_seconds_count\{.*activity="trainChallenger".*\} 1$/m);
      assert.match(text, /^perennial_task_queue_backlog\{queue="training",kind="activity"\} \d+$/m);
      assert.match(text, /^perennial_task_queue_pollers\{queue="features",kind="activity"\} 1$/m);
      assert.match(text, /^perennial_disk_free_bytes\{folder="artefacts"\} \d/m);
      assert.match(text, /^perennial_(postgres|temporal)_up 1$/m);
    });

    await t.step("whatever the dashboard and the alert rules ask for is there", async () => {
      const there = new Set([...text.matchAll(/^(\w+)/gm)].map(([, name]) => name));
      const asked = [
        ...(await Promise.all(DEPLOYED.map((path) => Deno.readTextFile(path)))).join("\n")
          .matchAll(/\b((?:perennial|process)_\w+)/g),
      ].map(([, name]) => name);
      assert.ok(asked.length > 40);
      assert.deepEqual([...new Set(asked)].filter((name) => !there.has(name) && !OPTIONAL.has(name)), []);
    });

    await t.step({
      name: "Prometheus' own judge finds nothing wrong with them",
      ignore: promtool === null,
      fn: async () => {
        const file = await Deno.makeTempFile();
        await Deno.writeTextFile(file, text);
        const check = ["-c", `"$0" check metrics <"$1"`, promtool!, file];
        const { output } = await runProgram("/bin/sh", check, { timeoutMs: 30_000 });
        await Deno.remove(file);
        assert.equal(output, "");
      },
    });
  }, { parts: ["worker", "api"], settings });
  await collector.stop();
});

const names = (spans: readonly { name: string }[]) => spans.map(({ name }) => name).join(", ");
