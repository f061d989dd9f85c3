import assert from "node:assert/strict";
import { InvalidInputError } from "../../src/core/errors.ts";
import { configOf, patched, RetrainingConfig } from "../../src/config/retraining.ts";

const defaults = RetrainingConfig.parse({});

Deno.test("RetrainingConfig has the defaults that the design names", () => {
  const { min_new_samples, retrain_interval_hours, performance_threshold, backup_models, gate } = defaults;
  assert.deepEqual(
    { min_new_samples, retrain_interval_hours, performance_threshold, backup_models, gate },
    {
      min_new_samples: 100,
      retrain_interval_hours: 24,
      performance_threshold: 0.05,
      backup_models: true,
      gate: "no-harm",
    },
  );
});

Deno.test("patched() changes what is named and nothing else", () => {
  const found = patched(defaults, { min_new_samples: 7, gate: "threshold" });
  assert.deepEqual(found, { ...defaults, min_new_samples: 7, gate: "threshold" });
});

for (
  const [name, patch, field] of [
    ["a setting that is out of range", { confidence: 2 }, "confidence"],
    ["a setting of another type", { min_new_samples: "many" }, "min_new_samples"],
    ["a setting that is not whole", { horizon_days: 1.5 }, "horizon_days"],
    ["an infinite setting", { retrain_interval_hours: Infinity }, "retrain_interval_hours"],
    ["a setting that does not exist", { min_new_sample: 7 }, "min_new_sample"],
    ["a date that is none", { first_cutoff: "2011-02-30" }, "first_cutoff"],
    ["a gate that does not exist", { gate: "luck" }, "gate"],
    ["a model's setting that is out of range", { models: { churn: { seed: -1 } } }, "models.churn.seed"],
    ["a model's setting that does not exist", { models: { churn: { sed: 1 } } }, "models.churn.sed"],
    ["a model name that no model can have", { models: { "Churn!": {} } }, "models.Churn!"],
    ["a model's settings that are none", { models: { churn: 5 } }, "models.churn"],
    ["settings of models that are none", { models: 5 }, "models"],
    ["a list of models", { models: [] }, "models"],
  ] as const
) {
  Deno.test(`patched() refuses ${name}, names the field, and keeps the old configuration`, () => {
    const current = patched(defaults, { models: { churn: { seed: 3 } } });
    const before = structuredClone(current);
    assert.throws(() => patched(current, patch), (error: unknown) => {
      assert.ok(error instanceof InvalidInputError);
      assert.equal(error.field, field);
      assert.ok(error.message.includes(field), error.message);
      return true;
    });
    assert.deepEqual(current, before);
  });
}

Deno.test("patched() adds to a model's settings, and null takes them away", () => {
  const one = patched(defaults, { models: { churn: { seed: 3 }, spending: { margin: 0.1 } } });
  const two = patched(one, { models: { churn: { horizon_days: 14 } } });
  assert.deepEqual(two.models, { churn: { seed: 3, horizon_days: 14 }, spending: { margin: 0.1 } });
  assert.deepEqual(patched(two, { models: { churn: null } }).models, { spending: { margin: 0.1 } });
});

Deno.test("patched() takes each name that a model can have", () => {
  assert.deepEqual(patched(defaults, { models: { "repeat-rate2": { seed: 3 } } }).models, {
    "repeat-rate2": { seed: 3 },
  });
});

Deno.test("configOf() puts a model's own settings over the general ones", () => {
  const config = patched(defaults, { seed: 9, gate: "threshold", models: { churn: { seed: 3 } } });
  assert.deepEqual([configOf(config, "churn").seed, configOf(config, "churn").gate], [3, "threshold"]);
  assert.equal(configOf(config, "spending").seed, 9);
  assert.ok(!("models" in configOf(config, "churn")));
});

Deno.test("configOf() does not fill a model's gaps with defaults", () => {
  const config = patched(defaults, { margin: 0.5, models: { churn: { seed: 3 } } });
  assert.equal(configOf(config, "churn").margin, 0.5);
});
