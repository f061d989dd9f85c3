/** The operators that are known: those of linear models, trees and plain networks. */
import type { Attribute, OnnxNode, Tensor } from "./file.ts";
import { treeScores } from "./trees.ts";

/** What a node makes of its inputs; null: that output is a label, which nobody asks for. */
export type Operator = (inputs: readonly Tensor[], node: OnnxNode) => readonly (Tensor | null)[];

const floats = ({ attributes }: OnnxNode, name: string) => attributes.get(name)?.floats ?? [];
const rowsOf = ({ dims, data }: Tensor) => dims.length > 0 ? dims[0] : data.length;
const widthOf = (tensor: Tensor) => tensor.data.length / Math.max(1, rowsOf(tensor));
const made = (dims: readonly number[], data: ArrayLike<number>): Tensor => ({ dims, data });

/** Wider than any model that is asked about one shopper. */
const WIDTH_MAX = 20_000;

function checkWidth(width: number): void {
  if (width > WIDTH_MAX) throw new RangeError(`${width} numbers a row, at most ${WIDTH_MAX} are computed`);
}

const each = (of: (v: number) => number): Operator => ([x]) => [made(x.dims, Float64Array.from(x.data, of))];

/** Two tensors element by element, the smaller one repeated: of as many columns, or of one number a row. */
const both = (of: (a: number, b: number) => number): Operator => ([a, b]) => {
  const big = a.data.length >= b.data.length ? a : b;
  const small = big === a ? b : a;
  const width = widthOf(big);
  const isColumn = small.data.length === rowsOf(big) && small.dims.at(-1) === 1;
  if (!isColumn && ![1, width, big.data.length].includes(small.data.length)) {
    throw new RangeError(`${small.data.length} numbers meet ${width} columns`);
  }
  const at = (x: Tensor, i: number) => {
    if (x.data.length === big.data.length) return x.data[i];
    return x.data[isColumn && width > 1 ? Math.floor(i / width) : i % x.data.length];
  };
  return [made(big.dims, Float64Array.from({ length: big.data.length }, (_, i) => of(at(a, i), at(b, i))))];
};

/** `x w`, shapes `[n, k]` and `[k, m]`. */
function product(x: Tensor, w: Tensor): Tensor {
  const [n, k] = [rowsOf(x), widthOf(x)];
  const m = w.dims.length > 1 ? w.dims[1] : 1;
  if (w.data.length !== k * m) {
    throw new RangeError(`${k} columns meet weights of shape ${w.dims.join(" x ")}`);
  }
  checkWidth(m);
  const out = new Float64Array(n * m);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < k; j++) {
      for (let c = 0; c < m; c++) out[i * m + c] += x.data[i * k + j] * w.data[j * m + c];
    }
  }
  return made([n, m], out);
}

function transposed({ dims: [n, m], data }: Tensor): Tensor {
  return made([m, n], Float64Array.from({ length: n * m }, (_, i) => data[(i % n) * m + Math.floor(i / n)]));
}

function gemm([a, b, c]: readonly Tensor[], { attributes }: OnnxNode): Tensor[] {
  const number = (name: string, otherwise: number) => attributes.get(name)?.f ?? otherwise;
  const is = (name: string) => attributes.get(name)?.i === 1;
  const plain = product(is("transA") ? transposed(a) : a, is("transB") ? transposed(b) : b);
  const alpha = number("alpha", 1);
  const scaled = made(plain.dims, Float64Array.from(plain.data, (v) => alpha * v));
  if (!c) return [scaled];
  const beta = number("beta", 1);
  return both((x, y) => x + beta * y)([scaled, c], {} as OnnxNode) as Tensor[];
}

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));

/** Row by row: probabilities, one each, or as they are. */
export function afterwards({ dims, data }: Tensor, { s = "NONE" }: Attribute | { s?: string } = {}): Tensor {
  if (s === "NONE") return made(dims, data);
  if (s === "LOGISTIC") return made(dims, Float64Array.from(data, sigmoid));
  if (s !== "SOFTMAX") throw new RangeError(`post_transform ${s} is not known`);
  const width = dims.at(-1) ?? 1;
  const out = Float64Array.from(data);
  for (let at = 0; at < out.length; at += width) {
    const row = out.subarray(at, at + width);
    const top = row.reduce((a, b) => Math.max(a, b), -Infinity);
    const sum = row.reduce((all, v, c) => all + (row[c] = Math.exp(v - top)), 0);
    for (let c = 0; c < width; c++) row[c] /= sum;
  }
  return made(dims, out);
}

