import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { startBackend } from "../../src/training/backend.ts";
import { solveLogistic, solveRidge } from "../../src/training/linear.ts";
import golden from "../golden/linear.json" with { type: "json" };

await startBackend();
const x = Float32Array.from(golden.x);
const { k } = golden;

function nearAll(have: ArrayLike<number>, want: readonly number[], within: number): void {
  want.forEach((w, i) =>
    assert.ok(Math.abs(have[i] - w) < within, `weight ${i}: want ${w}, have ${have[i]}`)
  );
}

Deno.test(`solveRidge() finds the weights of ${golden.madeBy}, for each penalty`, () => {
  const solved = solveRidge(
    { x, k, y: Float32Array.from(golden.values) },
    golden.ridge.map((g) => g.penalty),
  );
  golden.ridge.forEach(({ want }, i) => nearAll(solved[i], want, 2e-5));
});

Deno.test(`solveLogistic() finds the weights of ${golden.madeBy}, for each penalty`, () => {
  const solved = solveLogistic(
    { x, k, y: Float32Array.from(golden.labels) },
    golden.logistic.map((g) => g.penalty),
  );
  golden.logistic.forEach(({ want }, i) => nearAll(solved[i], want, 1e-3));
});

Deno.test("solveLogistic() answers with the smoothed log odds, when only one class is present", () => {
  const [weights] = solveLogistic({ x, k, y: new Float32Array(60).fill(1) }, [10]);
  nearAll(weights, [0, 0, 0, 0, Math.log(60.5 / 0.5)], 1e-9);
});

Deno.test("solveRidge() stays finite, when two columns are the same", () => {
  const twice = Float32Array.from({ length: 40 }, (_, i) => Math.floor(i / 2));
  const [weights] = solveRidge({ x: twice, k: 2, y: Float32Array.from({ length: 20 }, (_, i) => 3 * i) }, [
    0,
  ]);
  assert.ok(Math.abs(weights[0] + weights[1] - 3) < 0.05, `${weights}`);
});

Deno.test("solveRidge() and solveLogistic() leave no tensors behind", () => {
  const before = tf.memory().numTensors;
  solveRidge({ x, k, y: Float32Array.from(golden.values) }, [1, 10]);
  solveLogistic({ x, k, y: Float32Array.from(golden.labels) }, [1, 10]);
  assert.equal(tf.memory().numTensors, before);
});
