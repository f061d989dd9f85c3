import assert from "node:assert/strict";
import { ModelConfig } from "../../src/config/retraining.ts";
import { firstTrainingMs } from "../../src/training/cutoffs.ts";

Deno.test("a first training is possible once enough cut-offs have complete outcomes, and not a day before", () => {
  const config = ModelConfig.parse({
    first_cutoff: "2026-01-03",
    min_train_cutoffs: 3,
    step_days: 14,
    horizon_days: 28,
  });
  const firstMs = firstTrainingMs(config, Date.parse("2025-10-05"));
  assert.equal(new Date(firstMs).toISOString().slice(0, 10), "2026-02-28");
  const ofShop = ModelConfig.parse({ active_days: 90, min_train_cutoffs: 1, step_days: 7, horizon_days: 7 });
  const monday = firstTrainingMs(ofShop, Date.parse("2026-01-01")); // cut-offs are Mondays: 6 April, and a week
  assert.equal(new Date(monday).toISOString().slice(0, 10), "2026-04-13");
});