function linear(node: OnnxNode, x: Tensor): Tensor {
  const [weights, shift] = [floats(node, "coefficients"), floats(node, "intercepts")];
  const k = widthOf(x);
  const m = shift.length || node.attributes.get("targets")?.i || weights.length / k;
  if (weights.length !== k * m) throw new RangeError(`${weights.length} coefficients meet ${k} columns`);
  const plain = product(x, transposed(made([m, k], weights)));
  return made(plain.dims, Float64Array.from(plain.data, (v, i) => v + (shift[i % m] ?? 0)));
}

/** One score a row is that of the second class. */
const ofTwo = (x: Tensor): Tensor =>
  widthOf(x) > 1 ? x : made([x.data.length, 2], Array.from(x.data).flatMap((p) => [1 - p, p]));

const normalizer: Operator = ([x], { attributes }) => {
  const norm = attributes.get("norm")?.s ?? "MAX";
  const size = (row: readonly number[]) =>
    norm === "L1"
      ? row.reduce((sum, v) => sum + Math.abs(v), 0)
      : norm === "L2"
      ? Math.sqrt(row.reduce((sum, v) => sum + v * v, 0))
      : row.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
  const width = widthOf(x);
  const all = Array.from(x.data);
  const sizes = Array.from(
    { length: rowsOf(x) },
    (_, row) => size(all.slice(row * width, (row + 1) * width)),
  );
  return [made(x.dims, all.map((v, i) => v / sizes[Math.floor(i / width)]))];
};

const same: Operator = ([x]) => [x];

export const OPERATORS: Readonly<Record<string, Operator>> = {
  Identity: same,
  Cast: same,
  ZipMap: same,
  Flatten: same,
  Reshape: ([x]) => [made([rowsOf(x), widthOf(x)], x.data)],
  Constant: (_inputs, { attributes }) => [attributes.get("value")!.t!],
  Relu: each((v) => Math.max(0, v)),
  Sigmoid: each(sigmoid),
  Tanh: each(Math.tanh),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Neg: each((v) => -v),
  Abs: each(Math.abs),
  Sqrt: each(Math.sqrt),
  Add: both((a, b) => a + b),
  Sub: both((a, b) => a - b),
  Mul: both((a, b) => a * b),
  Div: both((a, b) => a / b),
  MatMul: ([a, b]) => [product(a, b)],
  Gemm: gemm,
  Softmax: ([x]) => [afterwards(x, { s: "SOFTMAX" })],
  Concat: (inputs) => {
    const widths = inputs.map(widthOf);
    checkWidth(widths.reduce((a, b) => a + b, 0));
    const n = rowsOf(inputs[0]);
    const rows = Array.from(
      { length: n },
      (_, i) =>
        inputs.flatMap(({ data }, c) => Array.from({ length: widths[c] }, (_, j) => data[i * widths[c] + j])),
    );
    return [made([n, widths.reduce((a, b) => a + b, 0)], rows.flat())];
  },
  Scaler: ([x], node) => {
    const [shift, scale] = [floats(node, "offset"), floats(node, "scale")];
    const odd = [shift, scale].find((list) => list.length !== 1 && list.length !== widthOf(x));
    if (odd) throw new RangeError(`${odd.length} numbers meet ${widthOf(x)} columns`);
    const at = (list: readonly number[], i: number) => list[i % list.length];
    return [made(x.dims, Float64Array.from(x.data, (v, i) => (v - at(shift, i)) * at(scale, i)))];
  },
  Normalizer: normalizer,
  LinearRegressor: ([x], node) => [linear(node, x)],
  LinearClassifier: (
    [x],
    node,
  ) => [null, ofTwo(afterwards(linear(node, x), node.attributes.get("post_transform")))],
  TreeEnsembleRegressor: ([x], node) => [
    afterwards(treeScores(x, node, "target"), node.attributes.get("post_transform")),
  ],
  TreeEnsembleClassifier: ([x], node) => [
    null,
    ofTwo(afterwards(treeScores(x, node, "class"), node.attributes.get("post_transform"))),
  ],
};
