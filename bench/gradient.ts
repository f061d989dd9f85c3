/** What a gradient by hand costs against one by tfjs, at the size of the demo's networks: `deno run -A bench/gradient.ts`. */
import * as tf from "@tensorflow/tfjs";
import { gaussian, permutation, seededRandom } from "../src/core/random.ts";
import { median } from "../src/stats/quantile.ts";
import { startBackend } from "../src/training/backend.ts";
import { batchGradient, freshNetwork, type NetworkFit } from "../src/training/fit_network.ts";
import { batchGradientByTfjs } from "../tests/training/gradient_by_tfjs.ts";

const INPUTS = 150;
const HIDDEN = [32, 16];
const ROWS = 8_192;
const BATCH = 512;
const ROUNDS = 200;

await startBackend();
const normal = gaussian(seededRandom(26));
const x = Float32Array.from({ length: ROWS * INPUTS }, normal);
const tensor = tf.tensor2d(x, [ROWS, INPUTS]);
const batches = permutation(ROWS, seededRandom(1));

for (const loss of ["logistic", "squares"] as const) {
  for (const trainLinear of [false, true]) {
    const start = freshNetwork(
      Float64Array.from({ length: INPUTS + 1 }, () => 0.1 * normal()),
      HIDDEN,
      normal,
    );
    const weights = start.weights.map((weight) => weight + 0.02 * normal());
    const y = Float32Array.from(
      { length: ROWS },
      () => loss === "logistic" ? Number(normal() > 0) : normal(),
    );
    const fit = { start, loss, trainLinear, train: { x, y } } as NetworkFit;
    const offsets = trainLinear ? undefined : Float32Array.from({ length: ROWS }, normal);
    const times = { byHand: [] as number[], byTfjs: [] as number[] };
    let worst = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const at = (round * BATCH) % ROWS;
      const rows = batches.subarray(at, at + BATCH);
      const began = performance.now();
      const byHand = batchGradient(fit, weights, rows, offsets);
      const between = performance.now();
      const byTfjs = batchGradientByTfjs(fit, weights, tensor, rows, offsets);
      times.byHand.push(between - began);
      times.byTfjs.push(performance.now() - between);
      const size = Math.hypot(...byHand.slope);
      const apart = byHand.slope.map((slope, i) => slope - byTfjs.slope[i]);
      worst = Math.max(worst, Math.hypot(...apart) / size);
    }
    const [hand, tfjs] = [median(times.byHand), median(times.byTfjs)];
    console.log(
      `${loss}, linear path ${trainLinear ? "learns" : "stays"}: by hand ${hand.toFixed(2)} ms, ` +
        `by tfjs ${tfjs.toFixed(2)} ms (${(tfjs / hand).toFixed(2)} times), ` +
        `apart by ${worst.toExponential(1)} of the gradient's length`,
    );
  }
}
