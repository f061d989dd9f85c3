import { messageOf } from "../core/errors.ts";
import { type OnnxGraph, type OnnxNode, readOnnx, type Tensor } from "./file.ts";
import { isJson, readLayers } from "./layers.ts";
import { OPERATORS } from "./operators.ts";

/** An ONNX file that can be asked. */
export interface OnnxModel {
  /** @param rows shape `[n, width]` @returns shape `[n * numbers of a row]` @throws {TypeError} it cannot be computed */
  predict(rows: ArrayLike<number>, n: number): ArrayLike<number>;
}

/**
 * Opens an ONNX file, or a layers model of tfjs in one file. What it computes runs as plain loops in this thread: nothing in it is code, it reaches nothing, and
 * serving needs no other runtime. Only nodes that its last output needs are computed.
 * @throws {TypeError} it is neither, or asks for an operator that is not known
 */
export function openOnnx(bytes: Uint8Array): OnnxModel {
  const isLayers = isJson(bytes);
  const what = isLayers ? "The layers model" : "The ONNX file";
  const graph = isLayers ? readLayers(bytes) : readOnnx(bytes);
  if (graph.inputs.length !== 1) {
    throw new TypeError(`${what} has ${graph.inputs.length} inputs, not one of all features`);
  }
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const output = graph.outputs.at(-1) ?? "";
  const wanted = needed(graph, makers, output);
  const unknown = [...wanted].find(({ op }) => !Object.hasOwn(OPERATORS, op));
  if (unknown) {
    throw new TypeError(
      `${what} asks for the operator ${unknown.op}; known are ${Object.keys(OPERATORS).join(", ")}`,
    );
  }
  return {
    predict(rows, n) {
      const values = new Map<string, Tensor | null>(graph.constants);
      values.set(graph.inputs[0], { dims: [n, rows.length / Math.max(1, n)], data: rows });
      let work = 0;
      for (const node of graph.nodes) {
        if (wanted.has(node)) work = checkWork(work + compute(node, values, n, what), what);
      }
      const found = values.get(output);
      if (!found) throw new TypeError(`${what} makes no numbers of "${output}"`);
      return found.data;
    },
  };
}

/** Nodes are in the order of a file that was checked: each after those that it needs. */
function needed(graph: OnnxGraph, makers: ReadonlyMap<string, OnnxNode>, output: string): Set<OnnxNode> {
  const wanted = new Set<OnnxNode>();
  const names = [output];
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const node = makers.get(name);
    if (!node || wanted.has(node)) continue;
    wanted.add(node);
    names.push(...node.inputs);
  }
  if (wanted.size === 0 && !graph.inputs.includes(output)) {
    throw new TypeError(`The ONNX file has nothing that makes its output "${output}"`);
  }
  return wanted;
}

/**
 * Numbers that all nodes together may read for a row. A file of 24 MB holds six million weights; one that uses them again and
 * again, or puts a value beside itself until memory ends, is made to do harm.
 */
const WORK_MAX = 10_000_000;

function checkWork(work: number, what: string): number {
  if (work <= WORK_MAX) return work;
  throw new TypeError(`${what} reads over ${WORK_MAX} numbers for a row, which is too slow to serve`);
}

/** @returns how many numbers were read for a row */
function compute(node: OnnxNode, values: Map<string, Tensor | null>, n: number, what: string): number {
  const inputs = node.inputs.map((name) => {
    const value = values.get(name);
    if (!value) throw new TypeError(`${what}: ${node.op} needs "${name}", which nothing makes`);
    return value;
  });
  const work = inputs.reduce(
    (sum, { dims, data }) => sum + data.length / (dims[0] === n ? Math.max(1, n) : 1),
    0,
  );
  checkWork(work, what);
  try {
    OPERATORS[node.op](inputs, node).forEach((made, i) => values.set(node.outputs[i], made));
    return work;
  } catch (error) {
    throw new TypeError(`${what}: ${node.op} cannot be computed: ${messageOf(error)}`);
  }
}
