import type { ModelKind } from "../models/model.ts";
import type { PartRole } from "../models/recipe.ts";
import { askBrought, type Brought } from "./brought.ts";
import { alongLine, type Line } from "./line.ts";
import { expm1Clipped, forward, type Network, weightCount } from "./network.ts";
import { interleaved, softmax } from "./probabilities.ts";
import { preprocess, type Preprocessing } from "./preprocess.ts";
import type { FittedRecipe } from "./protocol.ts";

/** One fitted network with its inputs, and what its output means. */
export interface Part {
  readonly role: PartRole;
  /** index into the predictor's preprocessings */
  readonly preprocessing: number;
  readonly network: Network;
  readonly link: "identity" | "sigmoid" | "expm1" | "exp";
  /** the part's value is `clamp(scale * link(network), min, max)` */
  readonly scale: number;
  readonly min: number;
  readonly max: number;
}

/** The ways in which parts make a prediction. */
export type Formula =
  | { readonly op: "part"; readonly part: number }
  | { readonly op: "product"; readonly of: readonly Formula[] }
  | { readonly op: "mean"; readonly of: readonly Formula[] }
  /**
   * `share * (body + tail * gate)`: the gate opens from 0 to 1 while `share * body` goes from a quarter to
   * three quarters of `threshold`, so that only those who come near the tail are given a share of it.
   */
  | {
    readonly op: "tail";
    readonly share?: Formula;
    readonly body: Formula;
    readonly tail: Formula;
    readonly threshold: number;
  }
  /** of several classes: the parts' outputs as probabilities that add up to 1, shape `[n, classes]` */
  | { readonly op: "softmax"; readonly of: readonly Formula[] }
  /** trained outside */
  | { readonly op: "brought"; readonly brought: Brought }
  /** what was trained, moved along a line that was fitted later */
  | { readonly op: "line"; readonly of: Formula; readonly line: Line };

/** All that is needed to predict. */
export interface Predictor {
  readonly model: string;
  readonly kind: ModelKind;
  /** of several classes: their names */
  readonly classes?: readonly string[];
  readonly features: readonly string[];
  readonly featureHash: string;
  readonly horizonDays: number;
  readonly preprocessings: readonly Preprocessing[];
  readonly parts: readonly Part[];
  readonly formula: Formula;
  readonly recipe: FittedRecipe;
  readonly seed: number;
  /** the newest cut-off among the training rows; their outcomes reach `horizonDays` further */
  readonly newestCutoffMs: number;
  /** training rows */
  readonly rows: number;
  /** 99th percentile of the training targets: the cap of capped scores */
  readonly cap: number;
}

const MAGIC = 0x31_4d_52_50; // "PRM1", little endian

/** Self-describing bytes: magic, header length, header as JSON, padding to 4, weights as little-endian float32. */
export function encodeArtifact(predictor: Predictor): Uint8Array {
  const { parts, ...rest } = predictor;
  const header = {
    ...rest,
    parts: parts.map((p) => ({ ...p, network: { ...p.network, weights: undefined } })),
  };
  return encodeBytes(header, parts.map((p) => p.network.weights));
}

/** @throws {TypeError} the bytes are not an artefact, are cut short, or hold weights that are not numbers */
export function decodeArtifact(bytes: Uint8Array): Predictor {
  const { header, numbers } = decodeBytes(bytes);
  const predictor = header as Predictor;
  let offset = 0;
  const parts = predictor.parts.map((part) => {
    const count = weightCount(part.network.inputs, part.network.hidden);
    const weights = numbers.slice(offset, offset + count);
    offset += count;
    if (weights.length !== count || weights.some((w) => !Number.isFinite(w))) {
      throw new TypeError(`Cannot read artefact: part "${part.role}" needs ${count} finite weights`);
    }
    return {
      ...part,
      min: part.min ?? -Infinity,
      max: part.max ?? Infinity,
      network: { ...part.network, weights },
    };
  });
  return { ...predictor, parts };
}

