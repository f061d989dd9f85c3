/** ONNX files answer as onnxruntime does on the same rows, and what cannot be computed is refused by name. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { openOnnx } from "../../src/onnx/predict.ts";
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
