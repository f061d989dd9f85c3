/** Two models with horizons and populations of their own on real events: numbers as pandas and scikit-learn have them. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { importFile } from "../../../src/app/events/import.ts";
import { labelledBlock } from "../../../src/app/features/labelled_rows.ts";
import { withDeclared } from "../../../src/config/declared.ts";
import { configOf, RetrainingConfig } from "../../../src/config/retraining.ts";
import type { Database } from "../../../src/db/connect.ts";
import { decodeLabels } from "../../../src/features/blocks.ts";
import { readFeatures } from "../../../src/features/shards.ts";
import { FEATURES } from "../../../src/features/definition.ts";
import { defineModel, type ModelDefinition } from "../../../src/models/model.ts";
import { fileArtefacts } from "../../../src/registry/artefacts.ts";
import { regressionScores } from "../../../src/stats/metrics.ts";
import { linearOutput, type LinearProblem, solvePoisson, solveRidge } from "../../../src/training/linear.ts";
import { withDatabase } from "../../db/database.ts";
import { pseudonym } from "../../db/events_support.ts";
import { writeSmallShop } from "../../e2e/small_shop.ts";
import golden from "../../golden/two_models.json" with { type: "json" };

const returns = defineModel({
  name: "returns",
  kind: "regression",
  question: "What will this shopper send back within two weeks?",
  unit: "shop currency",
  horizonDays: 14,
  activeDays: 60,
  primaryMetric: "mae",
  loss: "mse",
  metrics: ["mae", "mse", "r2", "bias"],
  label: (future) => future.reduce((sum, day) => sum + day.returned, 0),
  network: "an exact linear model",
  candidates: [{ family: "linear", name: "linear", inputs: "log", target: "identity" }],
});
const orderCount = defineModel({
  name: "order-count",
  kind: "regression",
  question: "On how many days will this shopper order within six weeks?",
  unit: "days",
  horizonDays: 42,
  activeDays: 120,
  primaryMetric: "poissonDeviance",
  loss: "poissonDeviance",
  metrics: ["poissonDeviance", "mae", "mse", "r2", "bias"],
  label: (future) => future.filter((day) => day.purchases > 0).length,
  network: "an exact Poisson regression",
  candidates: [{ family: "linear", name: "poisson", inputs: "log", target: "count" }],
});
const NAMES = ["orders_90", "lines_90", "returned_90"];

/** The rows of a cut-off, as a training reads them. */
async function rowsAt(
  { sql, folder }: { sql: Database; folder: string },
  model: ModelDefinition,
  day: string,
) {
  const store = fileArtefacts(folder);
  const config = withDeclared(RetrainingConfig.parse({}), [model], [])!;
  const given = { config: configOf(config, model.name), cutoffMs: Date.parse(day) };
  const block = await labelledBlock({ sql, store }, model, given);
  const { features, users } = await readFeatures(store, block.features);
  const places = NAMES.map((name) => FEATURES.indexOf(name));
  const values = users.map((_, i) => places.map((place) => features[i * FEATURES.length + place]));
  return { values, outcomes: [...decodeLabels(await store.getRows(block.labels))] };
}

type Rows = Awaited<ReturnType<typeof rowsAt>>;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function close(found: number, want: number, what: string): void {
  assert.ok(Math.abs(found - want) <= 1e-3 * Math.max(1, Math.abs(want)), `${what}: ${found}, not ${want}`);
}

const problemOf = (blocks: readonly Rows[]): LinearProblem => ({
  x: Float32Array.from(blocks.flatMap(({ values }) => values.flat()), Math.log1p),
  k: NAMES.length,
  y: Float32Array.from(blocks.flatMap(({ outcomes }) => outcomes)),
});

Deno.test(`two models of a shop's own come to the numbers of ${golden.madeBy} on the same events`, () =>
  withDatabase(async (sql) => {
    const folder = await Deno.makeTempDir({ prefix: "perennial-two-models-" });
    try {
      const path = join(folder, "shop.csv");
      await writeSmallShop(path);
      await importFile({ sql, clock: () => Date.UTC(2026, 0, 1), pseudonym }, path);
      for (const [model, solve] of [[returns, solveRidge], [orderCount, solvePoisson]] as const) {
        const want = golden[model.name as "returns" | "order-count"];
        const blocks: Rows[] = [];
        for (const [i, day] of golden.cutoffs.entries()) {
          const rows = await rowsAt({ sql, folder }, model, day);
          const { shoppers, outcome, features } = want.cutoffs[i];
          assert.equal(rows.values.length, shoppers, `${model.name} at ${day}: who was active`);
          close(sum(rows.outcomes), outcome, `${model.name} at ${day}: outcomes`);
          NAMES.forEach((name, j) => close(sum(rows.values.map((row) => row[j])), features[j], name));
          blocks.push(rows);
        }
        const [weights] = solve(problemOf(blocks.slice(0, 2)), [golden.penalty]);
        want.weights.forEach((weight, j) => close(weights[j], weight, `${model.name}, weight ${j}`));
        const judged = linearOutput(problemOf(blocks.slice(2)), weights);
        const predicted = model === orderCount ? judged.map(Math.exp) : judged;
        const isCount = model === orderCount;
        const scores = regressionScores(blocks[2].outcomes, predicted, { isCount });
        for (const [metric, value] of Object.entries(want.metrics)) {
          close(scores[metric as "mae"]!, value, `${model.name}, ${metric}`);
        }
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  }));
