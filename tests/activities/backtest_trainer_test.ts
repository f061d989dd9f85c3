import assert from "node:assert/strict";
import { recordingTrainer, rememberingTrainer } from "../../activities/backtest/trainer.ts";
import type { ActivityDeps } from "../../activities/deps.ts";
import { trainingSeconds } from "../../src/db/backtests/backtests.ts";
import type { Database } from "../../src/db/connect.ts";
import { fileArtefacts } from "../../src/registry/artefacts.ts";
import type { CompeteRequest, CompeteResult, TrainingCallbacks } from "../../src/training/protocol.ts";
import type { Trainer } from "../../src/training/trainer.ts";
import { withDatabase } from "../db/database.ts";

/** Trains when it is told to; counts how often. */
class HeldTrainer implements Trainer {
  trained = 0;
  gate = Promise.resolve();
  compete = async (request: CompeteRequest, { signal }: TrainingCallbacks = {}): Promise<CompeteResult> => {
    this.trained++;
    await this.gate;
    signal?.throwIfAborted();
    const artifact = new Uint8Array([request.seed, request.rows.target.length]);
    const winner = { recipe: { family: "linear", name: "linear", inputs: "log", target: "identity" } };
    const curve = [{ epoch: 0, loss: NaN, validationLoss: null }];
    return { winner, artifact, candidates: [{ name: "linear", recipe: winner, curve }], split: {} } as never;
  };
  refit = () => Promise.reject(new Error("not asked"));
  sumShard = () => Promise.reject(new Error("not asked"));
  score = () => Promise.resolve(new Float32Array([0.5]));
  warm = () => undefined;
  close = () => undefined;
}

const request = (seed: number, target = [0, 1]): CompeteRequest => ({
  task: {
    name: "churn",
    kind: "classification",
    horizonDays: 28,
    features: [],
    candidates: [],
    featureHash: "f",
  },
  rows: {
    features: new Float32Array(target.length),
    width: 1,
    target: Float64Array.from(target),
    cutoffMs: new Float64Array(target.length),
    user: new Int32Array(target.length),
  },
  seed,
} as never);

async function withTrainers(
  work: (
    world: {
      held: HeldTrainer;
      trainerOf: (scope: string) => Trainer;
      live: Trainer;
      sql: Database;
      folder: string;
    },
  ) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "perennial-trainer-" });
  try {
    await withDatabase(async (sql) => {
      const held = new HeldTrainer();
      const underWay = new Map();
      let nowMs = 0;
      const deps = {
        sql,
        trainer: held,
        store: fileArtefacts(folder),
        codeVersion: "c1",
        clock: () => nowMs += 1500,
      };
      const trainerOf = (scope: string) =>
        rememberingTrainer(deps as unknown as ActivityDeps, { scope, underWay });
      const live = recordingTrainer(deps as unknown as ActivityDeps, { underWay });
      await work({ held, trainerOf, live, sql, folder });
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("rememberingTrainer() trains the same thing once, and says what each scope would have needed", () =>
  withTrainers(async ({ held, trainerOf, sql }) => {
    const first = await trainerOf("a").compete(request(1));
    const again = await trainerOf("b").compete(request(1));
    assert.equal(held.trained, 1);
    assert.deepEqual([...again.artifact], [...first.artifact]);
    assert.equal(again.winner.recipe.name, "linear");
    await trainerOf("b").compete(request(2));
    await trainerOf("b").compete(request(1, [1, 1]));
    await trainerOf("b").compete({ ...request(1), champion: new Uint8Array([1]) });
    assert.equal(held.trained, 4, "another seed, other outcomes or another champion is another training");
    const seconds = (await trainingSeconds(sql, ["a", "b"])).map((
      use,
    ) => [use.scope, use.model, use.seconds]);
    assert.deepEqual(seconds.sort(), [["a", "churn", 1.5], ["b", "churn", 6]]);
    await trainerOf("a").compete(request(1));
    assert.equal((await trainingSeconds(sql, ["a"]))[0].seconds, 1.5, "a retry needs nothing more");
  }));

Deno.test("rememberingTrainer() lets two that ask at once share one training", () =>
  withTrainers(async ({ held, trainerOf }) => {
    const both = await Promise.all([trainerOf("a").compete(request(1)), trainerOf("b").compete(request(1))]);
    assert.equal(held.trained, 1);
    assert.deepEqual([...both[0].artifact], [...both[1].artifact]);
  }));

Deno.test("rememberingTrainer() trains for who waits when the one that trained is cancelled", () =>
  withTrainers(async ({ held, trainerOf }) => {
    const gate = Promise.withResolvers<void>();
    const cancelled = new AbortController();
    held.gate = gate.promise;
    const first = trainerOf("a").compete(request(1), { signal: cancelled.signal });
    const begun = async () => {
      while (held.trained === 0) await new Promise((done) => setTimeout(done, 1));
    };
    await begun();
    const second = trainerOf("b").compete(request(1));
    await new Promise((done) => setTimeout(done, 20)); // it waits for the first
    cancelled.abort(new Error("cancelled"));
    gate.resolve();
    await assert.rejects(first, /cancelled/);
    assert.equal((await second).artifact.length, 2);
    assert.equal(held.trained, 2);
  }));

Deno.test("rememberingTrainer() lets who is cancelled go, though another trains on", () =>
  withTrainers(async ({ held, trainerOf }) => {
    const gate = Promise.withResolvers<void>();
    const cancelled = new AbortController();
    held.gate = gate.promise;
    const first = trainerOf("a").compete(request(1));
    while (held.trained === 0) await new Promise((done) => setTimeout(done, 1));
    const second = trainerOf("b").compete(request(1), { signal: cancelled.signal });
    await new Promise((done) => setTimeout(done, 20));
    cancelled.abort(new Error("cancelled"));
    await assert.rejects(second, /cancelled/);
    gate.resolve();
    assert.equal((await first).artifact.length, 2);
    assert.equal(held.trained, 1);
  }));

Deno.test("rememberingTrainer() trains again where a file is lost", () =>
  withTrainers(async ({ held, trainerOf, folder }) => {
    await trainerOf("a").compete(request(1));
    for await (const { name } of Deno.readDir(folder)) {
      await Deno.remove(`${folder}/${name}`, { recursive: true });
    }
    assert.equal((await trainerOf("b").compete(request(1))).artifact.length, 2);
    assert.equal(held.trained, 2);
    await trainerOf("b").compete(request(1));
    assert.equal(held.trained, 2, "the new file is remembered");
  }));

Deno.test("recordingTrainer() trains whatever it is asked, and scopes find what came of it", () =>
  withTrainers(async ({ held, trainerOf, live, sql }) => {
    const first = await live.compete(request(1));
    const found = await trainerOf("a").compete(request(1));
    assert.deepEqual([held.trained, ...found.artifact], [1, ...first.artifact]);
    await live.compete(request(1));
    assert.equal(held.trained, 2, "production trains again");
    assert.deepEqual((await trainingSeconds(sql, ["a"])).map(({ seconds }) => seconds), [1.5]);
  }));

Deno.test("recordingTrainer() shares a training that is under way", () =>
  withTrainers(async ({ held, trainerOf, live }) => {
    const gate = Promise.withResolvers<void>();
    held.gate = gate.promise;
    const ours = live.compete(request(1));
    const theirs = trainerOf("a").compete(request(1));
    await new Promise((done) => setTimeout(done, 100));
    gate.resolve();
    assert.deepEqual([...(await theirs).artifact], [...(await ours).artifact]);
    assert.equal(held.trained, 1);
  }));
