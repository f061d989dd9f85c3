import assert from "node:assert/strict";
import { FILE_AUTHOR, withDeclared } from "../../src/config/declared.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";

const general = RetrainingConfig.parse({ horizon_days: 21 });
const returns = { name: "returns", horizonDays: 14, activeDays: 60, activity: "any" } as const;

/** What is in force after some versions, oldest first. */
const historyOf = (...versions: [by: string, config: RetrainingConfig][]) =>
  versions.map(([by, config]) => ({ by, config })).reverse();

Deno.test("withDeclared() puts what a file declares before what holds for every model", () => {
  const config = withDeclared(general, [returns, { name: "churn" }], [])!;
  const { horizon_days, active_days, activity, seed } = configOf(config, "returns");
  assert.deepEqual([horizon_days, active_days, activity], [14, 60, "any"]);
  assert.equal(seed, general.seed);
  assert.equal(configOf(config, "churn").horizon_days, 21);
  assert.equal(withDeclared(config, [returns], historyOf([FILE_AUTHOR, config])), null);
});

Deno.test("withDeclared() has nothing to do where files declare nothing", () =>
  assert.equal(withDeclared(general, [{ name: "churn" }, { name: "spending" }], []), null));

Deno.test("withDeclared() follows a file that changes, and forgets what it declares no more", () => {
  const first = withDeclared(general, [returns], [])!;
  const history = historyOf(["ann", general], [FILE_AUTHOR, first], ["ann", { ...first, seed: 9 }]);
  const config = withDeclared({ ...first, seed: 9 }, [{ name: "returns", horizonDays: 7 }], history)!;
  assert.deepEqual(config.models.returns, { horizon_days: 7 });
});

Deno.test("withDeclared() leaves what a person has set for a model", () => {
  const set = RetrainingConfig.parse({ models: { returns: { horizon_days: 30 } } });
  const config = withDeclared(set, [returns], historyOf(["ann", set]))!;
  assert.deepEqual(config.models.returns, { horizon_days: 30, active_days: 60, activity: "any" });
  const changed = { ...config, models: { returns: { ...config.models.returns, active_days: 45 } } };
  const history = historyOf(["ann", set], [FILE_AUTHOR, config], ["ann", changed]);
  assert.equal(withDeclared(changed, [returns], history), null);
});
