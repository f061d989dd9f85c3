/** Layers models of tfjs: what tfjs itself says of rows, and what is refused. */
import assert from "node:assert/strict";
import * as tf from "@tensorflow/tfjs";
import { packLayers } from "../../src/onnx/layers.ts";
import { openOnnx } from "../../src/onnx/predict.ts";
import { startBackend } from "../../src/training/backend.ts";
import { savedLayers } from "./saved_layers.ts";

await startBackend();

const seeded = (seed: number) => tf.initializers.glorotNormal({ seed });
const dense = (units: number, activation: "relu" | "tanh" | "sigmoid" | "softmax" | "linear", more = {}) =>
  tf.layers.dense({ units, activation, kernelInitializer: seeded(units), biasInitializer: "ones", ...more });
const networks: readonly [string, () => tf.Sequential][] = [
  [
    "a probability",
    () => tf.sequential({ layers: [dense(8, "relu", { inputShape: [3] }), dense(1, "sigmoid")] }),
  ],
  [
    "classes",
    () =>
      tf.sequential({
        layers: [
          dense(5, "tanh", { inputShape: [3] }),
          tf.layers.dropout({ rate: 0.5 }),
          dense(3, "softmax"),
        ],
      }),
  ],
  ["an amount", () =>
    tf.sequential({
      layers: [
        dense(4, "linear", { inputShape: [3], useBias: false }),
        tf.layers.batchNormalization({ gammaInitializer: seeded(3), movingMeanInitializer: "ones" }),
        tf.layers.activation({ activation: "relu" }),
        dense(1, "linear"),
      ],
    })],
];

const rows = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i * 1.7) * 3);

for (const [what, make] of networks) {
  Deno.test(`a layers model of ${what} says of rows what tfjs says`, async () => {
    const model = make();
    const { json, files } = await savedLayers(model);
    const read = (name: string) => Promise.resolve(files.get(name)!);
    const ours = openOnnx(await packLayers(json, read)).predict(rows, 10);
    const theirs = (model.predict(tf.tensor2d(rows, [10, 3])) as tf.Tensor).dataSync();
    assert.equal(ours.length, theirs.length);
    Array.from(ours).forEach((v, i) => assert.ok(Math.abs(v - theirs[i]) < 1e-5, `${v} ${theirs[i]}`));
    model.dispose();
  });
}

Deno.test("a layers model that cannot be computed is refused by the name of what is not known", async () => {
  const { json, files } = await savedLayers(networks[0][1]());
  const read = (name: string) => Promise.resolve(files.get(name)!);
  const changed = (change: (text: string) => string) => packLayers(change(json), read);
  const opened = async (change: (text: string) => string) => openOnnx(await changed(change));
  await assert.rejects(
    opened((text) => text.replace('"Dense"', '"LSTM"')),
    /a layer of the kind LSTM; known are Dense/,
  );
  await assert.rejects(
    opened((text) => text.replace('"relu"', '"swish"')),
    /the activation "swish"; known are linear/,
  );
  const idle = '{"class_name":"Dropout","config":{"name":"d"}},'.repeat(1000);
  await assert.rejects(
    opened((text) => text.replace('"layers":[', `"layers":[${idle}`)),
    /Cannot read the layers model: modelTopology/,
  );
  await assert.rejects(
    opened((text) => text.replace('"Sequential"', '"Functional"')),
    /of the kind Functional/,
  );
  await assert.rejects(
    opened((text) =>
      text.replace('"float32","', '"int32","').replace('"dtype":"float32"', '"dtype":"uint8"').replaceAll(
        '"dtype":"float32"',
        '"dtype":"uint8"',
      )
    ),
    /is uint8, not float32/,
  );
  await assert.rejects(opened((text) => text.replace("[3,8]", "[3,8000]")), /cut short/);
  const wide = await packLayers(json, read);
  assert.throws(() => openOnnx(wide).predict([1, 2, 3, 4], 1), /^TypeError: The layers model: MatMul cannot/);
  await assert.rejects(
    changed((text) => text.replace("a.bin", "../a.bin")),
    /names "\.\.\/a\.bin", no file beside it/,
  );
  await assert.rejects(changed(() => "[1]"), /Cannot read the layers model/);
  assert.throws(() => openOnnx(new TextEncoder().encode("{}")), /Cannot read the layers model: format/);
});

const amount = await savedLayers(networks[2][1]());
const kept = (name: string) => Promise.resolve(amount.files.get(name)!);
const ODD: readonly (readonly [what: string, made: () => Promise<Uint8Array>, error: RegExp])[] = [
  [
    "a file of weights that is not there",
    () => packLayers(amount.json, () => Promise.reject(new Error("no such file"))),
    /^TypeError: Cannot read "a\.bin", which holds weights of the layers model: no such file$/,
  ],
  [
    "a file twice",
    () => packLayers(amount.json.replace('"b.bin"', '"b.bin","b.bin"'), kept),
    /files hold \d+ bytes, and its weights take/,
  ],
  [
    "a file too few",
    () => packLayers(amount.json.replace(',"b.bin"', ""), kept),
    /its weights are cut short/,
  ],
  [
    "a byte too many",
    () => packLayers(amount.json, async (name) => Uint8Array.of(...await kept(name), 0)),
    /belong to another/,
  ],
  [
    "a weight that is no number",
    () => packLayers(amount.json, async (name) => new Uint8Array((await kept(name)).length).fill(255)),
    /"[^"]*kernel" holds a weight that is no finite number/,
  ],
  [
    "weights of another name",
    () => packLayers(amount.json.replaceAll("/kernel", "/core"), kept),
    /lacks its kernel/,
  ],
  ["weights that fit no rows", () => packLayers(amount.json.replace("[3,4]", "[12]"), kept), /MatMul cannot/],
  [
    "an address",
    () => packLayers(amount.json.replace("a.bin", "https://example.org/a.bin"), kept),
    /no file beside it/,
  ],
  ["a whole path", () => packLayers(amount.json.replace("a.bin", "/etc/passwd"), kept), /no file beside it/],
  ["a hidden file", () => packLayers(amount.json.replace("a.bin", ".."), kept), /no file beside it/],
  [
    "layers of one name",
    () =>
      packLayers(amount.json.replaceAll(/"name":"(dense|activation|batch)[^"]*"/gi, '"name":"same"'), kept),
    /two layers of the name "same"/,
  ],
  [
    "a slope of what is below zero",
    () =>
      packLayers(
        amount.json.replace(
          '{"class_name":"Activation","config":{',
          '{"class_name":"ReLU","config":{"negative_slope":0.1,',
        ),
        kept,
      ),
    /has negative_slope 0\.1; known is 0/,
  ],
  [
    "another axis",
    () => packLayers(amount.json.replace('"axis":-1', '"axis":0'), kept),
    /has axis 0; known is -1 or 1/,
  ],
];

for (const [what, made, error] of ODD) {
  Deno.test(`a layers model with ${what} is refused`, () =>
    assert.rejects(async () => openOnnx(await made()).predict(rows, 10), error));
}
