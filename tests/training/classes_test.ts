/** Several classes: the regression, its probabilities and its scores are those of scikit-learn on the same rows. */
import assert from "node:assert/strict";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { DAY_MS } from "../../src/core/time.ts";
import { outcomeOf } from "../../src/models/outcome.ts";
import { defineModel, type ModelDefinition } from "../../src/models/model.ts";
import { clusteredError, tInterval } from "../../src/stats/clustered.ts";
import { byClass, guessFor, likeliest, macroOf, predictionsAt, sizesOf } from "../../src/stats/classes.ts";
import { classesScores, rowLosses } from "../../src/stats/metrics.ts";
import { startBackend } from "../../src/training/backend.ts";
import { compete } from "../../src/training/compete.ts";
import { linearOutput } from "../../src/training/linear.ts";
import { interleaved, softmax } from "../../src/training/probabilities.ts";
import type { TrainingTask } from "../../src/training/protocol.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { solveSoftmax } from "../../src/training/softmax.ts";
import { compare } from "../../src/validation/compare.ts";
import golden from "../golden/classes.json" with { type: "json" };
import { dayOf } from "../features/shoppers.ts";
import { quietReporter } from "./rows_of.ts";

await startBackend();
const problem = { x: Float32Array.from(golden.x), k: golden.k, y: Float32Array.from(golden.y) };
const near = (have: number, want: number, within: number, what: string) =>
  assert.ok(Math.abs(have - want) <= within, `${what}: want ${want}, have ${have}`);

Deno.test(`solveSoftmax() finds the weights and probabilities of ${golden.madeBy}, for each penalty`, () => {
  const solved = solveSoftmax(problem, golden.classes, golden.fits.map(({ penalty }) => penalty));
  golden.fits.forEach(({ weights, probabilities }, i) => {
    weights.forEach((of, c) =>
      of.forEach((w, j) => near(solved[i][c][j], w, 1e-3, `class ${c}, weight ${j}`))
    );
    const p = interleaved(softmax(solved[i].map((w) => linearOutput(problem, w))));
    probabilities.forEach((want, at) => near(p[at], want, 1e-4, `probability ${at}`));
  });
});

Deno.test(`classesScores() and byClass() agree with ${golden.madeBy}`, () => {
  for (const { probabilities, accuracy, logLoss, brier, precision, recall } of golden.fits) {
    const scores = classesScores(golden.y, probabilities);
    near(scores.accuracy, accuracy, 1e-12, "accuracy");
    near(scores.logLoss, logLoss, 1e-9, "log loss");
    near(scores.brier, brier, 1e-12, "Brier score");
    byClass(golden.y, probabilities).forEach((found, c) => {
      near(found.precision, precision[c], 1e-12, `precision of ${c}`);
      near(found.recall, recall[c], 1e-12, `recall of ${c}`);
    });
    near(scores.macroRecall, recall.reduce((a, b) => a + b) / 3, 1e-12, "macro recall");
    near(scores.macroPrecision, precision.reduce((a, b) => a + b) / 3, 1e-12, "macro precision");
  }
});

Deno.test("macroOf() is as unsure as drawing shoppers anew says", () => {
  const { y, fits: [, { probabilities, recall }] } = golden;
  const value = recall.reduce((a, b) => a + b) / 3;
  const { influence } = macroOf("recall", y, probabilities);
  const { error } = clusteredError({ influence, shopper: y.map((_, i) => i) });
  const random = seededRandom(2);
  const drawn = Array.from({ length: 400 }, () => {
    const places = y.map(() => Math.floor(y.length * random()));
    return macroOf("recall", places.map((i) => y[i]), predictionsAt(probabilities, y.length, places)).value;
  });
  const bootstrap = Math.sqrt(drawn.reduce((sum, v) => sum + (v - value) ** 2, 0) / drawn.length);
  near(error / bootstrap, 1, 0.15, "error by the bootstrap's");
  assert.ok(tInterval(value, { error, clusters: y.length }, 0.95).low! < value);
});

Deno.test("compare() pairs probabilities row by row, and the guess is the classes' shares", () => {
  const target = Float64Array.of(0, 1, 2, 2);
  const guess = guessFor([0.25, 0.25, 0.5], 4);
  const sure = Float64Array.of(0.8, 0.1, 0.1, 0.1, 0.8, 0.1, 0.1, 0.1, 0.8, 0.6, 0.2, 0.2);
  const found = compare(
    { kind: "classes", loss: "logLoss" },
    { target, shopper: Int32Array.of(1, 2, 3, 4) },
    {
      champion: guess,
      challenger: sure,
    },
    { confidence: 0.9 },
  );
  const losses = [0.8, 0.8, 0.8, 0.2].map((p) => -Math.log(p));
  near(found.challengerLoss, losses.reduce((a, b) => a + b) / 4, 1e-12, "loss");
  assert.deepEqual([found.difference.n, found.championMetrics.accuracy], [4, 0.5]);
  assert.deepEqual([...likeliest(sure, 4)], [0, 1, 2, 0]);
  assert.deepEqual(Array.from(sizesOf(sure, 4)), [0.8, 0.8, 0.8, 0.6]);
  assert.throws(() => rowLosses("auc" as never, target, sure), /several classes by "auc"/);
  assert.throws(() => rowLosses("logLoss", target, sure.slice(1)), /4 outcomes, 11 predictions/);
});

