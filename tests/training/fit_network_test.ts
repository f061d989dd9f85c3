import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { startBackend } from "../../src/training/backend.ts";
import {
  fitNetwork,
  freshNetwork,
  type NetworkFit,
  type NetworkState,
} from "../../src/training/fit_network.ts";
import { forward, weightCount } from "../../src/training/network.ts";

await startBackend();
const k = 2;
const n = 400;
const random = seededRandom(3);
const normal = gaussian(random);
const x = Float32Array.from({ length: n * k }, normal);
const y = Float32Array.from({ length: n }, (_, i) => Math.abs(x[i * k]) + 0.05 * normal()); // no line fits this
const options = { weightDecay: 0, learningRate: 0.01, batchSize: 32, epochsMax: 30, patience: 30 };

function makeFit(given: Partial<NetworkFit> = {}): NetworkFit {
  const start = freshNetwork(new Float64Array([0, 0, 0.8]), [8], gaussian(seededRandom(9)));
  const base = {
    start,
    loss: "squares",
    trainLinear: false,
    train: { x, y },
    options,
    epochs: 30,
    seed: 1,
  } as const;
  return { ...base, onEpoch: () => Promise.resolve(), ...given };
}

const meanSquare = (state: NetworkState, start: NetworkFit["start"]) =>
  forward({ ...start, weights: state.best }, x, n).reduce((sum, v, i) => sum + (v - y[i]) ** 2, 0) / n;

Deno.test("fitNetwork() learns a bend that no line fits", async () => {
  const fit = makeFit();
  const before = meanSquare({ best: fit.start.weights } as NetworkState, fit.start);
  const after = meanSquare(await fitNetwork(fit), fit.start);
  assert.ok(after < 0.1 * before, `${before} -> ${after}`);
});

Deno.test("freshNetwork() begins at the linear solution", () => {
  const { start } = makeFit();
  const out = forward(start, x, n);
  assert.ok(out.every((v) => Math.abs(v - 0.8) < 1e-6));
});

Deno.test("fitNetwork() leaves the exact linear path alone, unless told to train it", async () => {
  const frozen = await fitNetwork(makeFit({ epochs: 2 }));
  assert.deepEqual([...frozen.best.subarray(0, k + 1)], [0, 0, Math.fround(0.8)]);
  const trained = await fitNetwork(makeFit({ epochs: 2, trainLinear: true }));
  assert.notEqual(trained.best[0], 0);
});

Deno.test("fitNetwork() ends at the same weights, when it goes on from a stored state", async () => {
  const states: NetworkState[] = [];
  const keep = (state: NetworkState) => Promise.resolve(void states.push(state));
  const whole = await fitNetwork(makeFit({ epochs: 6, onEpoch: keep }));
  const resumed = await fitNetwork(makeFit({ epochs: 6, state: states[2] }));
  assert.deepEqual(resumed.best, whole.best);
});

Deno.test("fitNetwork() stops early, and keeps the best epoch", async () => {
  const noise = Float32Array.from({ length: n }, normal);
  const validation = { x, y: noise };
  const state = await fitNetwork(makeFit({ validation, epochs: 30, options: { ...options, patience: 2 } }));
  assert.ok(state.epoch < 30);
  const losses = state.curve.map((p) => p.validationLoss!);
  assert.equal(losses.indexOf(Math.min(...losses)), state.bestEpoch);
});

Deno.test("fitNetwork() leaves no tensors behind, also when it is stopped", async () => {
  const before = tf.memory().numTensors;
  await fitNetwork(makeFit({ epochs: 2, validation: { x, y } }));
  await assert.rejects(fitNetwork(makeFit({ onEpoch: () => Promise.reject(new Error("stop")) })), /stop/);
  assert.equal(tf.memory().numTensors, before);
});

Deno.test("forward() agrees with the same layers in tfjs", async () => {
  const { start, ...fit } = makeFit({ epochs: 2 });
  const state = await fitNetwork({ start, ...fit });
  const w = state.best;
  const at = k + 1;
  assert.equal(w.length, weightCount(k, [8]));
  const want = tf.tidy(() => {
    const input = tf.tensor2d(x, [n, k]);
    const hidden = tf.relu(
      tf.add(
        tf.matMul(input, tf.tensor2d(w.slice(at, at + 16), [k, 8])),
        tf.tensor1d(w.slice(at + 16, at + 24)),
      ),
    );
    const linear = tf.add(tf.matMul(input, tf.tensor2d(w.slice(0, k), [k, 1])), w[k]);
    return tf.add(linear, tf.matMul(hidden, tf.tensor2d(w.slice(at + 24, at + 32), [8, 1])));
  });
  const have = forward({ ...start, weights: w }, x, n);
  (await want.data()).forEach((v, i) => assert.ok(Math.abs(v - have[i]) < 1e-5));
  want.dispose();
});
