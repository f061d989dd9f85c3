import type { LinearRecipe } from "../models/recipe.ts";
import { rowLosses } from "../stats/metrics.ts";
import { mean } from "../stats/mean.ts";
import type { Part } from "./artifact.ts";
import { linearOutput } from "./linear.ts";
import { preprocess, type Preprocessing } from "./preprocess.ts";
import { interleaved, softmax } from "./probabilities.ts";
import { solveSoftmax } from "./softmax.ts";
import { earned, ROLES } from "./targets.ts";
import { type Slice, sliceInputs } from "./workbench.ts";

const { limit, penalties: GRID } = ROLES.class;

/** Several classes are learnt together: a part each, whose outputs a softmax turns into probabilities. */
interface Classes {
  readonly slice: Slice;
  readonly recipe: LinearRecipe;
  /** how many there are */
  readonly classes: number;
}

/** Chooses the penalty on the inner split of a slice: the strongest, unless a weaker one earns its place. */
export function chooseClassPenalty({ slice, recipe, classes }: Classes): number {
  const grid = [...(recipe.penalties?.class ?? GRID)].sort((a, b) => b - a);
  const { split, fit, validation } = slice.inner();
  if (split.summary.by === "none") return grid[0];
  const { preprocessing } = sliceInputs(fit, recipe.inputs, limit);
  const k = preprocessing.columns.length;
  const x = preprocess(preprocessing, validation.features, validation.width);
  const held = { x, k, y: Float32Array.from(validation.target) };
  const losses = solved({ slice: fit, recipe, classes }, grid).map((weights) =>
    mean(rowLosses("logLoss", held.y, interleaved(softmax(weights.map((w) => linearOutput(held, w))))))
  );
  return grid[earned(losses)];
}

/** Fits all classes on the rows of a slice. */
export function fitClasses(
  about: Classes,
  penalty: number,
): { preprocessing: Preprocessing; parts: Omit<Part, "preprocessing">[] } {
  const [weights] = solved(about, [penalty]);
  return {
    preprocessing: sliceInputs(about.slice, about.recipe.inputs, limit).preprocessing,
    parts: weights.map((w) => ({
      role: "class",
      network: { inputs: w.length - 1, hidden: [], weights: Float32Array.from(w) },
      link: "identity",
      scale: 1,
      min: -Infinity,
      max: Infinity,
    })),
  };
}

function solved({ slice, recipe, classes }: Classes, penalties: readonly number[]): Float64Array[][] {
  const { preprocessing, x } = sliceInputs(slice, recipe.inputs, limit);
  const y = Float32Array.from(slice.rows.target);
  return solveSoftmax({ x, k: preprocessing.columns.length, y }, classes, penalties);
}
