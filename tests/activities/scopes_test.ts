import assert from "node:assert/strict";
import { scoped } from "../../activities/backtest/scopes.ts";

const registry = (name: string) => ({
  servingVersion: ({ model }: { model: string }) => Promise.resolve(`${model} of ${name}`),
  countModels: () => Promise.resolve(name.length),
});
const activities = scoped(registry("what serves"), registry);

Deno.test("scoped() asks what serves where no scope is named", async () => {
  assert.equal(await activities.servingVersion({ model: "churn" }), "churn of what serves");
  assert.equal(await activities.countModels(), "what serves".length);
});

Deno.test("scoped() asks the scope that is named, and keeps its name from the activity", async () => {
  const asked: object[] = [];
  const { look } = scoped(
    { look: (input: { model: string }) => Promise.resolve(asked.push(input)) },
    () => ({ look: (input) => Promise.resolve(asked.push({ inScope: input })) }),
  );
  await look({ model: "churn", scope: "backtest_x_0" });
  assert.deepEqual(asked, [{ inScope: { model: "churn" } }]);
  assert.equal(
    await activities.servingVersion({ model: "churn", scope: "backtest_x_0" }),
    "churn of backtest_x_0",
  );
});
