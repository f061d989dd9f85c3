/** Counts: the regression, its deviance and its labels are those of scikit-learn and pandas on the same definition. */
import assert from "node:assert/strict";
import orderDays from "../../examples/models/order_days.ts";
import churn from "../../src/models/churn.ts";
import { InvalidInputError } from "../../src/core/errors.ts";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { defineModel, type ModelDefinition } from "../../src/models/model.ts";
import { mean } from "../../src/stats/mean.ts";
import { regressionScores, rowLosses } from "../../src/stats/metrics.ts";
import { startBackend } from "../../src/training/backend.ts";
import { compete } from "../../src/training/compete.ts";
import { linearOutput, solvePoisson } from "../../src/training/linear.ts";
import type { TrainingTask } from "../../src/training/protocol.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { scores } from "../../src/validation/compare.ts";
import golden from "../golden/counts.json" with { type: "json" };
import { dayOf } from "../features/shoppers.ts";
import { quietReporter } from "./rows_of.ts";

await startBackend();
const problem = { x: Float32Array.from(golden.x), k: golden.k, y: Float32Array.from(golden.y) };

Deno.test(`solvePoisson() finds the weights of ${golden.madeBy}, for each penalty, and its deviance`, () => {
  const solved = solvePoisson(problem, golden.fits.map(({ penalty }) => penalty));
  golden.fits.forEach(({ want, deviance }, i) => {
    want.forEach((w, j) =>
      assert.ok(Math.abs(solved[i][j] - w) < 1e-3, `weight ${j}: ${w}, ${solved[i][j]}`)
    );
    const predicted = linearOutput(problem, solved[i]).map(Math.exp);
    const ours = mean(rowLosses("poissonDeviance", golden.y, predicted));
    assert.ok(Math.abs(ours - deviance) < 1e-5, `deviance ${deviance}, ${ours}`);
    assert.equal(regressionScores(golden.y, predicted, { isCount: true }).poissonDeviance, ours);
  });
});

Deno.test("solvePoisson() answers with a number near zero where nothing was counted, and refuses what is below", () => {
  const [none] = solvePoisson({ ...problem, y: problem.y.map(() => 0) }, [10]);
  assert.ok(none.slice(0, -1).every((w) => w === 0) && Math.exp(none.at(-1)!) < 1e-4);
  assert.throws(() => solvePoisson({ ...problem, y: problem.y.map(() => -1) }, [10]), InvalidInputError);
});

Deno.test(`the label of the example counts the days that pandas ${golden.pandas} counts`, () => {
  const labels = golden.labels.map((_, shopper) =>
    orderDays.label(
      golden.days.filter(([user, day]) => user === shopper && day >= 30 && day < 51)
        .map(([, day, lines]) => dayOf(day, { purchases: lines })),
    )
  );
  assert.deepEqual(labels, golden.labels);
});

/** Shoppers of whom one feature says how often they order, on a logarithm. */
function rows() {
  const random = seededRandom(4);
  const normal = gaussian(random);
  const n = 600;
  const features = new Float32Array(n);
  const target = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    features[i] = normal();
    const least = Math.exp(-Math.exp(0.3 + 0.9 * features[i])); // Knuth's way to a Poisson number
    for (let p = random(); p > least; p *= random()) target[i]++;
  }
  const user = Int32Array.from({ length: n }, (_, i) => i % 150);
  const cutoffMs = Float64Array.from({ length: n }, (_, i) => Math.floor(i / 150) * 28 * DAY_MS);
  return { features, width: 1, target, cutoffMs, user };
}

const trained = async (declared: Partial<TrainingTask>) => {
  const { name, kind, loss, candidates } = orderDays;
  const task = {
    name,
    kind,
    loss,
    candidates,
    features: ["x"],
    horizonDays: 21,
    featureHash: "h",
    ...declared,
  };
  return await compete({ task, rows: rows(), seed: 5 }, quietReporter());
};

Deno.test("a count is trained by its deviance, and another loss ranks the candidates by another number", async () => {
  const counted = await trained({});
  assert.equal(counted.winner.recipe.name, "poisson");
  const [poisson, squares] = counted.candidates;
  assert.equal(poisson.criterion, (poisson.scores as { poissonDeviance: number }).poissonDeviance);
  assert.ok(squares.criterion! > 1.05 * poisson.criterion!, "the deviance tells the two apart");
  const byError = await trained({ loss: "mae" });
  assert.equal(byError.candidates[0].criterion, (byError.candidates[0].scores as { mae: number }).mae);
  assert.ok(!("poissonDeviance" in byError.candidates[0].scores!), "measured of counts alone");
  const scorer = loadScorer(counted.artifact);
  const [low, high] = scorer.predict([[-1], [1]]);
  assert.ok(low > 0 && high > 3 * low, `${low} ${high}`);
});

Deno.test("the gate measures the deviance of a count, and of nothing else", () => {
  const measured = (model: ModelDefinition) => scores(model, [0, 2], [0.5, 1], Infinity).poissonDeviance;
  assert.ok(Math.abs(measured(orderDays)! - (0.5 + 2 * Math.log(2) - 1)) < 1e-12);
  assert.equal(measured({ ...orderDays, loss: "mae" }), undefined);
  assert.throws(
    () => defineModel({ ...orderDays, loss: "mae" }),
    /poissonDeviance, which is measured of counts, where it is the loss/,
  );
  assert.throws(
    () => defineModel({ ...churn, loss: "poissonDeviance" as never }),
    /no metric of a classification/,
  );
});
