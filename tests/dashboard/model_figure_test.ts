import assert from "node:assert/strict";
import { figureOf } from "../../components/model_figure.ts";
import type { ModelStatus } from "../../src/retraining/status.ts";
import { bundledModels } from "../support/models.ts";

const served = (primaryMetric: string, metrics: Record<string, number>) =>
  figureOf({
    primaryMetric,
    unit: "EUR",
    measured: null,
    serving: { version: 3, metrics, validationRows: 400 },
  } as unknown as ModelStatus)!;

Deno.test("figureOf() tells the quoted metric once, and the lift beside it", () => {
  const { value, name, others } = served("auc", { auc: 0.75, logLoss: 0.5, topDecileLift: 2.5 });
  assert.deepEqual([value, name, others], ["0.7500", "AUC, v3", "top-decile lift 2.5000"]);
  const money = served("mse", { mse: 100, mae: 4, r2: 0.5, topDecileLift: 4 });
  assert.deepEqual([money.value, money.others], ["10.0", "MAE 4.0000, R² 0.5000, top-decile lift 4.0000"]);
});

Deno.test("churn and spending measure their top-decile lift, by which neither is compared", () => {
  for (const { name, metrics, loss } of bundledModels().values()) {
    assert.ok(metrics.includes("topDecileLift"), name);
    assert.notEqual(loss, "topDecileLift");
  }
});
