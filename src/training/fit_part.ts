import { logisticLoss } from "./probabilities.ts";
import { mean } from "../stats/mean.ts";
import { gaussian, hash32, seededRandom } from "../core/random.ts";
import type { Inputs, LinearRecipe, NetworkOptions, NetworkRecipe, PartRole } from "../models/recipe.ts";
import type { Part } from "./artifact.ts";
import { fitNetwork, freshNetwork, type NetworkFit, type NetworkState } from "./fit_network.ts";
import { linearOutput, type LinearProblem, solveLogistic, solvePoisson, solveRidge } from "./linear.ts";
import { expm1Clipped, forward, type Network } from "./network.ts";
import { preprocess, type Preprocessing } from "./preprocess.ts";
import type { CurvePoint } from "./protocol.ts";
import type { TrainingRows } from "./rows.ts";
import { earned, type PartPlan, type RoleLoss, ROLES } from "./targets.ts";
import { sendCheckpoint, type Slice, sliceInputs, type Workbench } from "./workbench.ts";

const CHECKPOINT_EVERY_EPOCHS = 5;

/** Choices for a part, made on newer rows than those that fitted it. */
export interface PartChoice {
  readonly penalty: number;
  readonly epochs: number;
  readonly curve: readonly CurvePoint[];
}

type FreshRecipe = LinearRecipe | NetworkRecipe;

/** Chooses penalty and epochs of a part on the inner split of a slice. */
export async function choosePart(
  bench: Workbench,
  slice: Slice,
  recipe: FreshRecipe,
  plan: PartPlan,
): Promise<PartChoice> {
  const rule = ROLES[plan.role];
  const grid = [...(recipe.penalties?.[plan.role] ?? rule.penalties)].sort((a, b) => b - a);
  const { split, fit, validation } = slice.inner();
  if (split.summary.by === "none") return { penalty: grid[0], epochs: 0, curve: [] };
  const inputs = sliceInputs(fit, inputsOf(recipe, plan), rule.limit);
  const held = partRows(validation, inputs.preprocessing, plan, fit.threshold);
  const losses = grid.map((penalty) => {
    const weights = linearSolution(fit, recipe, plan, penalty, grid);
    return meanLoss(
      rule.loss,
      held.y,
      linearOutput({ ...held, k: weights.length - 1 }, weights),
      scaleOf(fit, plan),
    );
  });
  const penalty = grid[earned(losses)];
  const isLinear = recipe.family === "linear" || !rule.deep || inputs.preprocessing.columns.length === 0;
  if (isLinear) return { penalty, epochs: 0, curve: [] };
  const state = await fitDeep(bench, fit, recipe, plan, penalty, { held, epochs: recipe.network.epochsMax });
  return { penalty, epochs: state.bestEpoch, curve: state.curve };
}

/** Fits a part on all rows of a slice, as chosen. */
export async function fitPart(
  bench: Workbench,
  slice: Slice,
  recipe: FreshRecipe,
  plan: PartPlan,
  { penalty, epochs }: Pick<PartChoice, "penalty" | "epochs">,
): Promise<{ part: Omit<Part, "preprocessing">; preprocessing: Preprocessing }> {
  const rule = ROLES[plan.role];
  const { preprocessing, x } = sliceInputs(slice, inputsOf(recipe, plan), rule.limit);
  const linear = linearSolution(slice, recipe, plan, penalty, [penalty]);
  let network: Network = { inputs: linear.length - 1, hidden: [], weights: Float32Array.from(linear) };
  if (recipe.family === "network" && rule.deep && epochs > 0 && preprocessing.columns.length > 0) {
    const state = await fitDeep(bench, slice, recipe, plan, penalty, { epochs });
    network = { inputs: linear.length - 1, hidden: recipe.network.hidden, weights: state.best };
  }
  return { part: describePart(slice, plan, network, x), preprocessing };
}

/** Range and scale of a part; a logarithm's scale makes the mean prediction the mean target (smearing). */
export function describePart(
  slice: Slice,
  { role, positiveOnly }: PartPlan,
  network: Network,
  x: Float32Array,
): Omit<Part, "preprocessing"> {
  const { link } = ROLES[role];
  const { target } = slice.rows;
  if (link === "sigmoid") return { role, network, link, scale: 1, min: 0, max: 1 };
  const max = target.reduce((most, y) => Math.max(most, y), 0);
  if (link === "exp") return { role, network, link, scale: 1, min: 0, max };
  if (link === "expm1") {
    const back = forward(network, x, target.length).reduce((sum, v) => sum + expm1Clipped(v), 0);
    const scale = target.reduce((a, b) => a + b, 0) / Math.max(back, 1e-9);
    return { role, network, link, scale, min: 0, max };
  }
  const tops = { body: slice.threshold, tail: Math.max(0, max - slice.threshold) } as const;
  const top = role === "body" || role === "tail" ? tops[role] : max;
  return { role, network, link, scale: scaleOf(slice, { role, positiveOnly }), min: 0, max: top };
}

const inputsOf = (recipe: FreshRecipe, { role }: PartPlan): Inputs => ROLES[role].inputs ?? recipe.inputs;

/** The rows that teach a part: columns, and the target in the part's own terms. */
export function partRows(
  rows: Pick<TrainingRows, "features" | "width" | "target">,
  preprocessing: Preprocessing,
  plan: PartPlan,
  threshold: number,
  x = preprocess(preprocessing, rows.features, rows.width),
): { x: Float32Array; y: Float32Array } {
  const { target } = ROLES[plan.role];
  const y = Float32Array.from(rows.target, (v) => target(v, threshold));
  if (!plan.positiveOnly) return { x, y };
  const k = preprocessing.columns.length;
  const places = [...rows.target.keys()].filter((i) => rows.target[i] > 0);
  const partInputs = new Float32Array(places.length * k);
  places.forEach((from, to) => partInputs.set(x.subarray(from * k, (from + 1) * k), to * k));
  return { x: partInputs, y: Float32Array.from(places, (i) => y[i]) };
}

