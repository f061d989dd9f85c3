import assert from "node:assert/strict";
import fc from "fast-check";
import { gaussian, seededRandom } from "../../src/core/random.ts";
import { addGradient, type LocalRows, type Shape } from "../../src/federated/gradient.ts";
import { agreeOn, momentsClip, sumMoments } from "../../src/federated/moments.ts";
import { initialWeights } from "../../src/federated/network.ts";
import { addNoise } from "../../src/federated/noise.ts";
import { contributeChange, contributeMoments } from "../../src/federated/participant.ts";
import { FederatedPlan } from "../../src/federated/plan.ts";
import { boundedChange, localChange, moved, sumLength } from "../../src/federated/round.ts";
import { derive } from "../../src/federated/secrets.ts";
import { startBackend } from "../../src/training/backend.ts";
import { batchGradient } from "../../src/training/fit_network.ts";

const random = seededRandom(11);
const normal = gaussian(random);
const K = 6;

/** Shoppers with a few rows each; the outcome follows from the first two columns. */
function madeRows(shoppers: number): LocalRows {
  const shopper = Int32Array.from({ length: shoppers * 3 }, (_, i) => Math.floor(i / 3));
  const x = Float32Array.from({ length: shopper.length * K }, normal);
  const y = Float64Array.from(shopper, (_, i) => x[i * K] - x[i * K + 1] + normal() > 0 ? 1 : 0);
  return { x, y, shopper };
}

const LINEAR: Shape = { inputs: K, hidden: [] };
const DEEP: Shape = { inputs: K, hidden: [5, 3] };
const plan = (changes: object = {}) => FederatedPlan.parse({ weightDecay: 0.01, ...changes });

for (const shape of [LINEAR, DEEP]) {
  Deno.test(`addGradient() gives the slope that training takes by tfjs: hidden ${shape.hidden}`, async () => {
    await startBackend();
    const rows = madeRows(20);
    const weights = initialWeights(shape, 4).map((v) => v + 0.1 * normal());
    const slope = new Float64Array(weights.length);
    const loss = addGradient(shape, weights, rows, rows.shopper.keys(), slope);
    const fit = {
      start: { ...shape, weights: Float32Array.from(weights) },
      loss: "logistic" as const,
      trainLinear: true,
      train: { x: rows.x, y: Float32Array.from(rows.y) },
      options: { learningRate: 0, weightDecay: 0, batchSize: 1, epochsMax: 1, patience: 1 },
      epochs: 1,
      seed: 1,
      onEpoch: () => Promise.resolve(),
    };
    const want = batchGradient(
      fit,
      Float32Array.from(weights),
      Int32Array.from(rows.y.length ? rows.shopper.keys() : []),
    );
    assert.ok(Math.abs(loss - want.loss) < 1e-3);
    slope.forEach((v, i) => assert.ok(Math.abs(v / rows.y.length - want.slope[i]) < 1e-5, `${i}`));
  });
}

/** Some of the rows. */
function part({ x, y, shopper }: LocalRows, keep: (shopper: number) => boolean): LocalRows {
  const places = [...shopper.keys()].filter((i) => keep(shopper[i]));
  return {
    x: Float32Array.from(places.flatMap((i) => [...x.subarray(i * K, (i + 1) * K)])),
    y: Float64Array.from(places, (i) => y[i]),
    shopper: Int32Array.from(places, (i) => shopper[i]),
  };
}

const add = (a: Float64Array, b: Float64Array) => a.map((v, i) => v + b[i]);
const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance = 1e-9) =>
  Array.from(a).forEach((v, i) => assert.ok(Math.abs(v - b[i]) <= tolerance, `${i}: ${v} is not ${b[i]}`));

Deno.test("a round of one whole step each is the step on all rows together", () => {
  const rows = madeRows(40);
  const whole = plan({ localEpochs: 1, batchSize: 4096, learningRate: 0.5 });
  const weights = initialWeights(DEEP, 2);
  const sumOf = (rows: LocalRows) => localChange({ shape: DEEP, weights, rows, plan: whole }, 1);
  const parts = add(sumOf(part(rows, (s) => s % 4 === 0)), sumOf(part(rows, (s) => s % 4 !== 0)));
  const pooled = sumOf(rows);
  close(parts, pooled);
  const after = moved(weights, parts, { plan: whole, shoppers: 40 });
  close(after.weights, moved(weights, pooled, { plan: whole, shoppers: 40 }).weights);
  assert.equal(parts.length, sumLength(weights.length, whole));
});

Deno.test("rounds of local steps bring the loss of all rows down", () => {
  const rows = madeRows(200);
  const regions = [part(rows, (s) => s % 5 === 0), part(rows, (s) => s % 5 !== 0)];
  let weights = initialWeights(LINEAR, 2);
  const losses: number[] = [];
  for (let round = 0; round < 15; round++) {
    const sums = regions.map((rows) => localChange({ shape: LINEAR, weights, rows, plan: plan() }, round));
    const after = moved(weights, sums.reduce(add), { plan: plan(), shoppers: 200 });
    weights = after.weights;
    losses.push(after.loss!);
  }
  assert.ok(Math.abs(losses[0] - Math.LN2) < 1e-9, "zeros know nothing");
  assert.ok(losses.at(-1)! < 0.5, `${losses.at(-1)}`);
});

