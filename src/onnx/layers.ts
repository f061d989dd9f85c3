/** Reads a layers model of tfjs: a sequence of dense layers, told as the nodes that an ONNX file would have. */
import { Buffer } from "node:buffer";
import { z } from "zod";
import { messageOf } from "../core/errors.ts";
import type { OnnxGraph, OnnxNode, Tensor } from "./file.ts";

const Layer = z.object({ class_name: z.string(), config: z.looseObject({ name: z.string() }) });
type Layer = z.infer<typeof Layer>;
/** More than any network about a shopper has: a longer list is made to take long. */
const LAYERS_MAX = 1000;
const WEIGHTS_MAX = 8 * LAYERS_MAX;

const layers = z.array(Layer).max(LAYERS_MAX);
const Sequential = z.object({
  class_name: z.string(),
  config: z.union([z.object({ layers }), layers]),
});
const WeightSpec = z.object({
  name: z.string(),
  shape: z.array(z.int().min(0)),
  dtype: z.string(),
  quantization: z.unknown().optional(),
});
const weights = { weightSpecs: z.array(WeightSpec).max(WEIGHTS_MAX), weightData: z.base64() };
const Topology = z.union([z.object({ model_config: Sequential }), Sequential]);

/** A layers model in one file. */
const LayersFile = z.object({ format: z.literal("layers-model"), modelTopology: Topology, ...weights });

/** A `model.json` as tfjs writes it: its weights lie in files beside it. */
const ModelJson = z.object({
  modelTopology: Topology,
  weightsManifest: z.array(z.object({ paths: z.array(z.string()), weights: z.array(WeightSpec) })),
});

/** Whether bytes are JSON and so no ONNX file: that begins with a field of a protocol buffer. */
export const isJson = (bytes: Uint8Array): boolean => bytes[0] === "{".charCodeAt(0);

/**
 * Puts a layers model of tfjs into one file.
 * @param read reads a file beside `model.json` by its name
 * @throws {TypeError} it is no layers model, or names files elsewhere
 */