/** A network's unit of the target: its standard deviation among the rows that teach it; 1 where it is constant. */
function scaleOf(slice: Slice, { role, positiveOnly }: PartPlan): number {
  const { loss, target } = ROLES[role];
  if (loss !== "squares" || role === "log") return 1;
  const values = slice.rows.target.filter((y) => !positiveOnly || y > 0).map((y) =>
    target(y, slice.threshold)
  );
  const middle = mean(values, { empty: 0 });
  const variance = values.reduce((a, b) => a + (b - middle) ** 2, 0) / Math.max(1, values.length);
  return variance > 0 ? Math.sqrt(variance) : 1;
}

/** The exact linear solution of a part on a slice; solved for a whole grid at once, and kept. */
function linearSolution(
  slice: Slice,
  recipe: FreshRecipe,
  plan: PartPlan,
  penalty: number,
  grid: readonly number[],
): Float64Array {
  const inputs = inputsOf(recipe, plan);
  const rule = ROLES[plan.role];
  const key = (p: number) => `${plan.role}/${plan.positiveOnly}/${inputs}/${p}`;
  const known = slice.linear.get(key(penalty));
  if (known) return known;
  const { preprocessing, x } = sliceInputs(slice, inputs, rule.limit);
  const { x: kept, y } = partRows(slice.rows, preprocessing, plan, slice.threshold, x);
  const scale = scaleOf(slice, plan);
  const k = preprocessing.columns.length;
  const problem: LinearProblem = { x: kept, k, y: y.map((v) => v / scale) };
  SOLVERS[rule.loss](problem, grid).forEach((weights, i) => slice.linear.set(key(grid[i]), weights));
  return slice.linear.get(key(penalty))!;
}

/** Hidden layers on top of the linear solution; with held rows it stops early. */
function fitDeep(
  bench: Workbench,
  slice: Slice,
  recipe: NetworkRecipe,
  plan: PartPlan,
  penalty: number,
  { held, epochs }: { held?: { x: Float32Array; y: Float32Array }; epochs: number },
): Promise<NetworkState> {
  const linear = linearSolution(slice, recipe, plan, penalty, [penalty]);
  const { preprocessing, x } = sliceInputs(slice, inputsOf(recipe, plan), ROLES[plan.role].limit);
  const seed = hash32(`${bench.seed}/${recipe.name}/${plan.role}`);
  const start = freshNetwork(linear, recipe.network.hidden, gaussian(seededRandom(seed)));
  const name = `${recipe.name}/${slice.name}/${plan.role}`;
  return fitKept(bench, slice, plan, {
    name,
    start,
    trainLinear: false,
    preprocessing,
    x,
    scale: scaleOf(slice, plan),
    held,
    epochs,
    seed,
    options: recipe.network,
  });
}

/** The inputs of a network fit beyond the slice and the part. */
interface KeptFit {
  /** unique within the candidate */
  readonly name: string;
  readonly start: Network;
  readonly trainLinear: boolean;
  readonly preprocessing: Preprocessing;
  /** the slice's columns under that preprocessing, where they are at hand */
  readonly x?: Float32Array;
  readonly scale: number;
  readonly held?: { x: Float32Array; y: Float32Array };
  readonly epochs: number;
  readonly seed: number;
  readonly options: Omit<NetworkOptions, "hidden">;
}

/** Trains a network of a part, goes on from a checkpoint where there is one, and leaves checkpoints behind. */
export function fitKept(
  bench: Workbench,
  slice: Slice,
  plan: PartPlan,
  kept: KeptFit,
): Promise<NetworkState> {
  const { networks } = bench.checkpoint;
  const { x, y } = partRows(slice.rows, kept.preprocessing, plan, slice.threshold, kept.x);
  const scaled = (v: Float32Array) => v.map((value) => value / kept.scale);
  const fit: NetworkFit = {
    ...kept,
    loss: networkLoss(plan.role),
    train: { x, y: scaled(y) },
    validation: kept.held && { x: kept.held.x, y: scaled(kept.held.y) },
    state: networks.get(kept.name),
    onEpoch: async (state) => {
      networks.set(kept.name, state);
      if (state.epoch % CHECKPOINT_EVERY_EPOCHS === 0) sendCheckpoint(bench);
      const { loss, validationLoss } = state.curve[state.curve.length - 1];
      bench.meter.report({ epoch: state.epoch, epochs: kept.epochs, loss, validationLoss });
      await bench.reporter.tick();
    },
  };
  return fitNetwork(fit);
}

const SOLVERS = { logistic: solveLogistic, squares: solveRidge, poisson: solvePoisson } as const;

/** @throws {RangeError} hidden layers do not correct a part of this role */
function networkLoss(role: PartRole): NetworkFit["loss"] {
  const { loss } = ROLES[role];
  if (loss !== "poisson") return loss;
  throw new RangeError(`Cannot correct a part "${role}" by hidden layers`);
}

function meanLoss(loss: RoleLoss, y: Float32Array, out: Float64Array, scale: number): number {
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    if (loss === "poisson") sum += Math.exp(Math.min(14, out[i])) - y[i] * out[i];
    else if (loss === "squares") sum += (y[i] - Math.max(0, out[i]) * scale) ** 2;
    else sum += logisticLoss(y[i], out[i]);
  }
  return sum / Math.max(1, y.length);
}
