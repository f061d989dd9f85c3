import assert from "node:assert/strict";
import { ConflictError } from "../../src/core/errors.ts";
import { configHistory, currentConfig, saveConfig } from "../../src/db/config/config_versions.ts";
import { RetrainingConfig } from "../../src/config/retraining.ts";
import { withDatabase } from "./database.ts";

const defaults = RetrainingConfig.parse({});
const by = { by: "ann", why: "fewer cycles" };

Deno.test("currentConfig() is the defaults, as version 0, before anyone changed one", () =>
  withDatabase(async (sql) => {
    const { version, config } = await currentConfig(sql);
    assert.deepEqual([version, config], [0, defaults]);
    assert.deepEqual(await configHistory(sql), []);
  }));

Deno.test("saveConfig() puts the next version in force and keeps those before", () =>
  withDatabase(async (sql) => {
    const one = await saveConfig(sql, { config: { ...defaults, seed: 5 }, after: 0, ...by });
    const two = await saveConfig(sql, {
      config: { ...defaults, seed: 6, models: { churn: { seed: 7 } } },
      after: 1,
      ...by,
    });
    assert.deepEqual(await currentConfig(sql), two);
    assert.deepEqual(await configHistory(sql), [two, one]);
    assert.deepEqual([two.version, two.config.models], [2, { churn: { seed: 7 } }]);
  }));

Deno.test("saveConfig() lets one of those win who read the same version", () =>
  withDatabase(async (sql) => {
    const results = await Promise.allSettled(
      [1, 2, 3, 4].map((seed) => saveConfig(sql, { config: { ...defaults, seed }, after: 0, ...by })),
    );
    const lost = results.flatMap((r) => r.status === "rejected" ? [r.reason] : []);
    assert.equal(lost.length, 3);
    assert.ok(lost.every((reason) => reason instanceof ConflictError));
    assert.equal((await configHistory(sql)).length, 1);
  }));
