import { Buffer } from "node:buffer";
import { FEATURES } from "../features/definition.ts";
import { SESSION_FEATURES } from "../features/session.ts";
import { namesSession } from "../features/set.ts";
import { seededRandom } from "../core/random.ts";
import { messageOf } from "../core/errors.ts";
import { openOnnx } from "../onnx/predict.ts";
import type { BroughtInput, BroughtRecipe } from "./recipe.ts";

/** A trained model from outside, as a file of a shop's own gives it. */
export interface Brought {
  /** as it is called among the candidates */
  readonly name: string;
  /** the bytes of an ONNX file, or of a layers model of tfjs in one file */
  readonly file: Uint8Array;
  /** what it is given, in its order: a feature as it is, or `(value - shift) / scale` */
  readonly inputs: readonly (string | (Partial<BroughtInput> & Pick<BroughtInput, "feature">))[];
  /** stands in where a feature has nothing to say; left out: 0 */
  readonly missing?: number;
  /** end of the newest outcome that it was trained on, as a day: rows before it prove nothing */
  readonly trainedUntil: string;
}

/**
 * A candidate that was trained elsewhere. It competes with the others, passes the same gate and rollout, and is watched and
 * taken back as they are; a training leaves it as it is.
 */
export function broughtModel({ name, file, inputs, missing = 0, trainedUntil }: Brought): BroughtRecipe {
  return {
    family: "brought",
    name,
    file: Buffer.from(file).toString("base64"),
    inputs: inputs.map((input) =>
      typeof input === "string" ? { feature: input, shift: 0, scale: 1 } : { shift: 0, scale: 1, ...input }
    ),
    missing,
    trainedUntil,
  };
}

/** What of a model says which answers fit it. */
interface Fitting {
  readonly kind: "classification" | "classes" | "regression";
  readonly classes?: readonly string[];
  readonly features?: readonly string[];
  readonly ownFeatures?: readonly { readonly name: string }[];
}

const TRIED = 8;

/** Says why a candidate from outside cannot be one of a model's; null: it can. It is asked about invented rows. */
export function broughtFault(recipe: BroughtRecipe, model: Fitting): string | null {
  const { name, file, inputs, missing, trainedUntil } = recipe;
  const session = namesSession(model) ? SESSION_FEATURES : [];
  const known = [...FEATURES, ...session, ...(model.ownFeatures ?? []).map((feature) => feature.name)];
  const unknown = inputs.find(({ feature }) => !known.includes(feature));
  if (unknown) return `the candidate "${name}" is given "${unknown.feature}", which is no feature`;
  const flat = inputs.find(({ shift, scale }) =>
    !Number.isFinite(shift) || !(Math.abs(scale) > 0) || !Number.isFinite(scale)
  );
  if (flat) {
    return `the candidate "${name}" needs a finite shift and a scale other than 0 of "${flat.feature}"`;
  }
  if (!Number.isFinite(missing)) return `the candidate "${name}" needs a number in place of what is missing`;
  if (!/^\d{4}-\d\d-\d\d$/.test(trainedUntil) || Number.isNaN(Date.parse(trainedUntil))) {
    return `the candidate "${name}" needs trainedUntil, a day as 2026-06-30: only rows after it prove anything`;
  }
  const random = seededRandom(29);
  const rows = Float32Array.from({ length: TRIED * inputs.length }, () => 10 * random());
  try {
    const answers = openOnnx(Buffer.from(file, "base64")).predict(rows, TRIED);
    return answersFault(recipe, model, answers);
  } catch (error) {
    return `the candidate "${name}": ${messageOf(error)}`;
  }
}

function answersFault(
  { name, inputs }: BroughtRecipe,
  { kind, classes = [] }: Fitting,
  answers: ArrayLike<number>,
): string | null {
  const k = answers.length / TRIED;
  const allowed = kind === "classes" ? [classes.length] : kind === "classification" ? [1, 2] : [1];
  if (!allowed.includes(k)) {
    return `the candidate "${name}" answers with ${k} numbers for ${inputs.length} inputs, not with ${
      allowed.join(" or ")
    }`;
  }
  const all = Array.from(answers);
  if (!all.every(Number.isFinite)) return `the candidate "${name}" answers with what is no finite number`;
  if (kind === "regression") return null;
  return all.every((p) => p >= -1e-6 && p <= 1 + 1e-6)
    ? null
    : `the candidate "${name}" answers with what is no probability`;
}
