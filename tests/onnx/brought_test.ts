/** A model from outside: trained by scikit-learn, proven, served and watched as one of ours. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { deployVersion } from "../../activities/deploy.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { refitVersion } from "../../activities/train.ts";
import { bringModel, withdrawModel } from "../../src/app/registry/brought.ts";
import { listBrought } from "../../src/db/models/brought.ts";
import type { ModelDefinition } from "../../src/models/model.ts";
import type { ModelVersion } from "../../src/registry/version.ts";
import { buildFeatures } from "../../src/app/features/blocks.ts";
import { protocolOf } from "../../src/app/features/labelled_rows.ts";
import { configOf, RetrainingConfig } from "../../src/config/retraining.ts";
import { getCycle } from "../../src/db/cycles/cycles.ts";
import { type Brought, broughtModel } from "../../src/models/brought.ts";
import { openOnnx } from "../../src/onnx/predict.ts";
import { createPredictor } from "../../src/serving/predictor.ts";
import { loadScorer } from "../../src/training/scorer.ts";
import { createTrainer } from "../../src/training/trainer.ts";
import golden from "../golden/onnx.json" with { type: "json" };
import {
  AS_OF_MS,
  cycle,
  EARLIER_MS,
  inShop,
  modelWith,
  newestStars,
  run,
  settings,
} from "../activities/weekly_shop.ts";
import { requestFor, WIDTH } from "../training/rows_of.ts";

const file = (name: string) => Buffer.from(golden.cases.find((c) => c.name === name)!.file, "base64");
const outside: Brought = {
  name: "outside",
  file: Buffer.from(golden.stars, "base64"),
  inputs: ["newest_stars"],
  missing: 3,
  trainedUntil: "2024-02-01",
};
const modelBy = (over: Partial<Brought> = {}) =>
  modelWith({ ownFeatures: [newestStars(1)], candidates: [broughtModel({ ...outside, ...over })] });

Deno.test("a model from outside passes the gate, serves what its file says, and is replaced by the next one", () =>
  inShop(async (deps) => {
    const { sql, store, clock, models } = deps;
    const { cycleId, challenger, evidence } = await cycle(deps, 1, EARLIER_MS);
    assert.deepEqual([challenger.manifest.candidate, evidence.against], ["outside", "baseline"]);
    assert.ok(evidence.challengerMetrics.auc! > 0.8);
    assert.ok(
      !JSON.stringify(challenger.manifest).includes(golden.stars.slice(0, 60)),
      "the file stands once",
    );
    await deployVersion(deps, await getCycle(sql, cycleId), { challenger, why: "better" });

    const model = models.get("buyers")!;
    const config = configOf(RetrainingConfig.parse(settings), "buyers");
    const { users, features, width } = await buildFeatures(sql, protocolOf(model, config), EARLIER_MS);
    const stars = users.map((_, i) => features[i * width + width - 1]).map((v) => Number.isNaN(v) ? 3 : v);
    const want = openOnnx(outside.file).predict(stars, users.length);
    const predictor = createPredictor({ sql, store, clock, models });
    const { version, predictions } = await predictor.predict({ model: "buyers", users, asOfMs: EARLIER_MS });
    assert.equal(version, 1);
    predictions.forEach(({ prediction }, i) => assert.ok(Math.abs(prediction! - want[2 * i + 1]) < 1e-6));

    models.set(
      "buyers",
      modelWith({
        ownFeatures: [newestStars(1)],
        candidates: [
          { family: "linear", name: "linear", inputs: "log+raw", target: "identity" },
          { family: "warm-start", name: "warm", network: NETWORK },
        ],
      }),
    );
    const second = await cycle(deps, 2, AS_OF_MS).catch((error) => error.message);
    assert.ok(
      typeof second === "string" || second.evidence.against === "champion",
      "compared with the one from outside",
    );
  }, modelBy()));

Deno.test("what a person brings is the next cycle's challenger, also where ours are better; then it competes", () =>
  inShop(async (deps) => {
    const { sql, store, models } = deps;
    const model = models.get("buyers")!;
    const file = Buffer.from(golden.stars, "base64");
    const { name: _, ...rest } = outside;
    const asked = { ...rest, file, inputs: [{ feature: "newest_stars", scale: 2 }], missing: 3 };
    const request = { ...asked, requestId: "r1", by: "ann", why: "" };
    await bringModel({ sql, store }, model, { ...request, name: "brought" });
    await bringModel({ sql, store }, model, { ...request, requestId: "r2", name: "newer" });
    const first = await cycle(deps, 1, EARLIER_MS, { passes: false });
    assert.equal(first.challenger.manifest.candidate, "brought");
    const loss = Object.fromEntries(
      first.challenger.manifest.competition.map(({ candidate, loss }) => [candidate, loss]),
    );
    assert.ok(loss.linear < loss.brought, "it was not the best one");
    const challenged = async () =>
      (await listBrought(sql, "buyers")).map(({ name, challengedBy }) => [name, challengedBy]);
    assert.deepEqual(await challenged(), [["brought", first.cycleId], ["newer", null]]);
    const { challenger } = await cycle(deps, 2, AS_OF_MS, { passes: false });
    assert.equal(challenger.manifest.candidate, "newer");
    const refitted = await refitAgain(deps, challenger);
    assert.equal(refitted.manifest.candidate, "newer", "what serves is what was tested");
    await withdrawModel(sql, { model: "buyers", name: "newer", requestId: "r3", by: "ann", why: "" });
    const third = await cycle(deps, 3, AS_OF_MS, { passes: false });
    assert.deepEqual(
      [third.challenger.manifest.candidate, third.challenger.manifest.competition.length],
      ["linear", 2],
    );
  }));

const refitAgain = (
  deps: ActivityDeps & { models: Map<string, ModelDefinition> },
  challenger: ModelVersion,
) =>
  run(
    (_: null) =>
      refitVersion(deps, {
        model: deps.models.get("buyers")!,
        config: { ...configOf(RetrainingConfig.parse(settings), "buyers"), refit: true },
        challenger,
      }),
    null,
  );

const NETWORK = { weightDecay: 0, learningRate: 1e-3, batchSize: 64, epochsMax: 2, patience: 1 };

Deno.test("a model from outside proves nothing on rows that it may have learned from", () =>
  inShop(async (deps) => {
    await assert.rejects(
      cycle(deps, 1, EARLIER_MS),
      /no candidate could run \(outside: it may have learned from validation rows: it was trained until 2024-05-01\)/,
    );
  }, modelBy({ trainedUntil: "2024-05-01" })));

Deno.test("a training thread asks a model from outside, in its own order and scale, and blends it", async () => {
  const trainer = createTrainer({ workers: 1 });
  try {
    const request = requestFor("classification");
    const [a, b, c] = request.task.features;
    const recipe = broughtModel({
      name: "outside",
      file: file("logistic"),
      inputs: [{ feature: c, shift: 1, scale: 2 }, a, { feature: b, scale: -1 }],
      trainedUntil: "1970-01-01",
      missing: 4,
    });
    const candidates = [recipe];
    const made = await trainer.compete({ ...request, task: { ...request.task, candidates } });
    const { features, target: { length: n } } = request.rows;
    const at = (i: number, j: number) =>
      Number.isNaN(features[i * WIDTH + j]) ? NaN : features[i * WIDTH + j];
    const given = Array.from({ length: n }, (_, i) => [(at(i, 2) - 1) / 2, at(i, 0), -at(i, 1)]).flat()
      .map((v) => Math.fround(Number.isNaN(v) ? 4 : v));
    const want = openOnnx(file("logistic")).predict(given, n);
    const found = await trainer.score(made.artifact, features, n);
    found.forEach((p, i) => assert.ok(Math.abs(p - want[2 * i + 1]) < 1e-5, `row ${i}`));
    assert.deepEqual(
      [...loadScorer(made.artifact).predictPacked(features, n)],
      [...found],
      "serving says the same",
    );

    const both = [
      recipe,
      { family: "linear", name: "linear", inputs: "log", target: "identity" },
      { family: "blend", name: "blend", of: ["outside", "linear"] },
    ] as const;
    const { candidates: tried } = await trainer.compete({
      ...request,
      task: { ...request.task, candidates: both },
    });
    assert.ok(tried.every(({ criterion }) => criterion !== undefined));
  } finally {
    trainer.close();
  }
});

for (
  const [what, over, message] of [
    ["what is no feature", { inputs: ["shoe_size"] }, /is given "shoe_size", which is no feature/],
    [
      "a scale of 0",
      { inputs: [{ feature: "newest_stars", scale: 0 }] },
      /a scale other than 0 of "newest_stars"/,
    ],
    ["no day", { trainedUntil: "last week" }, /needs trainedUntil, a day/],
    ["no file", { file: new Uint8Array(3) }, /"outside": Cannot read the ONNX file/],
    ["another number of columns", { file: file("ridge") }, /"outside": The ONNX file: /],
    [
      "three classes for two",
      { file: file("softmax"), inputs: ["newest_stars", "orders_90", "recency"] },
      /answers with 3 numbers for 3 inputs, not with 1 or 2/,
    ],
    [
      "amounts for probabilities",
      { file: file("ridge"), inputs: ["newest_stars", "orders_90", "recency"] },
      /answers with what is no probability/,
    ],
    ["what is missing as NaN", { missing: NaN }, /needs a number in place of what is missing/],
  ] as const
) {
  Deno.test(`defineModel() refuses a model from outside with ${what}, by its name`, () =>
    assert.throws(() => modelBy(over as Partial<Brought>), message));
}
