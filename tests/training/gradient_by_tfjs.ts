import * as tf from "@tensorflow/tfjs";
import type { NetworkFit } from "../../src/training/fit_network.ts";
import { layerPlaces } from "../../src/training/network.ts";

/**
 * What `batchGradient()` computes by hand, by the automatic differentiation of tfjs: the test holds the two equal, and
 * `bench/gradient.ts` measures what each costs (decision 0026).
 */
export function batchGradientByTfjs(
  fit: NetworkFit,
  weights: Float32Array,
  x: tf.Tensor2D,
  rows: Int32Array,
  offsets?: Float32Array,
): { loss: number; slope: Float32Array } {
  const { inputs: k, hidden } = fit.start;
  const slope = new Float32Array(weights.length);
  let loss = 0;
  tf.tidy(() => {
    const batch = tf.gather(x, tf.tensor1d(rows, "int32")) as tf.Tensor2D;
    const y = tf.tensor1d(Float32Array.from(rows, (row) => fit.train.y[row]));
    const fixed = offsets && tf.tensor1d(Float32Array.from(rows, (row) => offsets[row]));
    const parts: { at: number; tensor: tf.Tensor }[] = [];
    const part = (at: number, shape: number[]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const tensor = tf.tensor(weights.slice(at, at + size), shape);
      parts.push({ at, tensor });
      return parts.length - 1;
    };
    const linear = fixed ? null : { w: part(0, [k, 1]), b: part(k, []) };
    const layers = layerPlaces(k, hidden).map(({ rows, cols, weightsAt, biasAt }) => ({
      w: part(weightsAt, [rows, cols]),
      b: biasAt === undefined ? null : part(biasAt, [cols]),
    }));
    const lossOf = (...tensors: tf.Tensor[]): tf.Scalar => {
      let out: tf.Tensor = fixed ??
        tf.add(tf.reshape(tf.matMul(batch, tensors[linear!.w] as tf.Tensor2D), [-1]), tensors[linear!.b]);
      let signal: tf.Tensor2D = batch;
      for (const { w, b } of layers) {
        const z = tf.matMul(signal, tensors[w] as tf.Tensor2D);
        signal = (b === null ? z : tf.relu(tf.add(z, tensors[b]))) as tf.Tensor2D;
      }
      if (layers.length > 0) out = tf.add(out, tf.reshape(signal, [-1]));
      return fit.loss === "squares"
        ? tf.div(tf.sum(tf.square(tf.sub(out, y))), 2) as tf.Scalar
        : tf.sum(tf.sub(stableSoftplus(out), tf.mul(y, out)));
    };
    const { value, grads } = tf.valueAndGrads(lossOf)(parts.map(({ tensor }) => tensor));
    loss = value.dataSync()[0] * (fit.loss === "squares" ? 2 : 1);
    grads.forEach((grad, i) =>
      slope.set(grad.dataSync<"float32">().map((g) => g / rows.length), parts[i].at)
    );
  });
  return { loss, slope };
}

/** `ln(1 + e^x)` that overflows nowhere, of operations that the WASM backend has. */
const stableSoftplus = (x: tf.Tensor) => tf.add(tf.relu(x), tf.log(tf.add(tf.exp(tf.neg(tf.abs(x))), 1)));