const NAMES = ["none", "soon", "later"];

/** Shoppers of whom two features say which class they will be. */
function rows(n = 900) {
  const random = seededRandom(4);
  const normal = gaussian(random);
  const features = new Float32Array(2 * n);
  const target = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const [a, b] = [normal(), normal()];
    features.set([Math.expm1(Math.abs(a)) * Math.sign(a), b], 2 * i);
    const scores = [0, 2 * a, 2 * b].map((z) => z - Math.log(-Math.log(random())));
    target[i] = scores.indexOf(Math.max(...scores));
  }
  const cutoffMs = Float64Array.from({ length: n }, (_, i) => Math.floor(i / (n / 6)) * 7 * DAY_MS);
  return { features, width: 2, target, cutoffMs, user: Int32Array.from({ length: n }, (_, i) => i % 300) };
}

const task: TrainingTask = {
  name: "next",
  kind: "classes",
  classes: NAMES,
  features: ["a", "b"],
  horizonDays: 7,
  featureHash: "h",
  loss: "logLoss",
  candidates: [
    { family: "linear", name: "linear", inputs: "log", target: "identity" },
    { family: "linear", name: "raw", inputs: "log+raw", target: "identity" },
    { family: "blend", name: "blend", of: ["linear", "raw"] },
  ],
};

Deno.test("compete() learns several classes, blends them, and writes an artefact that says their names", async () => {
  const found = await compete({ task, rows: rows(), seed: 3 }, quietReporter());
  assert.ok(found.candidates.every(({ criterion }) => criterion! < 0.95), "better than chance, which is 1.1");
  const scorer = loadScorer(found.artifact);
  assert.deepEqual(scorer.classes, NAMES);
  const { features, target } = rows();
  const p = scorer.predictPacked(features, target.length);
  assert.equal(p.length, 3 * target.length);
  for (let i = 0; i < target.length; i++) near(p[3 * i] + p[3 * i + 1] + p[3 * i + 2], 1, 1e-5, `row ${i}`);
  assert.ok(classesScores(target, p).accuracy > 0.55);
  assert.deepEqual(
    (await compete({ task, rows: rows(), seed: 3 }, quietReporter())).artifact,
    found.artifact,
  );
});

Deno.test("compete() picks the winner of several classes by the model's loss", async () => {
  const criterion = async (loss: "logLoss" | "accuracy" | "brier") => {
    const { candidates: [first] } = await compete(
      { task: { ...task, loss }, rows: rows(), seed: 3 },
      quietReporter(),
    );
    const { scores, criterion } = first;
    return [
      criterion!,
      "macroRecall" in scores! ? (loss === "accuracy" ? 1 - scores.accuracy : scores[loss]) : NaN,
    ];
  };
  for (const loss of ["logLoss", "accuracy", "brier"] as const) {
    const [have, want] = await criterion(loss);
    assert.equal(have, want, loss);
  }
});

const next: Parameters<typeof defineModel>[0] = {
  name: "next-order",
  kind: "classes",
  classes: NAMES,
  question: "How soon?",
  unit: "class",
  primaryMetric: "accuracy",
  loss: "logLoss",
  metrics: ["accuracy", "logLoss"],
  label: (future) => future.length === 0 ? "none" : future.length === 1 ? "soon" : "later",
  network: "a multinomial logistic regression",
  candidates: task.candidates,
};

Deno.test("outcomeOf() is the place of the class that a label names, and refuses what is none", () => {
  const outcome = outcomeOf(defineModel(next));
  assert.deepEqual([[], [dayOf(3)], [dayOf(3), dayOf(20)]].map(outcome), [0, 1, 2]);
  assert.throws(
    () => outcomeOf({ ...next, label: () => "never" })([]),
    /one of "none", "soon", "later", not 'never'/,
  );
  assert.throws(() => outcomeOf({ label: () => "soon" })([]), /a finite number, .*not 'soon'/);
});

const network = { weightDecay: 0.02, learningRate: 5e-4, batchSize: 512, epochsMax: 25, patience: 3 };

for (
  const [what, declared, message] of [
    ["two classes", { classes: ["a", "b"] }, /classes has to name 3 to 12 different ones/],
    ["a class twice", { classes: ["a", "b", "a"] }, /3 to 12 different/],
    ["a class with capitals", { classes: ["A", "b", "c"] }, /the class "A" needs/],
    [
      "classes of a number",
      { kind: "regression", loss: "mse", primaryMetric: "mse", metrics: ["mse"] },
      /classes are those/,
    ],
    ["the AUC", { metrics: ["accuracy", "auc"] }, /"auc" is no metric of a classes/],
    ["economics", { economics: "sales" }, /economics are of models whose prediction is one number/],
    [
      "hidden layers",
      {
        candidates: [
          { family: "linear", name: "linear", inputs: "log+raw", target: "identity" },
          { family: "warm-start", name: "warm", network },
        ],
      },
      /"warm" is of the family "warm-start"/,
    ],
  ] as const
) {
  Deno.test(`defineModel() of several classes refuses ${what}`, () =>
    assert.throws(() => defineModel({ ...next, ...declared } as ModelDefinition), message));
}