Deno.test("with privacy no shopper moves a sum by more than the clip", () => {
  const rows = madeRows(12);
  const privacy = { sampling: 1, noise: 1, clip: 0.05, delta: 1e-5 };
  const weights = initialWeights(DEEP, 3);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 11 }), fc.integer({ min: 1, max: 3 }), (gone, localEpochs) => {
      const made = plan({ privacy, localEpochs, learningRate: 1 });
      const sumOf = (rows: LocalRows) =>
        boundedChange({ shape: DEEP, weights, rows, plan: made }, privacy, new Float64Array(12));
      const without = sumOf(part(rows, (shopper) => shopper !== gone));
      const norm = Math.hypot(...sumOf(rows).map((v, i) => v - without[i]));
      assert.ok(norm <= privacy.clip * (1 + 1e-9), `${norm}`);
    }),
    { seed: 7, numRuns: 30 },
  );
});

Deno.test("moments of all participants agree on the columns of all rows", () => {
  const width = 3;
  const shopper = Int32Array.from({ length: 600 }, (_, i) => i % 200);
  const features = Float32Array.from({ length: 1800 }, (_, i) => {
    const value = Math.exp(3 * random());
    return i % width === 1 ? (i % 7 === 0 ? NaN : value) : i % width === 2 ? 4 : value;
  });
  const places = (even: boolean) => [...shopper.keys()].filter((i) => (shopper[i] % 2 === 0) === even);
  const taken = (rows: number[]) => ({
    features: Float32Array.from(rows.flatMap((i) => [...features.subarray(i * width, (i + 1) * width)])),
    width,
    user: Int32Array.from(rows, (i) => shopper[i]),
  });
  const [a, b] = [true, false].map((even) => sumMoments(taken(places(even)), [0, 1, 2], { bounded: false }));
  const all = sumMoments({ features, width, user: shopper }, [0, 1, 2], { bounded: false });
  close(add(a, b), all);
  const { preprocessing, shoppers } = agreeOn(all, [0, 1, 2]);
  assert.equal(shoppers, 200);
  assert.deepEqual(preprocessing.columns.map((c) => [c.of, c.as]), [[0, "log"], [1, "log"], [1, "missing"]]);
  const logs = Float64Array.from({ length: 600 }, (_, i) => Math.log1p(features[i * width]));
  const mean = logs.reduce((x, y) => x + y) / 600;
  assert.ok(Math.abs(preprocessing.columns[0].mean - mean) < 1e-6);
  const bounded = sumMoments(taken([0]), [0, 1, 2], { bounded: true });
  assert.ok(Math.hypot(...bounded) <= momentsClip(3) + 1e-12);
  assert.throws(() => agreeOn(new Float64Array(10), [0, 1, 2]), RangeError);
});

const memberOf = async (round: string, name = "France") => ({
  name,
  round,
  root: await derive(Uint8Array.of(1), name),
});

Deno.test("addNoise() is normal, of the stated deviation, and the same for the same seed", async () => {
  const seed = await derive(Uint8Array.of(1), "noise");
  const noise = new Float64Array(20_000);
  await addNoise(noise, 3, seed);
  const mean = noise.reduce((a, b) => a + b) / noise.length;
  const deviation = Math.sqrt(noise.reduce((a, b) => a + b * b, 0) / noise.length);
  assert.ok(Math.abs(mean) < 5 * 3 / Math.sqrt(20_000));
  assert.ok(Math.abs(deviation - 3) < 5 * 3 / Math.sqrt(40_000), `${deviation}`);
  const within = noise.filter((v) => Math.abs(v) < 3).length / noise.length;
  assert.ok(Math.abs(within - 0.6827) < 0.017, `${within} lie within one deviation`);
  const again = new Float64Array(20_000);
  await addNoise(again, 3, seed);
  assert.deepEqual(again, noise);
});

Deno.test("a participant's noise is its part of the plan's, repeated with the step, fresh in the next round", async () => {
  const rows = madeRows(4);
  const privacy = { sampling: 0.5, noise: 8, clip: 2, delta: 1e-5 };
  const shape = { inputs: K, hidden: [60] };
  const contribution = { shape, weights: initialWeights(shape, 1), rows, plan: plan({ privacy }) };
  const member = await memberOf("run/1");
  const [once, again] = [
    await contributeChange(member, contribution, { threshold: 4 }),
    await contributeChange(member, contribution, { threshold: 4 }),
  ];
  assert.deepEqual(once, again);
  const next = await contributeChange(await memberOf("run/2"), contribution, { threshold: 4 });
  const apart = next.map((v, i) => v - once[i]);
  const deviation = Math.sqrt(apart.reduce((sum, v) => sum + v * v, 0) / apart.length);
  const want = Math.SQRT2 * 8 * 2 / Math.sqrt(4);
  assert.ok(Math.abs(deviation - want) < 0.25 * want, `${deviation} is not ${want}`);
  const moments = { features: rows.x, width: K, user: rows.shopper };
  const noised = await contributeMoments(member, moments, {
    features: [0, 1],
    plan: plan({ privacy }),
    threshold: 4,
  });
  const bare = await contributeMoments(member, moments, { features: [0, 1], plan: plan(), threshold: 4 });
  assert.notDeepEqual(noised, bare);
  assert.equal(bare.at(-1), 4);
});

Deno.test("moved() refuses a sum of participants without a row, which would move the weights to no number", () => {
  const weights = new Float64Array(3);
  const nothing = new Float64Array(weights.length + 2);
  assert.throws(() => moved(weights, nothing, { plan: plan({ privacy: null }), shoppers: 10 }), {
    name: "InsufficientDataError",
    message: "Cannot use a federated round: need >= 1, have 0",
  });
});
