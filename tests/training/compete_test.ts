import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { DAY_MS } from "../../src/core/time.ts";
import type { Recipe, TargetTransform } from "../../src/models/recipe.ts";
import { decodeArtifact } from "../../src/training/artifact.ts";
import { startBackend } from "../../src/training/backend.ts";
import { compete, refit } from "../../src/training/compete.ts";
import type { CompeteRequest, TrainingTask } from "../../src/training/protocol.ts";
import { takeRows, type TrainingRows } from "../../src/training/rows.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { makeRows, quietReporter, requestFor, taskFor, WIDTH } from "./rows_of.ts";

await startBackend();

for (const kind of ["classification", "regression"] as const) {
  Deno.test(`compete() gives the same bytes from the same ${kind} request and seed`, async () => {
    const [a, b] = [
      await compete(requestFor(kind), quietReporter()),
      await compete(requestFor(kind), quietReporter()),
    ];
    assert.deepEqual(a, b);
  });

  Deno.test(`compete() beats guessing the mean on ${kind} rows it has not seen`, async () => {
    const { artifact, candidates, split } = await compete(requestFor(kind), quietReporter());
    const fresh = makeRows(kind, { seed: 99 });
    const mean = fresh.target.reduce((a, b) => a + b) / fresh.target.length;
    const square = (p: (i: number) => number) => fresh.target.reduce((sum, y, i) => sum + (y - p(i)) ** 2, 0);
    const predictions = loadScorer(artifact).predictPacked(fresh.features, fresh.target.length);
    assert.ok(square((i) => predictions[i]) < 0.7 * square(() => mean));
    assert.equal(split.by, "time");
    assert.deepEqual(candidates.map((c) => c.scores?.n), [80, 80, 80, undefined, 80]);
    assert.equal(candidates[3].skipped, "there is no champion");
  });

  Deno.test(`compete() ends at the same result, when it resumes from any checkpoint of a ${kind} run`, async () => {
    const reporter = quietReporter();
    const whole = await compete(requestFor(kind), reporter);
    assert.ok(reporter.checkpoints.length > requestFor(kind).task.candidates.length);
    for (const resume of reporter.checkpoints.filter((_, i) => i % 2 === 0)) {
      assert.deepEqual(await compete({ ...requestFor(kind), resume }, quietReporter()), whole);
    }
  });

  Deno.test(`refit() of the winner on the same ${kind} rows gives the artefact of the competition`, async () => {
    const request = requestFor(kind);
    const { winner, artifact } = await compete(request, quietReporter());
    const again = await refit(
      { task: request.task, rows: request.rows, seed: request.seed, recipe: winner },
      quietReporter(),
    );
    assert.deepEqual(again.artifact, artifact);
  });

  Deno.test(`compete() goes on from a ${kind} champion that has not seen the validation slice`, async () => {
    const rows = makeRows(kind, { cutoffs: 8 });
    const early = takeRows(rows, [...rows.user.keys()].filter((i) => rows.cutoffMs[i] <= 14 * 4 * DAY_MS));
    const { artifact: champion } = await compete(requestFor(kind, early), quietReporter());
    const { candidates } = await compete({ ...requestFor(kind, rows), champion }, quietReporter());
    assert.ok(candidates[3].criterion! > 0, `${candidates[3].skipped}`);
    const only = { ...taskFor(kind), candidates: taskFor(kind).candidates.slice(3, 4) };
    const warm = await compete({ task: only, rows, seed: 1, champion }, quietReporter());
    assert.equal(decodeArtifact(warm.artifact).recipe.recipe.family, "warm-start");
  });

  Deno.test(`compete() skips the warm start, when the ${kind} champion knows the outcomes`, async () => {
    const { artifact: champion } = await compete(requestFor(kind), quietReporter());
    const { candidates } = await compete({ ...requestFor(kind), champion }, quietReporter());
    assert.match(candidates[3].skipped!, /has learned from outcomes/);
  });
}

Deno.test("compete() reports a fraction that never falls, and leaves no tensors behind", async () => {
  const before = tf.memory().numTensors;
  const reporter = quietReporter();
  await compete(requestFor("regression"), reporter);
  assert.ok(reporter.fractions.every((f, i) => f >= (reporter.fractions[i - 1] ?? 0) && f <= 1));
  assert.equal(tf.memory().numTensors, before);
});

for (
  const target of ["identity", "log1p", "two-part", "body+tail", "two-part+tail"] satisfies TargetTransform[]
) {
  Deno.test(`compete() learns spending by "${target}", bounded by what was ever spent`, async () => {
    const candidates: Recipe[] = [{ family: "linear", name: "linear", inputs: "log+raw", target }];
    const rows = makeRows("regression");
    const task = taskFor("regression", candidates);
    const { artifact, candidates: [result] } = await compete({ task, rows, seed: 1 }, quietReporter());
    assert.ok((result.scores as { r2: number }).r2 > 0.2, JSON.stringify(result.scores));
    const giant = rows.features.map((v) => 1e6 * v); // far outside of anything learned
    const most = Math.max(...rows.target);
    const predictions = loadScorer(artifact).predictPacked(giant, rows.target.length);
    assert.ok(
      predictions.every((p) => p >= 0 && p <= 1.001 * most),
      `${Math.max(...predictions)} of ${most}`,
    );
  });
}

