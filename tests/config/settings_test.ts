import assert from "node:assert/strict";
import { RetrainingConfig, SETTINGS } from "../../src/config/retraining.ts";
import { ALL_SETTINGS, configChanges, readValue, valueText } from "../../src/config/settings.ts";

const setting = (name: string) => ALL_SETTINGS.find((s) => s.name === name)!;

Deno.test("every setting is in one group, with what it means and its bounds", () => {
  assert.deepEqual(ALL_SETTINGS.map((s) => s.name).sort(), Object.keys(SETTINGS).sort());
  for (const { name, means, bounds } of ALL_SETTINGS) assert.ok(means && bounds, name);
});

Deno.test("bounds are the schema's own", () => {
  assert.equal(setting("confidence").bounds, "0.5 to 0.999");
  assert.equal(setting("min_new_samples").bounds, "1 or more, whole");
  assert.equal(setting("gate").bounds, "evidence or no-harm or threshold or worth");
  assert.equal(setting("canary_shares").bounds, "list of 1 to 20 values, each > 0 and < 1");
  assert.deepEqual([setting("margin").optional, setting("false_alarm_days").perModel], [true, false]);
});

Deno.test("readValue() reads what valueText() wrote, for every setting", () => {
  const config = RetrainingConfig.parse({});
  for (const s of ALL_SETTINGS) {
    assert.deepEqual(readValue(s, valueText(config[s.name])), config[s.name], s.name);
  }
});

for (
  const [name, text, want] of [
    ["margin", "none", null],
    ["margin", "", null],
    ["margin", "0.02", 0.02],
    ["seed", "", ""],
    ["seed", "1e3", 1000],
    ["seed", "twelve", "twelve"],
    ["refit", "false", false],
    ["refit", "perhaps", "perhaps"],
    ["canary_shares", "0.1, 0.5", [0.1, 0.5]],
    ["canary_shares", "0.1; 0.5", ["0.1; 0.5"]],
    ["first_cutoff", "2011-06-01", "2011-06-01"],
  ] as const
) {
  Deno.test(`readValue() reads ${name} "${text}" as ${JSON.stringify(want)}`, () => {
    assert.deepEqual(readValue(setting(name), text), want);
  });
}

Deno.test("configChanges() names each place that differs, a model's own as well", () => {
  const before = RetrainingConfig.parse({ seed: 2, models: { churn: { confidence: 0.95 } } });
  const after = RetrainingConfig.parse({ seed: 3, models: { spending: { seed: 4 } } });
  assert.deepEqual(configChanges(before, after), [
    { name: "seed", model: null, before: 2, after: 3 },
    { name: "confidence", model: "churn", before: 0.95, after: undefined },
    { name: "seed", model: "spending", before: undefined, after: 4 },
  ]);
  assert.deepEqual(configChanges(after, after), []);
});