/** JSON and float32 arrays in one block of bytes. */
export function encodeBytes(header: unknown, arrays: readonly Float32Array[]): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const start = 8 + Math.ceil(json.length / 4) * 4;
  const count = arrays.reduce((sum, a) => sum + a.length, 0);
  const bytes = new Uint8Array(start + count * 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, json.length, true);
  bytes.set(json, 8);
  const numbers = new Float32Array(bytes.buffer, start, count);
  let offset = 0;
  for (const a of arrays) {
    numbers.set(a, offset);
    offset += a.length;
  }
  return bytes;
}

/** The inverse of {@link encodeBytes}; the arrays come as one. @throws {TypeError} */
export function decodeBytes(bytes: Uint8Array): { header: unknown; numbers: Float32Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC) {
    throw new TypeError("Cannot read artefact: wrong magic");
  }
  const length = view.getUint32(4, true);
  const start = 8 + Math.ceil(length / 4) * 4;
  if (start > bytes.length) throw new TypeError("Cannot read artefact: it is cut short");
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const body = bytes.slice(start, start + Math.floor((bytes.length - start) / 4) * 4);
  return { header, numbers: new Float32Array(body.buffer) };
}

/**
 * Predictions of a fitted model.
 * @param features shape `[n, width]` @returns shape `[n]`: probabilities, or amounts >= 0; of several
 * classes shape `[n, classes]`
 * @throws {RangeError} the rows have another width than the model was trained on
 */
export function predictWith(predictor: Predictor, features: Float32Array, n: number): Float32Array {
  const width = predictor.features.length;
  if (features.length !== n * width) {
    throw new RangeError(
      `Cannot predict: need ${n} rows of ${width} features, have ${features.length} numbers`,
    );
  }
  const inputs = predictor.preprocessings.map((p) => preprocess(p, features, width));
  const values = predictor.parts.map((part) => partValue(part, inputs[part.preprocessing], n));
  return evaluate(predictor.formula, values, { features, width, n });
}

function partValue(part: Part, x: Float32Array, n: number): Float32Array {
  const raw = forward(part.network, x, n);
  const link = LINKS[part.link];
  return raw.map((v) => Math.min(part.max, Math.max(part.min, part.scale * link(v))));
}

const LINKS: Readonly<Record<Part["link"], (v: number) => number>> = {
  identity: (v) => v,
  sigmoid: (v) => 1 / (1 + Math.exp(-v)),
  expm1: expm1Clipped,
  exp: (v) => Math.exp(Math.min(14, v)),
};

/** The rows that are asked about. */
interface Rows {
  readonly features: Float32Array;
  readonly width: number;
  readonly n: number;
}

/** Puts the parts' values together. */
function evaluate(formula: Formula, values: readonly Float32Array[], rows: Rows): Float32Array {
  switch (formula.op) {
    case "part":
      return values[formula.part];
    case "product":
      return formula.of.map((f) => evaluate(f, values, rows)).reduce((a, b) => a.map((v, i) => v * b[i]));
    case "mean": {
      const all = formula.of.map((f) => evaluate(f, values, rows));
      return all[0].map((_, i) => all.reduce((sum, v) => sum + v[i], 0) / all.length);
    }
    case "tail": {
      const body = evaluate(formula.body, values, rows);
      const tail = evaluate(formula.tail, values, rows);
      const share = formula.share ? evaluate(formula.share, values, rows) : undefined;
      return body.map((b, i) => {
        const s = share ? share[i] : 1;
        const gate = Math.min(1, Math.max(0, 2 * s * b / formula.threshold - 0.5));
        return s * (b + tail[i] * gate);
      });
    }
    case "softmax":
      return interleaved(softmax(formula.of.map((f) => evaluate(f, values, rows))));
    case "brought":
      return askBrought(formula.brought, rows);
    case "line":
      return alongLine(formula.line, evaluate(formula.of, values, rows));
    default:
      return formula satisfies never;
  }
}