/** Rows that a model may meet on its first day in a small shop. */
const DEGENERATE: readonly (readonly [string, (rows: TrainingRows) => TrainingRows])[] = [
  ["one class only, or nobody buys", (r) => ({ ...r, target: r.target.map(() => 0) })],
  ["everybody the same", (r) => ({ ...r, target: r.target.map(() => 1) })],
  ["features all constant", (r) => ({ ...r, features: r.features.map(() => 3) })],
  [
    "an infinite value in each row",
    (r) => ({ ...r, features: r.features.map((v, i) => i % WIDTH === 0 ? Infinity : v) }),
  ],
  [
    "features all infinite",
    (r) => ({ ...r, features: r.features.map((_, i) => i % 2 ? Infinity : -Infinity) }),
  ],
  ["values at the end of what float32 holds", (r) => ({ ...r, features: r.features.map((v) => v * 3e37) })],
  ["features all missing", (r) => ({ ...r, features: r.features.map(() => NaN) })],
  ["20 rows", (r) => takeRows(r, Array.from({ length: 20 }, (_, i) => i))],
  ["a single row", (r) => takeRows(r, [0])],
  ["one buyer among all", (r) => ({ ...r, target: r.target.map((_, i) => i === 7 ? 1 : 0) })],
  ["one class in the newest cut-offs", (r) => ({ ...r, target: r.target.map((y, i) => i < 300 ? y : 0) })],
  ["a single cut-off", (r) => ({ ...r, cutoffMs: r.cutoffMs.map(() => 0) })],
];
for (const kind of ["classification", "regression"] as const) {
  for (const [name, spoil] of DEGENERATE) {
    Deno.test(`compete() gives finite ${kind} predictions, when there is ${name}`, async () => {
      const rows = spoil(makeRows(kind));
      const result = await compete(requestFor(kind, rows), quietReporter());
      const predictions = loadScorer(result.artifact).predictPacked(rows.features, rows.target.length);
      const top = kind === "classification" ? 1 : Math.max(...rows.target) * 1.001;
      assert.ok(predictions.every((p) => p >= 0 && p <= top), `${predictions.subarray(0, 5)}`);
      const mean = (x: ArrayLike<number>) => Array.from(x).reduce((a, b) => a + b) / x.length;
      assert.ok(Math.abs(mean(predictions) - mean(rows.target)) <= 0.35 * Math.max(1, top), "mean is off");
    });
  }
}

Deno.test("compete() refuses rows that do not fit together", async () => {
  const request = requestFor("classification");
  const short: CompeteRequest = { ...request, rows: { ...request.rows, user: new Int32Array(3) } };
  await assert.rejects(compete(short, quietReporter()), {
    name: "RangeError",
    message: /"user" holds 3 rows/,
  });
  const task: TrainingTask = { ...request.task, candidates: request.task.candidates.slice(3, 4) };
  await assert.rejects(compete({ ...request, task }, quietReporter()), /no candidate could run/);
});

Deno.test("compete() learns from the columns that a model names, and from no other", async () => {
  const { rows, ...request } = requestFor("regression");
  const task: TrainingTask = {
    ...request.task,
    columns: [1, 2],
    candidates: request.task.candidates.slice(0, 3),
  };
  const { artifact } = await compete({ ...request, task, rows }, quietReporter());
  const used = decodeArtifact(artifact).preprocessings.flatMap((p) => p.columns.map(({ of }) => of));
  assert.ok(used.includes(1) && used.every((column) => column === 1 || column === 2), `${used}`);
  const other = { ...rows, features: rows.features.map((v, i) => i % rows.width === 0 ? -v : v) };
  const scorer = loadScorer(artifact);
  const predict = ({ features, target }: TrainingRows) => scorer.predictPacked(features, target.length);
  assert.deepEqual(predict(other), predict(rows));
});

Deno.test("compete() leaves out a champion that learned from columns the model no longer uses", async () => {
  const request = requestFor("classification");
  const { artifact: champion } = await compete(request, quietReporter());
  const rows = makeRows("classification", { cutoffs: 14 });
  const task: TrainingTask = { ...request.task, columns: [0, 1] };
  const { candidates } = await compete({ ...request, task, rows, champion }, quietReporter());
  assert.equal(candidates[3].skipped, "the champion has learned from features that the model no longer uses");
});

for (const loss of ["brier", "accuracy", "mse", "mae"] as const) {
  Deno.test(`compete() picks the winner by a model's own loss: ${loss}`, async () => {
    const request = requestFor(loss === "brier" || loss === "accuracy" ? "classification" : "regression");
    const candidates = request.task.candidates.slice(0, 2);
    const result = await compete(
      { ...request, task: { ...request.task, candidates, loss } },
      quietReporter(),
    );
    for (const { criterion, scores } of result.candidates) {
      const measured = (scores as unknown as Record<string, number>)[loss];
      assert.equal(criterion, loss === "accuracy" ? 1 - measured : measured);
    }
    const [best] = result.candidates.toSorted((a, b) => a.criterion! - b.criterion!);
    assert.equal(result.winner.recipe.name, best.name);
  });
}
