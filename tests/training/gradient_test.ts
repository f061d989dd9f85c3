import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { startBackend } from "../../src/training/backend.ts";
import { batchGradient, freshNetwork, type NetworkFit } from "../../src/training/fit_network.ts";
import { batchGradientByTfjs } from "./gradient_by_tfjs.ts";

await startBackend();
const INPUTS = 12;
const ROWS = 90;

for (const loss of ["logistic", "squares"] as const) {
  for (const trainLinear of [false, true]) {
    for (const hidden of [[], [7], [9, 4]]) {
      if (hidden.length === 0 && !trainLinear) continue; // nothing learns
      const about = `${loss}, ${hidden.length} hidden layers, linear path ${
        trainLinear ? "learns" : "stays"
      }`;
      Deno.test(`batchGradient() is what tfjs derives: ${about}`, () => {
        const normal = gaussian(seededRandom(hidden.length + 3));
        const start = freshNetwork(Float64Array.from({ length: INPUTS + 1 }, normal), hidden, normal);
        const weights = start.weights.map((weight) => weight + 0.1 * normal());
        const x = Float32Array.from({ length: ROWS * INPUTS }, normal);
        const y = Float32Array.from(
          { length: ROWS },
          () => loss === "logistic" ? Number(normal() > 0) : normal(),
        );
        const offsets = trainLinear ? undefined : Float32Array.from({ length: ROWS }, normal);
        const rows = Int32Array.from({ length: 40 }, (_, i) => (i * 7) % ROWS);
        const fit = { start, loss, trainLinear, train: { x, y } } as NetworkFit;
        const tensor = tf.tensor2d(x, [ROWS, INPUTS]);
        const byHand = batchGradient(fit, weights, rows, offsets);
        const byTfjs = batchGradientByTfjs(fit, weights, tensor, rows, offsets);
        tensor.dispose();
        assert.ok(Math.abs(byHand.loss - byTfjs.loss) < 1e-4 * byHand.loss, `${byHand.loss} ${byTfjs.loss}`);
        const apart = byHand.slope.map((slope, i) => slope - byTfjs.slope[i]);
        const size = Math.hypot(...byTfjs.slope);
        assert.ok(size > 0);
        assert.ok(Math.hypot(...apart) <= 1e-5 * size, `${Math.hypot(...apart)} of ${size}`);
      });
    }
  }
}