export async function packLayers(
  modelJson: string,
  read: (name: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const { modelTopology, weightsManifest } = parsed(ModelJson, modelJson);
  const paths = weightsManifest.flatMap((group) => group.paths);
  const elsewhere = paths.find((path) => !/^[\w-][\w.-]*$/.test(path));
  if (elsewhere !== undefined) {
    throw new TypeError(`The layers model names "${elsewhere}", no file beside it`);
  }
  const parts: Uint8Array[] = [];
  for (const path of paths) {
    parts.push(
      await read(path).catch((error) => {
        throw new TypeError(
          `Cannot read "${path}", which holds weights of the layers model: ${messageOf(error)}`,
        );
      }),
    );
  }
  const file: z.input<typeof LayersFile> = {
    format: "layers-model",
    modelTopology,
    weightSpecs: weightsManifest.flatMap((group) => group.weights),
    weightData: Buffer.concat(parts).toString("base64"),
  };
  return new TextEncoder().encode(JSON.stringify(file));
}

/** Reads a layers model in one file. @throws {TypeError} it is none, or has a layer that is not known: named */
export function readLayers(bytes: Uint8Array): OnnxGraph {
  const { modelTopology, weightSpecs, weightData } = parsed(LayersFile, new TextDecoder().decode(bytes));
  const { class_name, config } = "model_config" in modelTopology ? modelTopology.model_config : modelTopology;
  if (class_name !== "Sequential") {
    throw new TypeError(`The layers model is of the kind ${class_name}; known is Sequential`);
  }
  const tensors = tensorsOf(weightSpecs, Buffer.from(weightData, "base64"));
  const graph = { nodes: [] as OnnxNode[], constants: new Map<string, Tensor>() };
  let output = "features";
  const add = (op: string, constant?: Tensor) => {
    const inputs = [output];
    if (constant) {
      inputs.push(`weights ${graph.constants.size}`);
      graph.constants.set(inputs[1], constant);
    }
    output = `made ${graph.nodes.length}`;
    graph.nodes.push({ op, inputs, outputs: [output], attributes: new Map() });
  };
  const layers = "layers" in config ? config.layers : config;
  const names = layers.map((layer) => layer.config.name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new TypeError(`The layers model has two layers of the name "${twice}"`);
  for (const layer of layers) addLayer(layer, add, tensors);
  return { ...graph, inputs: ["features"], outputs: [output] };
}

type Add = (op: string, constant?: Tensor) => void;

const ACTIVATIONS: Readonly<Record<string, string>> = {
  linear: "Identity",
  relu: "Relu",
  sigmoid: "Sigmoid",
  tanh: "Tanh",
  softmax: "Softmax",
  exponential: "Exp",
};
/** Layers that change nothing once a model is trained. */
const WITHOUT_EFFECT = ["InputLayer", "Dropout", "GaussianNoise", "GaussianDropout", "Flatten"];

function addLayer({ class_name, config }: Layer, add: Add, tensors: ReadonlyMap<string, Tensor>): void {
  const weight = (name: string) => {
    const end = `${config.name}/${name}`;
    const named = [...tensors.keys()].filter((key) => key === end || key.endsWith(`/${end}`));
    if (named.length === 1) return tensors.get(named[0])!;
    const fault = named.length === 0 ? `lacks its ${name}` : `has its ${name} twice: ${named.join(", ")}`;
    throw new TypeError(`The layers model: "${config.name}" ${fault}`);
  };
  if (WITHOUT_EFFECT.includes(class_name)) return;
  if (class_name === "Dense") {
    add("MatMul", weight("kernel"));
    if (config.use_bias !== false) add("Add", weight("bias"));
    return activation(config.activation ?? "linear", add);
  }
  if (class_name === "Activation") return activation(config.activation, add);
  refuseOthers(class_name, config);
  if (class_name === "ReLU") return add("Relu");
  if (class_name === "Softmax") return add("Softmax");
  if (class_name === "BatchNormalization") return addNormalization(config, add, weight);
  const known = ["Dense", "Activation", "ReLU", "Softmax", "BatchNormalization", ...WITHOUT_EFFECT].join(
    ", ",
  );
  throw new TypeError(`The layers model has a layer of the kind ${class_name}; known are ${known}`);
}

/** Settings of layers under which they would compute something else than we do: by layer, those that are the same. */
const SAME: Readonly<Record<string, Readonly<Record<string, readonly unknown[]>>>> = {
  ReLU: { max_value: [null], negative_slope: [0], threshold: [0] },
  Softmax: { axis: [-1, 1] },
  BatchNormalization: { axis: [-1, 1] },
};

function refuseOthers(kind: string, config: Layer["config"]): void {
  for (const [setting, same] of Object.entries(SAME[kind] ?? {})) {
    const value = config[setting] ?? same[0];
    const isSame = same.includes(Array.isArray(value) && value.length === 1 ? value[0] : value);
    if (isSame) continue;
    const fault = `"${config.name}" has ${setting} ${JSON.stringify(value)}; known is ${same.join(" or ")}`;
    throw new TypeError(`The layers model: ${fault}`);
  }
}

function activation(name: unknown, add: Add): void {
  const op = Object.hasOwn(ACTIVATIONS, String(name)) ? ACTIVATIONS[String(name)] : undefined;
  if (op === undefined) {
    const known = Object.keys(ACTIVATIONS).join(", ");
    throw new TypeError(
      `The layers model asks for the activation ${JSON.stringify(name)}; known are ${known}`,
    );
  }
  add(op);
}

/** `(x - mean) / sqrt(variance + epsilon) * gamma + beta`, as one factor and one summand a column. */
function addNormalization(config: Layer["config"], add: Add, weight: (name: string) => Tensor): void {
  const [mean, variance] = [weight("moving_mean"), weight("moving_variance")];
  const epsilon = typeof config.epsilon === "number" ? config.epsilon : 1e-3;
  const gamma = config.scale === false ? null : weight("gamma");
  const beta = config.center === false ? null : weight("beta");
  const factor = Array.from(variance.data, (v, i) => (gamma?.data[i] ?? 1) / Math.sqrt(v + epsilon));
  add("Mul", { dims: mean.dims, data: factor });
  add("Add", { dims: mean.dims, data: factor.map((f, i) => (beta?.data[i] ?? 0) - f * mean.data[i]) });
}

function tensorsOf(specs: readonly z.infer<typeof WeightSpec>[], data: Uint8Array): Map<string, Tensor> {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const found = new Map<string, Tensor>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of specs) {
    if (dtype !== "float32" || quantization !== undefined) {
      throw new TypeError(
        `The layers model: "${name}" is ${quantization ? "quantised" : dtype}, not float32`,
      );
    }
    const size = shape.reduce((product, length) => product * length, 1);
    if (offset + size * 4 > data.length) throw new TypeError("The layers model: its weights are cut short");
    const at = offset;
    found.set(name, {
      dims: shape,
      data: Array.from({ length: size }, (_, i) => view.getFloat32(at + i * 4, true)),
    });
    offset += size * 4;
    if (!Array.from(found.get(name)!.data).every(Number.isFinite)) {
      throw new TypeError(`The layers model: "${name}" holds a weight that is no finite number`);
    }
  }
  if (offset < data.length) {
    const more = `its files hold ${data.length} bytes, and its weights take ${offset}`;
    throw new TypeError(`The layers model: ${more}: does a file belong to another one?`);
  }
  return found;
}

function parsed<T>(schema: z.ZodType<T>, text: string): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new TypeError("Cannot read the layers model: it is no JSON");
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [{ path, message }] = result.error.issues;
  throw new TypeError(`Cannot read the layers model: ${path.join(".")}: ${message}`);
}
