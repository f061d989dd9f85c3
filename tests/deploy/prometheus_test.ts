/** The rules and the dashboard that are shipped, judged by Prometheus itself. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/embedded/programs.ts";
import { findPromtool } from "../support/promtool.ts";

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const RULES = pathOf("../../deploy/prometheus/perennial.rules.yml");
const promtool = await findPromtool();
const options = { ignore: promtool === null };

const judge = (...args: string[]) => runProgram(promtool!, args, { timeoutMs: 30_000 });

Deno.test("promtool accepts the alert rules and the example of a configuration", options, async () => {
  const rules = await judge("check", "rules", RULES);
  assert.ok(rules.ok, rules.output);
  assert.match(rules.output, /SUCCESS: 15 rules found/);
  const config = await judge("check", "config", pathOf("../../deploy/prometheus/prometheus.yml"));
  assert.ok(config.ok, config.output);
});

Deno.test("alerts fire when they should, say what they say, and not before", options, async () => {
  const { ok, output } = await judge("test", "rules", pathOf("./perennial.rules_test.yml"));
  assert.ok(ok, output);
});

Deno.test("promtool can read every expression of the dashboard", options, async () => {
  const dashboard = JSON.parse(await Deno.readTextFile(pathOf("../../deploy/grafana/perennial.json")));
  const panels: { title: string; targets?: { expr: string }[] }[] = dashboard.panels;
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  assert.ok(expressions.length > 25);
  const rules = expressions.map((expr, i) => ({
    record: `panel:${i}`,
    expr: expr.replaceAll("$__rate_interval", "5m"),
  }));
  const file = await Deno.makeTempFile({ suffix: ".yml" });
  await Deno.writeTextFile(file, JSON.stringify({ groups: [{ name: "dashboard", rules }] })); // JSON is YAML
  const { ok, output } = await judge("check", "rules", file);
  await Deno.remove(file);
  assert.ok(ok, output);
});

Deno.test("each alert says how bad it is and what to do", async () => {
  const alerts = (await Deno.readTextFile(RULES)).split("- alert: ").slice(1);
  assert.ok(alerts.length > 0);
  for (const alert of alerts) {
    const [name] = alert.split("\n");
    assert.match(alert, /severity: (info|warning|critical)/, name);
    assert.match(alert, /summary: "/, name);
    assert.match(alert, /action: "/, name);
  }
});
