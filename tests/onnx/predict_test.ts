/** ONNX files answer as onnxruntime does on the same rows, and what cannot be computed is refused by name. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { openOnnx } from "../../src/onnx/predict.ts";
import { attribute, message, model, node, varint, weights } from "./write_onnx.ts";
import golden from "../golden/onnx.json" with { type: "json" };

const n = golden.rows.length / golden.width;
const bytesOf = (name: string) => Buffer.from(golden.cases.find((c) => c.name === name)!.file, "base64");

for (const { name, file, want } of golden.cases) {
  Deno.test(`openOnnx() answers as ${golden.madeBy}: ${name}`, () => {
    const found = openOnnx(Buffer.from(file, "base64")).predict(golden.rows, n);
    assert.equal(found.length, want.length);
    want.forEach((value, i) => {
      const off = Math.abs(found[i] - value);
      assert.ok(off <= 1e-5 * (1 + Math.abs(value)), `number ${i}: want ${value}, have ${found[i]}`);
    });
  });
}

Deno.test("openOnnx() refuses what is no ONNX file, is cut short, or asks for what is not known", () => {
  const whole = bytesOf("ridge");
  assert.throws(() => openOnnx(new TextEncoder().encode("no model")), /Cannot read the ONNX file/);
  assert.throws(() => openOnnx(new Uint8Array()), /there is no graph in it/);
  for (const length of [10, 50, whole.length - 20]) {
    assert.throws(() => openOnnx(whole.slice(0, length)), TypeError, `${length} bytes`);
  }
  const other = new TextDecoder("latin1").decode(whole).replaceAll("LinearRegressor", "QuadraticFormer");
  const bytes = Uint8Array.from(other, (letter) => letter.charCodeAt(0));
  assert.throws(() => openOnnx(bytes), /asks for the operator QuadraticFormer; known are /);
});

Deno.test("an ONNX file that is given too few columns says which operator cannot be computed", () => {
  assert.throws(() => openOnnx(bytesOf("ridge")).predict([1, 2, 3, 4], 2), /cannot be computed: /);
});

/** A tree of one question and two leaves. */
function tree({ yes = [1, 0, 0], no = [2, 0, 0], id = 0, targets = 1 } = {}): Uint8Array {
  const told = [
    attribute("nodes_treeids", [0, 0, 0]),
    attribute("nodes_nodeids", [0, 1, 2]),
    attribute("nodes_modes", ["BRANCH_LEQ", "LEAF", "LEAF"]),
    attribute("nodes_values", [{ float: 1 }, { float: 0 }, { float: 0 }]),
    attribute("nodes_featureids", [0, 0, 0]),
    attribute("nodes_truenodeids", yes),
    attribute("nodes_falsenodeids", no),
    attribute("target_ids", [id]),
    attribute("target_weights", [{ float: 1 }]),
    attribute("target_treeids", [0]),
    attribute("target_nodeids", [2]),
    [5, message([[1, "n_targets"], [3, targets]])] as const,
  ];
  return model([node("TreeEnsembleRegressor", ["x"], "y", told)], "y");
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `v${i}`);
const chain = (op: string, count: number, ...more: string[]) =>
  names(count).map((name, i) => node(op, [i === 0 ? "x" : `v${i - 1}`, ...more], name));
const doubling = names(40).map((name, i) => {
  const before = i === 0 ? "x" : `v${i - 1}`;
  return node("Concat", [before, before], name);
});

for (
  const [what, file, error] of [
    ["a tree whose node leads to itself", tree({ yes: [0, 0, 0] }), /a node of a tree is reached twice/],
    ["a tree whose node leads to none", tree({ no: [9, 0, 0] }), /leads to none/],
    ["a leaf of another output", tree({ id: 7 }), /a leaf adds to output 7 of 1/],
    ["50 million outputs", tree({ targets: 50_000_000 }), /trees have 50000000 outputs/],
    ["a value put beside itself until memory ends", model(doubling, "v39"), /numbers a row, at most 20000/],
    [
      "the same weights over and over",
      model([...chain("MatMul", 3000, "w"), weights("w", [3, 3])], "v2999"),
      null,
    ],
    [
      "large weights over and over",
      model([
        node("MatMul", ["x", "f"], "x0"),
        ...wideChain(3000),
        weights("f", [3, 300]),
        weights("w", [300, 300]),
      ], "v2999"),
      /reads over 10000000 numbers for a row/,
    ],
    [
      "weights in another file",
      model([node("MatMul", ["x", "w"], "y"), weights("w", [3, 1], [14, 1])], "y"),
      /tensor "w" is kept in another file/,
    ],
    [
      "a shape that its numbers do not fill",
      model([node("MatMul", ["x", "w"], "y"), weights("w", [2 ** 31, 2 ** 31], [9, new Uint8Array(4)])], "y"),
      /of shape 2147483648 x 2147483648 holds 1 numbers/,
    ],
    [
      "a length below zero",
      Uint8Array.from([...varint(7 << 3 | 2), ...varint(-12n), 0, 0]),
      /it is cut short/,
    ],
    [
      "a scaler of fewer columns",
      model([
        node("Scaler", ["x"], "y", [
          attribute("offset", [{ float: 1 }, { float: 2 }]),
          attribute("scale", [{ float: 1 }]),
        ]),
      ], "y"),
      /2 numbers meet 3 columns/,
    ],
    [
      "two numbers added to three columns",
      model([node("Add", ["x", "w"], "y"), weights("w", [2])], "y"),
      /2 numbers meet 3 columns/,
    ],
  ] as const
) {
  Deno.test(`openOnnx() ends soon on ${what}`, () => {
    const predict = () => openOnnx(file).predict([1, 2, 3, 4, 5, 6], 2);
    if (error) assert.throws(predict, error);
    else assert.equal(predict().length, 6);
  });
}

Deno.test("a tree that was written field by field answers by its leaves", () => {
  assert.deepEqual(Array.from(openOnnx(tree()).predict([1, 2, 3, 4, 5, 6], 2)), [0, 1]);
});

/** Products with the same 300 x 300 weights, one after the other. */
function wideChain(count: number) {
  return names(count).map((name, i) => node("MatMul", [i === 0 ? "x0" : `v${i - 1}`, "w"], name));
}
