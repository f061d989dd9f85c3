import assert from "node:assert/strict";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { changedFields, readConfig, readLines } from "../../src/config/form.ts";
import { ALL_SETTINGS, valueText } from "../../src/config/settings.ts";

const base = RetrainingConfig.parse({ seed: 7, models: { churn: { gate: "threshold", seed: 8 } } });
const all = Object.fromEntries(ALL_SETTINGS.map(({ name }) => [name, valueText(base[name])]));

Deno.test("readConfig() of a form that nobody touched is the configuration itself", () => {
  assert.deepEqual(readConfig(base, { model: null, fields: all }).config, base);
  assert.deepEqual(changedFields(base, { model: null, fields: all }), {});
});

Deno.test("readConfig() says at each field what it needs, and gives no configuration then", () => {
  const { config, problems } = readConfig(base, {
    model: null,
    fields: { ...all, confidence: "2", min_new_samples: "ten", first_cutoff: "May", canary_shares: "0.5, 2" },
  });
  assert.equal(config, null);
  assert.deepEqual(problems, {
    min_new_samples: 'Needs 1 or more, whole (data points), not "ten"',
    confidence: 'Needs 0.5 to 0.999 (chance), not "2"',
    first_cutoff: 'Needs a date, as 2011-06-01, or none (date), not "May"',
    canary_shares: 'Needs list of 1 to 20 values, each > 0 and < 1 (shares), not "0.5, 2"',
  });
});

Deno.test("readConfig() for one model takes an empty field for as every model, and none for none", () => {
  const read = (fields: Record<string, string>) =>
    readConfig(base, { model: "churn", fields }).config?.models.churn;
  assert.deepEqual(read({ seed: "", gate: "evidence" }), { gate: "evidence" });
  assert.deepEqual(read({ seed: "", gate: "" }), undefined);
  assert.deepEqual(read({ margin: "none" }), { gate: "threshold", seed: 8, margin: null });
  assert.deepEqual(read({ false_alarm_days: "3" }), { gate: "threshold", seed: 8 }); // no model can differ in it
  assert.deepEqual(Object.keys(readConfig(base, { model: "churn", fields: { seed: "x" } }).problems!), [
    "seed",
  ]);
});

Deno.test("changedFields() keeps what differs, also what makes no sense", () => {
  assert.deepEqual(changedFields(base, { model: null, fields: { ...all, seed: " 9 ", gate: "luck" } }), {
    gate: "luck",
    seed: "9",
  });
  assert.deepEqual(changedFields(base, { model: "churn", fields: { seed: "8", gate: "" } }), { gate: "" });
});

Deno.test("readLines() reads settings for all and for one model, and names each line it cannot use", () => {
  const models = ["churn"];
  const good = readLines(base, "seed=3\nchurn.confidence=0.8 canary_shares=0.1, 0.2\n", models).config!;
  assert.deepEqual([good.seed, good.models.churn.confidence, good.canary_shares], [3, 0.8, [0.1, 0.2]]);
  const bad = readLines(base, "sead=3\nconfidence=7\nloyalty.seed=1\nchurn.false_alarm_days=3", models);
  assert.deepEqual(Object.keys(bad.problems!), [
    "sead=3",
    "confidence=7",
    "loyalty.seed=1",
    "churn.false_alarm_days=3",
  ]);
  assert.deepEqual(readLines(base, "", models).config, base);
});
