import { Buffer } from "node:buffer";
import { type OnnxModel, openOnnx } from "../onnx/predict.ts";

/** A model from outside, and what it is given. */
export interface Brought {
  /** an ONNX file as base64 */
  readonly file: string;
  /** places among the features, in its own order: `(value - shift) / scale` */
  readonly inputs: readonly { readonly place: number; readonly shift: number; readonly scale: number }[];
  readonly missing: number;
  /** how many numbers a row's prediction has; 0: one */
  readonly classes: number;
  /** no prediction is below */
  readonly least: number;
}

const opened = new WeakMap<Brought, OnnxModel>();

/**
 * Predictions of a model from outside, shape `[n]`, or `[n, classes]`.
 * @throws {TypeError} its file cannot be computed, or answers with another number of values
 */
export function askBrought(
  brought: Brought,
  { features, width, n }: { features: Float32Array; width: number; n: number },
): Float32Array {
  const { inputs, missing, classes, least } = brought;
  const model = opened.get(brought) ?? openOnnx(Buffer.from(brought.file, "base64"));
  opened.set(brought, model);
  const rows = new Float32Array(n * inputs.length);
  for (let i = 0; i < n; i++) {
    inputs.forEach(({ place, shift, scale }, j) => {
      const value = features[i * width + place];
      rows[i * inputs.length + j] = Number.isNaN(value) ? missing : (value - shift) / scale;
    });
  }
  if (n === 0) return new Float32Array();
  const answers = model.predict(rows, n);
  const wanted = Math.max(1, classes);
  if (answers.length === n * wanted) return Float32Array.from(answers, (v) => Math.max(least, v));
  if (wanted === 1 && answers.length === 2 * n) {
    return Float32Array.from({ length: n }, (_, i) => answers[2 * i + 1]);
  }
  throw new TypeError(
    `The model from outside answers ${n} rows with ${answers.length} numbers, not with ${n * wanted}`,
  );
}
